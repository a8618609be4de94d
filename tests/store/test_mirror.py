"""The mirror: pages in any order and any number of times, each change numbered once, nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import Page, RawRecord
from store import mirror
from store.database import Store
from store.mirror import ChangedRecord, Saved
from tests.store.conftest import NOW


def record(record_id: str, content: str, seconds: int = 0, **changes: object) -> RawRecord:
    made = RawRecord(
        object="Opportunity",
        record_id=record_id,
        stamp=NOW + timedelta(seconds=seconds),
        deleted=False,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        body=content.encode(),
    )
    return made._replace(**changes)


def page(*records: RawRecord, cursor: str = "c1") -> Page:
    return Page("Opportunity", records, cursor)


def _state(conn: sa.Connection) -> list[tuple[object, ...]]:
    """Everything but the numbers of runs."""
    current = conn.exec_driver_sql(
        "SELECT 'now', record_id, revision, stamp, deleted, merged_into, content_hash, body FROM raw_record ORDER BY 2"
    )
    old = conn.exec_driver_sql(
        "SELECT 'old', record_id, revision, stamp, deleted, merged_into, content_hash, body FROM raw_version ORDER BY 3"
    )
    cursors = conn.exec_driver_sql("SELECT object, stream, cursor FROM cursor ORDER BY 1, 2")
    return [tuple(row) for rows in (current, old, cursors) for row in rows]


def test_new_records_are_numbered_and_the_cursor_is_kept(store: Store, run_id: int) -> None:
    with store.write() as conn:
        saved = mirror.save_page(conn, page(record("A", "a"), record("B", "b"), cursor="c7"), run_id)

    assert saved == Saved(new=2)
    with store.read() as conn:
        assert mirror.cursor_of(conn, "Opportunity") == "c7"
        assert mirror.cursor_of(conn, "Account") is None
        assert mirror.last_revision(conn) == 2
        assert mirror.changed_after(conn, 0, 10) == [
            ChangedRecord("Opportunity", "A", False, None, b"a", 1),
            ChangedRecord("Opportunity", "B", False, None, b"b", 2),
        ]
        assert mirror.changed_after(conn, 0, 1) == mirror.changed_after(conn, 0, 10)[:1]


def test_a_page_again_changes_nothing(store: Store, run_id: int) -> None:
    again = page(record("A", "a"), record("B", "b"))
    with store.write() as conn:
        mirror.save_page(conn, again, run_id)
        before = _state(conn)

    with store.write() as conn:
        saved = mirror.save_page(conn, again, run_id)
        after = _state(conn)

    assert saved == Saved(unchanged=2)
    assert after == before


def test_a_change_keeps_the_version_it_replaces(store: Store, run_id: int) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a"), record("B", "b")), run_id)
        saved = mirror.save_page(conn, page(record("A", "a2", 1), cursor="c2"), run_id)

        assert saved == Saved(changed=1)
        assert [(c.record_id, c.body, c.revision) for c in mirror.changed_after(conn, 2, 10)] == [("A", b"a2", 3)]
        archived = conn.exec_driver_sql("SELECT record_id, revision, body FROM raw_version").fetchall()
        assert [tuple(row) for row in archived] == [("A", 1, b"a")]


def test_an_echo_refreshes_body_and_stamp_without_being_a_change(store: Store, run_id: int) -> None:
    echo = record("A", "a", 5, body=b"a with our own fields")
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a")), run_id)
        saved = mirror.save_page(conn, page(echo), run_id)

        assert saved == Saved(unchanged=1)
        assert mirror.last_revision(conn) == 1
        assert mirror.bodies(conn, "Opportunity", ["A", "Z"]) == {"A": b"a with our own fields"}
        assert list(mirror.ids(conn, "Opportunity")) == [("A", NOW + timedelta(seconds=5))]


def test_an_older_version_that_arrives_late_is_ignored(store: Store, run_id: int) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "new", 5)), run_id)
        saved = mirror.save_page(conn, page(record("A", "old", 4)), run_id)

        assert saved == Saved(ignored_older=1)
        assert mirror.bodies(conn, "Opportunity", ["A"]) == {"A": b"new"}


def test_a_change_within_the_same_instant_is_taken(store: Store, run_id: int) -> None:
    """Formula fields and exchange rates change without a new stamp."""
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a")), run_id)

        assert mirror.save_page(conn, page(record("A", "b")), run_id) == Saved(changed=1)


def test_one_page_with_two_versions_of_a_record_keeps_the_newer(store: Store, run_id: int) -> None:
    with store.write() as conn:
        saved = mirror.save_page(conn, page(record("A", "new", 5), record("A", "old", 4)), run_id)

        assert saved == Saved(new=1)
        assert mirror.bodies(conn, "Opportunity", ["A"]) == {"A": b"new"}


def test_ids_that_differ_in_case_are_two_records(store: Store, run_id: int) -> None:
    with store.write() as conn:
        assert mirror.save_page(conn, page(record("006a", "x"), record("006A", "x")), run_id) == Saved(new=2)


@pytest.mark.parametrize("change", [{"deleted": True}, {"deleted": True, "merged_into": "B"}])
def test_delete_merge_and_undelete_are_changes(store: Store, run_id: int, change: dict[str, object]) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a")), run_id)

        assert mirror.save_page(conn, page(record("A", "a", 1, **change)), run_id) == Saved(changed=1)
        assert mirror.count(conn, "Opportunity") == 0
        assert list(mirror.ids(conn, "Opportunity")) == []
        (changed,) = mirror.changed_after(conn, 1, 10)
        assert (changed.deleted, changed.merged_into) == (True, change.get("merged_into"))
        assert mirror.save_page(conn, page(record("A", "a", 2)), run_id) == Saved(changed=1)
        assert mirror.count(conn, "Opportunity") == 1


def test_vanished_records_become_deleted_once(store: Store, run_id: int) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a"), record("B", "b")), run_id)

        assert mirror.mark_vanished(conn, "Opportunity", ["A", "never seen"], run_id) == 1
        assert mirror.mark_vanished(conn, "Opportunity", ["A"], run_id) == 0
        assert [(c.record_id, c.deleted, c.revision) for c in mirror.changed_after(conn, 2, 9)] == [("A", True, 3)]
        assert mirror.count(conn, "Opportunity") == 1


def test_cursors_of_pull_and_backfill_are_apart(store: Store, run_id: int) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a"), cursor="pull 1"), run_id)
        mirror.save_page(conn, page(record("B", "b"), cursor="job 1 locator 2"), run_id, stream="backfill")
        mirror.save_page(conn, page(record("C", "c"), cursor="of no use"), run_id, stream=None)

        assert mirror.cursor_of(conn, "Opportunity") == "pull 1"
        assert mirror.cursor_of(conn, "Opportunity", "backfill") == "job 1 locator 2"
        mirror.forget_cursor(conn, "Opportunity", "backfill")
        assert mirror.cursor_of(conn, "Opportunity", "backfill") is None
        assert mirror.cursor_of(conn, "Opportunity") == "pull 1"


def test_a_stamp_without_a_zone_is_refused(store: Store, run_id: int) -> None:
    naive = record("A", "a", stamp=NOW.replace(tzinfo=None))

    with store.write() as conn, pytest.raises(ValueError, match="no time zone"):
        mirror.save_page(conn, page(naive), run_id)


@pytest.mark.parametrize("statement", ["UPDATE raw_version SET body = x''", "DELETE FROM raw_version"])
def test_versions_cannot_be_changed(store: Store, run_id: int, statement: str) -> None:
    with store.write() as conn:
        mirror.save_page(conn, page(record("A", "a")), run_id)
        mirror.save_page(conn, page(record("A", "b")), run_id)

    with store.write() as conn, pytest.raises(sa.exc.IntegrityError, match="raw_version is append-only"):
        conn.exec_driver_sql(statement)


CHANGES = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, data=st.data())
def test_any_order_and_any_repetition_end_the_same(
    another: Callable[[], Store], changes: list[tuple[str, str, bool]], data: st.DataObject
) -> None:
    """Promises P2 and P10 for the mirror: what is stored depends on what the CRM said, not on how it arrived."""
    versions = [record(i, text, n, deleted=gone) for n, (i, text, gone) in enumerate(changes)]
    arrivals = data.draw(st.permutations(versions)) + data.draw(st.lists(st.sampled_from(versions), max_size=6))
    size = data.draw(st.integers(1, 4))

    assert _final(another(), arrivals, size) == _final(another(), versions, len(versions))


def _final(store: Store, records: Sequence[RawRecord], size: int) -> list[tuple[object, ...]]:
    with store.write() as conn:
        for start in range(0, len(records), size):
            mirror.save_page(conn, page(*records[start : start + size]), 1)
        rows = conn.exec_driver_sql("SELECT record_id, stamp, deleted, content_hash, body FROM raw_record ORDER BY 1")
        final = [tuple(row) for row in rows]
    store.close()
    return final
