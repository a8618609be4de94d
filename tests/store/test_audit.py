"""The audit log and the approvals: appended to, never edited, and any change by hand is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from store import approvals, audit
from store.chain import verify
from store.database import Store
from tests.store.conftest import NOW


@dataclass
class Somebody:
    login: str = "dana"
    os_login: str = "tallystick"


def fill(store: Store) -> None:
    with store.write() as conn:
        for step in ("first", "second", "third"):
            before, after = {"amount": "1.00"}, {"amount": "2.00"}
            audit.note(conn, Somebody(), "adjust", step, before=before, after=after, reason="typo", now=NOW)
        asked = approvals.add_request(conn, Somebody(), "close", "2026-10", {"closing": 1}, now=NOW, concerns=["p"])
        approvals.add_step(conn, Somebody("erik"), asked, "approved", reason="looked at it", now=NOW)


def test_what_was_noted_is_read_back(store: Store) -> None:
    fill(store)

    with store.read() as conn:
        newest = next(audit.entries(conn))
        asked = approvals.by_id(
            conn, approvals.request_id("close", "2026-10", approvals.detail_hash_of({"closing": 1}))
        )
        of_one = [entry.number for entry in audit.entries(conn, "second")]

    assert (newest.login, newest.os_login, newest.action, newest.subject) == ("dana", "tallystick", "adjust", "third")
    assert (newest.before, newest.after, newest.at) == ({"amount": "1.00"}, {"amount": "2.00"}, NOW)
    assert of_one == [2]
    assert asked is not None
    assert (asked.approved, asked.persons, asked.concerns) == (True, ("dana", "erik"), ("p",))


@pytest.mark.parametrize("table", ["audit", "approval_request", "approval"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET login = 'erik'",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE number = 1",
    ],
)
def test_the_database_refuses_any_change(store: Store, table: str, change: str) -> None:
    fill(store)

    with store.write() as conn, pytest.raises(sa.exc.IntegrityError, match=f"{table} is append-only"):
        conn.exec_driver_sql(change.format(table=table))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE audit SET reason = 'as agreed' WHERE number = 2",
            "audit 2 or its link to the one before was altered.",
        ),
        ("DELETE FROM audit WHERE number = 1", "audit 1 is missing: the next one there is 2."),
        ("UPDATE approval SET login = 'dana'", "approval 1 or its link to the one before was altered."),
        ("UPDATE approval_request SET detail = '{}'", "approval request 1 or its link to the one before was altered."),
    ],
)
def test_an_edit_behind_the_triggers_is_named(store: Store, change: str, found: str) -> None:
    fill(store)
    with closing(sqlite3.connect(store.path)) as raw, raw:
        triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(change)

    with store.read() as conn:
        assert verify(conn) == found


def test_the_same_thing_asked_again_is_the_same_request(store: Store) -> None:
    fill(store)

    with store.write() as conn:
        again = approvals.add_request(conn, Somebody("kai"), "close", "2026-10", {"closing": 1}, now=NOW)
        other = approvals.add_request(conn, Somebody("kai"), "close", "2026-10", {"closing": 2}, now=NOW)
        lapsed = approvals.add_step(conn, Somebody("kai"), other, "lapsed", reason="", now=NOW)
        anew = approvals.add_request(conn, Somebody("kai"), "close", "2026-10", {"closing": 2}, now=NOW)

    assert (again.login, again.approved) == ("dana", True)
    assert (other.id == again.id, other.waits, lapsed.waits, anew.waits) == (False, True, False, True)
    assert anew.id == other.id
