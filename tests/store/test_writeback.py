"""The write-back table: what is due, in which order, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import Change, Sent, Verdict
from store import writeback
from store.database import Store
from store.writeback import Parked, Wanted
from tests.store.conftest import NOW

DEAL = "Opportunity"


def want(record_id: str, status: str = "credited", as_of: str = "monday", account: str = "A1") -> Wanted:
    return Wanted(record_id, account, {"Status__c": status, "Owner__c": None, "AsOf__c": as_of}, ("AsOf__c",))


def desire(conn: sa.Connection, *wanted: Wanted) -> int:
    return writeback.desire(conn, DEAL, wanted)


def due(conn: sa.Connection, seconds: int = 0) -> list[Change]:
    return writeback.due(conn, DEAL, NOW + timedelta(seconds=seconds), 100)


def answer(conn: sa.Connection, verdict: Verdict, changes: list[Change], seconds: int = 0) -> None:
    sents = [Sent(change, verdict, "LOCKED", "row is locked") for change in changes]
    writeback.mark(conn, sents, NOW + timedelta(seconds=seconds))


def test_what_is_wanted_is_due_until_written(store: Store) -> None:
    with store.write() as conn:
        assert desire(conn, want("D1"), want("D2")) == 2
        changes = due(conn)
        answer(conn, Verdict.WRITTEN, changes)

        assert changes[0] == Change(
            DEAL, "D1", (("Status__c", "credited"), ("Owner__c", None), ("AsOf__c", "monday")), "A1"
        )
        assert due(conn) == []
        assert desire(conn, want("D1"), want("D2")) == 0
        assert due(conn) == []
        assert writeback.counts(conn) == {DEAL: {"sent": 2}}


def test_a_volatile_field_alone_is_no_news_but_travels_with_other_news(store: Store) -> None:
    with store.write() as conn:
        desire(conn, want("D1"))
        answer(conn, Verdict.WRITTEN, due(conn))

        assert desire(conn, want("D1", as_of="tuesday")) == 0
        assert due(conn) == []
        assert desire(conn, want("D1", "held", as_of="wednesday")) == 1
        assert dict(due(conn)[0].fields)["AsOf__c"] == "wednesday"


def test_writes_go_account_by_account_and_page_by_page(store: Store) -> None:
    with store.write() as conn:
        desire(conn, want("D3", account="A1"), want("D1", account="A2"), want("D2", account="A1"))
        first = writeback.due(conn, DEAL, NOW, 2)
        rest = writeback.due(conn, DEAL, NOW, 2, after=(first[-1].ordered_by, first[-1].record_id))

        assert [change.record_id for change in first + rest] == ["D2", "D3", "D1"]


def test_an_account_that_moves_moves_the_write(store: Store) -> None:
    with store.write() as conn:
        desire(conn, want("D1", account="A9"), want("D2", account="A5"))

        assert desire(conn, want("D1", account="A1")) == 0
        assert [change.record_id for change in due(conn)] == ["D1", "D2"]


def test_transient_failures_wait_longer_each_time_up_to_an_hour(store: Store) -> None:
    waits = []
    with store.write() as conn:
        desire(conn, want("D1"))
        (change,) = due(conn)
        for _ in range(9):
            answer(conn, Verdict.RETRY, [change])
            waits.append(next(s for s in (60 * 2**n if n < 6 else 3600 for n in range(7)) if due(conn, s)))
            assert due(conn, waits[-1] - 1) == []

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_write_that_never_succeeds_is_parked_at_last(store: Store) -> None:
    with store.write() as conn:
        desire(conn, want("D1"))
        (change,) = due(conn)
        for _ in range(writeback.ATTEMPTS_MAX):
            assert list(writeback.parked(conn)) == []
            answer(conn, Verdict.RETRY, [change])

        assert list(writeback.parked(conn)) == [Parked(DEAL, "D1", "LOCKED", "row is locked", 20)]


@pytest.mark.parametrize(("verdict", "state"), [(Verdict.PARKED, "parked"), (Verdict.GONE, "gone")])
def test_parked_and_gone_wait_until_something_changes(store: Store, verdict: Verdict, state: str) -> None:
    with store.write() as conn:
        desire(conn, want("D1"), want("D2"), want("D3"))
        answer(conn, verdict, due(conn))

        assert writeback.counts(conn) == {DEAL: {state: 3}}
        assert due(conn, 10**6) == []
        desire(conn, want("D1", "held"), want("D2"))
        writeback.unpark(conn, DEAL, ["D3", "unknown"])
        assert [change.record_id for change in due(conn)] == ["D1", "D3"]


def test_a_refusal_is_news_once(store: Store) -> None:
    """A record that is tried again and refused for the same reason is no news; written in between, it is."""
    with store.write() as conn:
        desire(conn, want("D1"))
        said = []
        for verdict, code in (
            ("parked", "LEFT"),
            ("parked", "LEFT"),
            ("parked", "LOCKED"),
            ("written", ""),
            ("parked", "LOCKED"),
        ):
            (change,) = due(conn)
            said.append(writeback.mark(conn, [Sent(change, Verdict(verdict), code, "no")], NOW) != [])
            writeback.unpark(conn, DEAL, None)
            writeback.send_again(conn, DEAL, ["D1"])
        assert said == [True, False, True, False, True]


def test_an_answer_to_an_earlier_value_says_nothing_about_the_new_one(store: Store) -> None:
    with store.write() as conn:
        desire(conn, want("D1"), want("D2"), want("D3"))
        sent = due(conn)
        desire(conn, want("D1", "held"), want("D2", "held"), want("D3", "held"))
        answer(conn, Verdict.PARKED, sent[:1])
        answer(conn, Verdict.WRITTEN, sent[1:2])
        answer(conn, Verdict.RETRY, sent[2:])

        assert [dict(change.fields)["Status__c"] for change in due(conn)] == ["held"] * 3


def test_a_value_that_went_and_came_back_is_sent_again_when_the_crm_may_hold_the_other(store: Store) -> None:
    """The write in between may have been applied although its answer was lost."""
    with store.write() as conn:
        desire(conn, want("D1", "credited"))
        answer(conn, Verdict.WRITTEN, due(conn))
        desire(conn, want("D1", "held"))
        lost = due(conn)
        desire(conn, want("D1", "credited"))

        assert len(lost) == 1
        assert [dict(change.fields)["Status__c"] for change in due(conn)] == ["credited"]


def test_a_date_in_a_change_has_the_fingerprint_of_its_text() -> None:
    assert writeback.fingerprint({"d": date(2026, 1, 2)}, ()) == writeback.fingerprint({"d": "2026-01-02"}, ())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),  # the value wanted
        st.sampled_from(["none", "answered", "lost", "refused"]),  # what happens to the write, if one is due
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_lost_on_the_way_the_crm_ends_with_the_wanted_value(
    another: Callable[[], Store], steps: list[tuple[str, str]]
) -> None:
    crm, store = "", another()
    with store.write() as conn:
        for value, fate in [*steps, ("a", "none"), ("a", "answered")]:
            desire(conn, want("D1", value))
            for change in due(conn) if fate != "none" else []:
                if fate != "refused":
                    crm = str(dict(change.fields)["Status__c"])
                if fate == "answered":
                    answer(conn, Verdict.WRITTEN, [change])
                if fate == "refused":
                    answer(conn, Verdict.PARKED, [change])
        writeback.unpark(conn, DEAL, ["D1"])
        for change in due(conn):
            crm = str(dict(change.fields)["Status__c"])
    store.close()

    assert crm == "a"
