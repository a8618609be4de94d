"""Results: replaced deal by deal and payee by payee, read back as the frames that went in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from engine import frames as f
from engine.book import Credited
from store import results
from store.database import Store
from tests.engine.builders import frame

LINE = {
    "plan": "ae",
    "component": "new",
    "period": "2026-11",
    "part": "earning",
    "kind": "commission",
    "dated_on": "2026-05-15",
    "rated_on": "2026-05-15",
    "amount_micros": 5,
    "currency": "USD",
    "plan_version": "abc",
    "base_micros": 1,
    "before_micros": 0,
    "after_micros": 1,
    "window": "FY2026",
}


def credited(*deals: str, **changes: Any) -> Credited:
    return Credited(
        classified=frame(f.Classified, [{"deal_id": deal, "families": ["Ä", 'a"b', "c,d"]} for deal in deals]),
        assignments=frame(f.Assignments, [{"deal_id": deal, "rule": "r1", **changes} for deal in deals]),
        credits=frame(f.Credits, [{"deal_id": deal, "payee_id": payee} for deal in deals for payee in ("ada", "bo")]),
        cohorts=f.Cohorts.empty(),
        lots=f.Lots.empty(),
        issues=(),
    )


def lines(*rows: dict[str, Any]) -> Any:
    return frame(f.Lines, [{**LINE, **row} for row in rows])


def test_deals_come_back_as_they_went_in(store: Store) -> None:
    made = credited("D1", "D2")
    with store.write() as conn:
        results.replace_credited(conn, ["D1", "D2"], made)

    with store.read() as conn:
        assert results.classified_of(conn, None).sort("deal_id").equals(made.classified)
        assert results.assignments_of(conn, ["D2", "D9"]).equals(made.assignments.filter(deal_id="D2"))
        assert results.credits_of(conn, None).sort("credit_id").equals(made.credits.sort("credit_id"))
        assert sorted(results.credits_of(conn, ["bo"])["deal_id"]) == ["D1", "D2"]


def test_a_deal_without_a_row_any_more_loses_owner_and_credits(store: Store) -> None:
    with store.write() as conn:
        results.replace_credited(conn, ["D1", "D2", "D3"], credited("D1", "D2", "D3"))
        results.replace_credited(conn, ["D1", "D2"], credited("D2", held=True))

        assert sorted(results.classified_of(conn, None)["deal_id"]) == ["D2", "D3"]
        assert results.assignments_of(conn, ["D2"])["held"].to_list() == [True]
        assert sorted(set(results.credits_of(conn, None)["deal_id"])) == ["D2", "D3"]


def test_a_deal_classified_but_not_assigned_is_refused(store: Store) -> None:
    one, two = credited("D1"), credited("D1", "D2")
    torn = Credited(two.classified, one.assignments, one.credits, one.cohorts, one.lots, ())

    with store.write() as conn, pytest.raises(ValueError, match="classified, but not assigned: D2"):
        results.replace_credited(conn, ["D1", "D2"], torn)


def test_lines_are_replaced_by_payee(store: Store) -> None:
    with store.write() as conn:
        first = lines({"payee_id": "ada", "source_id": "c1", "deal_id": "D1"}, {"payee_id": "bo", "source_id": "c2"})
        results.replace_lines(conn, ["ada", "bo"], first)
        results.replace_lines(conn, ["ada"], lines({"payee_id": "ada", "source_id": "c3", "deal_id": "D2"}))

        assert sorted(results.lines_of(conn, None)["source_id"]) == ["c2", "c3"]
        assert results.lines_of(conn, ["bo"]).equals(first.filter(payee_id="bo"))
        assert results.lines_of(conn, None, ["D2"])["payee_id"].to_list() == ["ada"]
        assert results.lines_of(conn, ["bo"], ["D2"]).is_empty()


def test_everybody_with_a_credit_or_a_line_is_affected(store: Store) -> None:
    """A clawed-back deal may pay somebody who has no credit on it any more."""
    with store.write() as conn:
        results.replace_credited(conn, ["D1", "D2"], credited("D1", "D2"))
        results.replace_lines(conn, ["cy"], lines({"payee_id": "cy", "source_id": "c1", "deal_id": "D1"}))

        assert results.payees_of(conn, ["D1"]) == {"ada", "bo", "cy"}
        assert results.payees_of(conn, ["D2"]) == {"ada", "bo"}
        assert results.payees_of(conn, []) == set()


def test_whose_pay_is_read_is_computed_with_it(store: Store) -> None:
    """Of one member: the managers above, and everybody below them; of nobody's deals, nobody else."""
    made = credited("D1", "D2", "D3")
    rolled = [
        {"deal_id": deal, "payee_id": boss, "kind": "rollup", "from_payee_id": member}
        for deal, member, boss in (("D1", "ada", "lee"), ("D1", "ada", "vic"), ("D2", "bo", "vic"), ("D3", "cy", "zoe"))
    ]
    with store.write() as conn:
        every = pl.concat([made.credits, frame(f.Credits, rolled)])
        results.replace_credited(conn, ["D1", "D2", "D3"], replace(made, credits=every))

        assert results.with_teams(conn, ["ada"]) == {"ada", "lee", "vic", "bo"}
        assert results.with_teams(conn, ["zoe"]) == {"zoe", "cy"}
        assert results.with_teams(conn, []) == set()


def cohorts(*rows: tuple[str, str, int]) -> Any:
    """Customers in the cohorts of payees: payee, account, what was lost of 100."""
    window = {"over": "quarter", "from_on": "2026-02-01", "until_on": "2026-05-01", "since_on": "2026-02-01"}
    numbers = {"start_micros": 100, "expanded_micros": 0, "shrunk_micros": 0}
    named = [{"payee_id": payee, "account_id": account, "lost_micros": lost} for payee, account, lost in rows]
    return frame(f.Cohorts, [{"plan": "csm", "measure": "grr", **window, **numbers, **row} for row in named])


def test_cohorts_are_replaced_by_customer_and_read_by_payee(store: Store) -> None:
    with store.write() as conn:
        results.replace_cohorts(conn, None, cohorts(("ada", "A1", 0), ("ada", "A2", 0), ("bo", "A3", 0)))
        before = results.answering_for(conn, ["A1", "A3"])
        results.replace_cohorts(conn, ["A1", "A3"], cohorts(("bo", "A1", 100)))

        assert before == {"ada", "bo"}
        assert results.answering_for(conn, ["A3"]) == set()
        assert results.cohorts_of(conn, ["ada"]).equals(cohorts(("ada", "A2", 0)))
        assert results.cohorts_of(conn, ["bo"]).equals(cohorts(("bo", "A1", 100)))

        results.replace_cohorts(conn, None, cohorts())

        assert results.answering_for(conn, ["A1", "A2"]) == set()
