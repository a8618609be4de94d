"""Closed periods: the database itself keeps them shut, and both chains show what was altered."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed_after
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import closing, ledger, schema, statements
from store.chain import FIRST, link, verify
from store.database import Store, open_store
from tests.store.conftest import NOW
from tests.store.test_ledger import postings

OCTOBER = "2026-10"


@pytest.fixture
def shut(store: Store, run_id: int) -> Store:
    """A store in which October is closed, with one statement."""
    with store.write() as conn:
        ledger.append(conn, postings({"period": OCTOBER}), run_id, NOW)
        ledger.append(conn, postings({"period": OCTOBER}), run_id, NOW, account=ledger.PAYABLE)
        statements.seal(conn, OCTOBER, "ada", {"total": "100.00"})
        closing.note(conn, OCTOBER, "closed", "dana", second=None, reason="", now=NOW)
    return store


@pytest.mark.parametrize("account", [ledger.EARNED, ledger.PAYABLE], ids=lambda table: table.name)
def test_nothing_more_shows_in_a_closed_period(shut: Store, run_id: int, account: sa.Table) -> None:
    """An adjustment shows in an open one; in the closed one it is refused by the database, reopened it is not."""
    later = postings({"period": OCTOBER, "sequence": 1, "reason": "prior_period_adjustment", "booked_in": "2026-11"})
    with shut.write() as conn:
        ledger.append(conn, later, run_id, NOW, account=account)
    another = postings({"period": OCTOBER, "source_id": "c9"})
    with pytest.raises(sa.exc.IntegrityError, match="is closed"), shut.write() as conn:
        ledger.append(conn, another, run_id, NOW, account=account)
    with shut.write() as conn:
        closing.note(conn, OCTOBER, "reopened", "dana", second="bo", reason="wrong rate", now=NOW)
        ledger.append(conn, another, run_id, NOW, account=account)
        assert verify(conn) is None

    with shut.read() as conn:
        assert ledger.booked(conn, None, account, period=OCTOBER)["source_id"].to_list() == ["c1", "c9"]
        assert ledger.booked(conn, ["ada"], account).height == 3
        assert ledger.booked(conn, ["bo"], account).is_empty()
        assert [each.action for each in closing.closings(conn, OCTOBER)] == ["closed", "reopened"]
        assert closing.closed(conn) == {}


RAW_COLUMNS = "posting_id, plan, component, payee_id, period, source_id, part, sequence, deal_id, kind, delta_micros"
RAW = (
    "INSERT INTO posting (number, previous_hash, {names}, currency, reason, run_id, booked_at, hash, booked_in)"
    " SELECT number + 1, hash, 'x' || {names}, currency, reason, run_id, booked_at, 'h', {shown} FROM posting"
)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE statement SET content = '{}'", "UPDATE refused"),
        ("DELETE FROM statement", "DELETE refused"),
        ("INSERT OR REPLACE INTO statement SELECT * FROM statement", "statement"),
        ("INSERT INTO statement SELECT 2, 1, period, 'bo', content, hash, 'h' FROM statement", "not being closed"),
        ("UPDATE closing SET action = 'reopened'", "UPDATE refused"),
        ("DELETE FROM closing", "DELETE refused"),
        ("INSERT OR REPLACE INTO closing SELECT * FROM closing", "closing"),
        (
            "INSERT INTO closing SELECT 2, period, action, at, by, second, reason, seals, hash, 'h' FROM closing",
            "closed while it is open",
        ),
        ("UPDATE posting SET booked_in = '2026-11'", "UPDATE refused"),
        (RAW.format(names=RAW_COLUMNS, shown="'2026-10'"), "is closed"),
        (RAW.format(names=RAW_COLUMNS, shown="NULL"), "is closed"),
    ],
)
def test_what_is_closed_cannot_be_changed_by_hand(shut: Store, statement: str, refusal: str) -> None:
    """Whoever opens the file with another program meets the same refusals."""
    with (
        closed_after(sqlite3.connect(shut.path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match=refusal),
    ):
        raw.execute(statement)


@pytest.mark.parametrize(
    ("trigger", "statement", "named"),
    [
        ("statement_no_update", "UPDATE statement SET content = '{}'", "statement 1 or its link"),
        ("closing_no_delete", "DELETE FROM closing WHERE number = 1", "closing 1 is missing"),
        ("posting_no_update", "UPDATE posting SET booked_in = NULL", "posting 1 (id "),
    ],
)
def test_what_was_altered_all_the_same_is_named(shut: Store, trigger: str, statement: str, named: str) -> None:
    """With the triggers gone the chains still tell."""
    with shut.write() as conn:
        closing.note(conn, OCTOBER, "reopened", "dana", second="bo", reason="wrong rate", now=NOW)
    with closed_after(sqlite3.connect(shut.path)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(statement)
        raw.commit()

    with shut.read() as conn:
        assert named in str(verify(conn))


def test_what_was_booked_before_there_were_closings_keeps_its_chain(tmp_path: Path) -> None:
    """The upgrade rewrites no row: old postings show in their own period, and their hashes still hold."""
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    schema.migrate(engine, "0013")
    old = (1, "id", "ae", "new", "ada", OCTOBER, "c1", "earning", 0, "D1", "commission", 100, "USD", "earned", 1, "t")
    with engine.begin() as conn:
        conn.exec_driver_sql("INSERT INTO run (run_id, kind, started_at, counts) VALUES (1, 'sync', 't', '{}')")
        marks = ", ".join("?" for _ in range(len(old) + 2))
        conn.exec_driver_sql(f"INSERT INTO posting VALUES ({marks})", (*old, FIRST, link(FIRST, old)))  # noqa: S608 - marks
        hashed = conn.scalar(sa.text("SELECT hash FROM posting"))
    engine.dispose()

    upgraded = open_store(f"sqlite:///{path}", lambda: NOW)

    with upgraded.read() as conn:
        assert verify(conn) is None
        assert ledger.booked(conn, None)["booked_in"].to_list() == [OCTOBER]
        assert ledger.head(conn) == (1, hashed)
    upgraded.close()
