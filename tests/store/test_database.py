"""The door: pragmas, private files, local disks, damage, locks, backups."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import audit, runs, settings
from store.backup import Proof, copy_database, reading
from store.database import PRAGMAS, Store, open_store
from store.errors import StoreBusy, StoreRefused
from store.placement import file_system
from tests.store.conftest import NOW
from tests.store.test_audit import Somebody


def test_pragmas_are_what_the_design_asks_for(store: Store) -> None:
    names = [
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "busy_timeout",
        "trusted_schema",
        "cache_size",
        "temp_store",
    ]

    for opened in (store.read, store.write):
        with opened() as conn:
            found = [conn.scalar(sa.text(f"PRAGMA {name}")) for name in names]

        assert found == ["wal", 2, 1, 5000, 0, -65536, 2]


def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "tally.db"
    before = os.umask(0)
    try:
        store = open_store(f"sqlite:///{path}", lambda: NOW)
        with store.write() as conn:
            settings.set_setting(conn, "k", "v")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)

    assert modes == {"tally.db": 0o600, "tally.db-wal": 0o600, "tally.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_others_could_read_is_closed_to_them(path: Path, store: Store) -> None:
    store.close()
    path.chmod(0o644)

    open_store(f"sqlite:///{path}", lambda: NOW).close()

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "virtiofs"])
def test_a_network_file_system_is_refused(path: Path, tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {path.parent} {kind} rw 0 0\n")

    with pytest.raises(StoreRefused) as refused:
        open_store(f"sqlite:///{path}", lambda: NOW, mounts=mounts)

    assert f"network file system ({kind})" in str(refused.value)
    assert not path.exists()


def test_the_deepest_and_latest_mount_decides() -> None:
    mounts = (
        "a / ext4 rw 0 0\nb /srv nfs rw 0 0\nc /srv/my\\040disk ext4 rw 0 0\nd /srv/x nfs rw 0 0\ne /srv/x xfs rw 0 0\n"
    )

    found = [
        file_system(Path(place), mounts) for place in ("/home/a", "/srv/a", "/srv/my disk/a", "/srv/x/a", "/srvx/a")
    ]

    assert found == ["ext4", "nfs", "ext4", "xfs", "ext4"]


@pytest.mark.parametrize("url", ["postgresql://u:secret@h/db", "sqlite://", "sqlite:///:memory:"])
def test_anything_but_a_file_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(StoreRefused, match="keeps its data in a SQLite file") as refused:
        open_store(url, lambda: NOW)

    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 1000)

    with pytest.raises(StoreRefused, match="cannot be read as a database"):
        open_store(f"sqlite:///{path}", lambda: NOW)


def test_damage_is_found_at_the_door(path: Path, store: Store) -> None:
    with store.write() as conn:
        for number in range(500):
            settings.set_setting(conn, f"key {number}", "v" * 100)
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(5, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(content)

    with pytest.raises(StoreRefused, match=r"damaged|cannot be read"):
        open_store(f"sqlite:///{path}", lambda: NOW)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreRefused, match="cannot be created or written"):
        open_store(f"sqlite:///{tmp_path}/file/tally.db", lambda: NOW)


def test_a_write_that_raises_leaves_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as conn:
            settings.set_setting(conn, "k", "v")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    with store.read() as conn:
        assert settings.setting_of(conn, "k") is None


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as reader:
        assert settings.setting_of(reader, "k") is None
        with store.write() as conn:
            settings.set_setting(conn, "k", "v")
        assert settings.setting_of(reader, "k") is None


def test_two_writers_take_turns_although_both_read_first(store: Store) -> None:
    """With a deferred BEGIN the second one would fail at once: its snapshot is old when it comes to write."""

    def count_up() -> None:
        for _ in range(20):
            with store.write() as conn:
                known = int(settings.setting_of(conn, "n") or 0)
                settings.set_setting(conn, "n", str(known + 1))

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as conn:
        assert settings.setting_of(conn, "n") == "60"


def test_a_lock_that_stays_is_reported(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 1)
    impatient = open_store(f"sqlite:///{path}", lambda: NOW)

    with store.write(), pytest.raises(StoreBusy, match="locked by another process"), impatient.write():
        pass

    impatient.close()


def test_a_backup_holds_what_is_still_in_the_log(store: Store, tmp_path: Path) -> None:
    with store.write() as conn:
        runs.start_run(conn, "sync", NOW)
    target = tmp_path / "copy.db"

    store.backup(target)

    assert target.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["copy.db"]
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT kind FROM run").fetchall() == [("sync",)]


def test_a_backup_is_of_one_moment_while_others_write(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it every commit of a daemon would begin the copy of a large database anew."""

    def later(source: sqlite3.Connection, path: Path, prove: Proof) -> None:
        with store.write() as conn:
            runs.start_run(conn, "sync", NOW)
        copy_database(source, path, prove)

    monkeypatch.setattr("store.database.copy_database", later)
    store.backup(tmp_path / "copy.db")

    with reading(tmp_path / "copy.db") as copy, store.read() as conn:
        assert (runs.runs(copy, 9), len(runs.runs(conn, 9))) == ([], 1)


def test_a_backup_with_a_broken_chain_never_gets_its_name(store: Store, tmp_path: Path) -> None:
    alter_the_log(store)

    with pytest.raises(StoreRefused, match=r"copy\.db was not made: it would hold a broken ledger: audit 1"):
        store.backup(tmp_path / "copy.db")

    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == []


def alter_the_log(store: Store) -> None:
    """What nobody may do."""
    with store.write() as conn:
        audit.note(conn, Somebody("dana"), "approve", "it", reason="as agreed", now=NOW)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE audit SET login = 'somebody else'")


def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")

    with pytest.raises(StoreRefused, match="exists already"):
        store.backup(target)

    assert target.read_text() == "precious"
