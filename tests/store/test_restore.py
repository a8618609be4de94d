"""A backup in the place of a database: what is open sees it, what is gone or damaged is kept, and nothing is mixed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store import audit, leases, runs
from store.database import Store, open_store
from store.errors import StoreRefused
from store.restore import kept_since, prepared, take_place, take_place_unread
from tests.store.conftest import NOW
from tests.store.test_audit import Somebody
from tests.store.test_database import alter_the_log


@pytest.fixture
def backup(store: Store, tmp_path: Path) -> Path:
    """A backup with one run; the store has had another one since."""
    with store.write() as conn:
        runs.start_run(conn, "sync", NOW)
    store.backup(tmp_path / "backup.db")
    with store.write() as conn:
        runs.start_run(conn, "backfill", NOW)
    return tmp_path / "backup.db"


def kinds(store: Store) -> list[str]:
    with store.read() as conn:
        return [run.kind for run in runs.runs(conn, 9)]


def test_who_has_the_database_open_sees_the_backup_and_the_newer_one_is_kept(
    store: Store, path: Path, backup: Path
) -> None:
    """Also a daemon that waits between two cycles: its file is the same."""
    daemon = open_store(f"sqlite:///{path}", lambda: NOW)
    assert kinds(daemon) == ["backfill", "sync"]
    kept = path.with_name("kept.db")

    with prepared(backup, path, lambda: NOW) as copy:
        with store.read() as live, copy.read() as then:
            assert kept_since(live, then) == {"run": 1}
        take_place(copy, store, kept)

    assert kinds(daemon) == kinds(store) == ["sync"]
    daemon.refuse_replaced()
    daemon.close()
    before = open_store(f"sqlite:///{kept}", lambda: NOW)
    assert kinds(before) == ["backfill", "sync"]
    before.close()
    assert not list(path.parent.glob("*.restoring*"))


def test_what_cannot_be_read_is_set_aside_with_its_log_and_who_has_it_open_is_stopped(
    store: Store, path: Path, backup: Path
) -> None:
    """The log of another database, read into the backup, would tear it."""
    kept, log = path.with_name("kept.db"), path.with_name("tally.db-wal").read_bytes()

    with prepared(backup, path, lambda: NOW) as copy:
        take_place_unread(copy, path, kept)

    assert path.with_name("kept.db-wal").read_bytes() == log != b""
    with pytest.raises(StoreRefused, match="another file than when this process opened it"):
        store.refuse_replaced()
    store.close()
    restored = open_store(f"sqlite:///{path}", lambda: NOW)
    assert kinds(restored) == ["sync"]
    restored.close()


def test_as_many_rows_of_another_history_are_others(store: Store, another: Callable[[], Store]) -> None:
    other = another()
    for each, reason in ((store, "as agreed"), (other, "by mistake")):
        with each.write() as conn:
            audit.note(conn, Somebody("dana"), "approve", "it", reason=reason, now=NOW)

    with store.read() as live, other.read() as then:
        assert kept_since(live, then) == {"audit": 1}
        assert kept_since(live, live) == {}


@pytest.mark.parametrize("wrong", ["missing", "text", "altered"])
def test_what_is_no_sound_backup_is_refused(store: Store, path: Path, tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "backup.db"
    if wrong == "text":
        file.write_text("Dear diary, " * 1000)
    if wrong == "altered":
        alter_the_log(store)
        store.backup(file, proved=False)

    said = {
        "missing": "is no file",
        "text": "cannot be read as a database",
        "altered": "holds a broken ledger: audit 1",
    }
    with pytest.raises(StoreRefused, match=said[wrong]), prepared(file, path, lambda: NOW):
        pass

    assert not list(path.parent.glob("*.restoring*"))


def test_whoever_held_the_lease_before_can_never_write_after(store: Store) -> None:
    """A backup may be of the middle of a run, and tokens of an older database are smaller."""
    with store.write() as conn:
        first = leases.claim(conn, "writer", "a", NOW, 600)
        leases.hand_on(conn, "writer", 7, NOW)
        assert leases.claim(conn, "writer", "b", NOW, 600) == 8
        leases.hand_on(conn, "writer", 3, NOW)
        assert leases.claim(conn, "writer", "c", NOW, 600) == 9
        leases.hand_on(conn, "another", 4, NOW)
        assert leases.claim(conn, "another", "c", NOW, 600) == 5
    assert first == 1
