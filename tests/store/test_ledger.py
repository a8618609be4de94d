"""The ledger: append-only, chained, each difference once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import dataframely as dy
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import frames as f
from store import ledger, runs
from store.database import Store
from store.errors import BookedElsewhere
from tests.engine.builders import frame
from tests.store.conftest import NOW

KEY = {"plan": "ae", "component": "new", "payee_id": "ada", "period": "2026-11", "source_id": "c1", "part": "earning"}


def postings(*rows: dict[str, Any]) -> dy.DataFrame[f.Postings]:
    base = {**KEY, "sequence": 0, "deal_id": "D1", "kind": "commission", "currency": "USD", "reason": "earned"}
    made = [{**base, "delta_micros": 100, **row} for row in rows]
    return frame(f.Postings, [{"booked_in": row["period"], **row} for row in made])  # type: ignore[no-any-return]


def test_what_is_booked_is_summed_by_key(store: Store, run_id: int) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}, {"source_id": "c2", "deal_id": "D2"}, {"payee_id": "bo"}), run_id, NOW)
        later = postings({"sequence": 1, "delta_micros": -30, "reason": "changed", "kind": "clawback"})
        ledger.append(conn, later, run_id, NOW)

    with store.read() as conn:
        found = ledger.posted(conn, ["ada", "nobody"]).sort("source_id").to_dicts()
        assert len(ledger.posted(conn, None)) == 3

    common = {**KEY, "currency": "USD"}
    assert found == [
        {**common, "deal_id": "D1", "kind": "clawback", "amount_micros": 70, "postings": 2},
        {**common, "source_id": "c2", "deal_id": "D2", "kind": "commission", "amount_micros": 100, "postings": 1},
    ]


def test_lines_are_counted_once_however_often_they_change(store: Store, run_id: int) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}, {"source_id": "c2"}), run_id, NOW)
        ledger.append(conn, postings({}), run_id, NOW, account=ledger.PAYABLE)
        ledger.append(conn, postings({"sequence": 1, "reason": "changed"}), run_id, NOW)

    with store.read() as conn:
        assert ledger.line_count(conn) == 3
        assert ledger.posting_count(conn) == 3


def test_nothing_booked_is_an_empty_frame(store: Store) -> None:
    with store.read() as conn:
        assert ledger.posted(conn, None).is_empty()
        assert ledger.posted(conn, []).is_empty()
        assert ledger.verify(conn) is None


def test_two_runs_cannot_book_the_same_difference(store: Store, run_id: int) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}), run_id, NOW)
        other = runs.start_run(conn, "backfill", NOW)

    with store.write() as conn, pytest.raises(BookedElsewhere) as refused:
        ledger.append(conn, postings({"source_id": "c9"}, {"delta_micros": 7}), other, NOW)

    assert str(refused.value) == (
        f"Run {run_id} has booked this difference already (posting 1). Compute again from the ledger as it is now."
    )
    with store.read() as conn:
        assert len(ledger.posted(conn, None)) == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"sequence": 1, "currency": "EUR"}, "posting number 2 in EUR follows USD"),
        ({"sequence": 2}, "posting number 3 in USD follows nothing"),
        ({"sequence": 1, "source_id": "c2"}, "posting number 2 in USD follows nothing"),
    ],
)
def test_a_posting_follows_the_one_before_it_in_the_same_currency(
    store: Store, run_id: int, row: dict[str, Any], message: str
) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}), run_id, NOW)

    with store.write() as conn, pytest.raises(BookedElsewhere, match=message):
        ledger.append(conn, postings(row), run_id, NOW)


def test_a_posting_needs_its_run(store: Store) -> None:
    with store.write() as conn, pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"):
        ledger.append(conn, postings({}), 99, NOW)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE posting SET delta_micros = 1", "UPDATE refused"),
        ("UPDATE OR REPLACE posting SET number = 2 WHERE number = 1", "UPDATE refused"),
        ("DELETE FROM posting", "DELETE refused"),
        ("INSERT OR REPLACE INTO posting SELECT * FROM posting WHERE number = 1", "not the next entry"),
        ("INSERT OR IGNORE INTO posting SELECT * FROM posting WHERE number = 1", "not the next entry"),
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(
    store: Store, path: Path, run_id: int, statement: str, message: str
) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}, {"source_id": "c2"}), run_id, NOW)

    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match=message):
        raw.execute(statement)


def test_what_is_payable_is_a_ledger_of_its_own(store: Store, path: Path, run_id: int) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}), run_id, NOW)
        later = postings({"delta_micros": 60, "kind": "release", "reason": "released"}, {"source_id": "c2"})
        ledger.append(conn, later, run_id, NOW, account=ledger.PAYABLE)
        assert ledger.posted(conn, None)["amount_micros"].to_list() == [100]
        assert ledger.posted(conn, None, ledger.PAYABLE).sort("source_id")["amount_micros"].to_list() == [60, 100]
        assert ledger.ledger_hash(conn) != ledger.ledger_hash(conn, ledger.PAYABLE)
        assert ledger.verify(conn) is None

    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="DELETE refused"):
        raw.execute("DELETE FROM payable_posting")
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="not the next entry"):
        raw.execute("INSERT OR REPLACE INTO payable_posting SELECT * FROM payable_posting WHERE number = 1")
    _tamper(path, "payable_posting_no_update", "UPDATE payable_posting SET delta_micros = 61 WHERE number = 1")
    with store.read() as conn:
        assert str(ledger.verify(conn)).startswith("payable posting 1 (id ")


@pytest.mark.parametrize("column", ["delta_micros", "payee_id", "booked_at", "run_id", "sequence", "previous_hash"])
def test_an_altered_row_is_named(store: Store, path: Path, run_id: int, column: str) -> None:
    with store.write() as conn:
        ledger.append(conn, postings(*({"source_id": f"c{n}"} for n in range(4))), run_id, NOW)
        assert ledger.verify(conn) is None
    _tamper(path, "posting_no_update", f"UPDATE posting SET {column} = '77' WHERE number = 3")  # noqa: S608 - a name from the list above

    with store.read() as conn:
        broken = ledger.verify(conn)

    expected = ledger.posting_id(("ae", "new", "ada", "2026-11", "c2", "earning"), 0)
    assert broken == f"posting 3 (id {expected}) or its link to the one before was altered."


def test_a_removed_row_is_named(store: Store, path: Path, run_id: int) -> None:
    with store.write() as conn:
        ledger.append(conn, postings(*({"source_id": f"c{n}"} for n in range(4))), run_id, NOW)
    _tamper(path, "posting_no_delete", "DELETE FROM posting WHERE number = 2")

    with store.read() as conn:
        broken = ledger.verify(conn)

    assert broken is not None
    assert broken.startswith("posting 2 is missing: the next one there is 3 (id ")


def _tamper(path: Path, trigger: str, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(statement)
        raw.commit()


def test_the_hash_says_what_is_owed_not_who_booked_it_when(
    store: Store, run_id: int, another: Callable[[], Store]
) -> None:
    with store.write() as conn:
        ledger.append(conn, postings({}, {"source_id": "c2"}), run_id, NOW)
        ledger.append(conn, postings({"sequence": 1, "delta_micros": -40}), run_id, NOW)
        ledger.append(conn, postings({"source_id": "c2", "sequence": 1, "delta_micros": -100}), run_id, NOW)
        booked = ledger.ledger_hash(conn)

    rebuilt = another()
    with rebuilt.write() as conn:
        for _ in range(3):
            run = runs.start_run(conn, "rebuild", NOW)
        ledger.append(conn, postings({"delta_micros": 60}), run, NOW.replace(year=2027))
        assert ledger.ledger_hash(conn) == booked
        ledger.append(conn, postings({"sequence": 1, "delta_micros": 1}), run, NOW)
        assert ledger.ledger_hash(conn) != booked


def test_a_sum_beyond_the_largest_amount_is_an_error_not_a_wrap(store: Store, run_id: int) -> None:
    big = {"delta_micros": 2**62}
    with store.write() as conn:
        ledger.append(conn, postings({**big}, {**big, "sequence": 1}), run_id, NOW)

        with pytest.raises(Exception, match="conversion from `i128` to `i64` failed"):
            ledger.posted(conn, None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(targets=st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(-5, 5)), max_size=6))
def test_booking_the_difference_reaches_every_target_once(
    another: Callable[[], Store], targets: list[dict[str, int]]
) -> None:
    """Target less posted, run after run: the ledger says the last target, and a run again books nothing (P11)."""
    store = another()
    with store.write() as conn:
        run = runs.start_run(conn, "sync", NOW)
        for target in [*targets, *targets[-1:]]:
            booked = ledger.append(conn, _differences(ledger.posted(conn, None), target), run, NOW)
        sums = {row["source_id"]: row["amount_micros"] for row in ledger.posted(conn, None).to_dicts()}
        assert {source: amount for source, amount in sums.items() if amount} == {
            source: amount for source, amount in (targets[-1] if targets else {}).items() if amount
        }
        assert ledger.verify(conn) is None
    if targets:
        assert booked == 0


def _differences(posted: dy.DataFrame[f.Posted], target: dict[str, int]) -> dy.DataFrame[f.Postings]:
    known = {row["source_id"]: (row["amount_micros"], row["postings"]) for row in posted.to_dicts()}
    rows = []
    for source in sorted(known.keys() | target.keys()):
        amount, sequence = known.get(source, (0, 0))
        if delta := target.get(source, 0) - amount:
            rows.append({"source_id": source, "sequence": sequence, "delta_micros": delta})
    return postings(*rows)
