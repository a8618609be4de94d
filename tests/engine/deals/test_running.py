"""What an account has running before a deal, at the edges of contracts and in other currencies."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine.deals.classify import classify
from engine.documents.curves.rate_by import RateBy, RatePoint
from tests.engine.builders import book, engagement, rule, rules, units, when
from tests.engine.plans import component, plan, rate

FIRST = {"deal_id": "D0", "closed_on": "2025-05-15", "acv_micros": units(100)}
UPSELL = {"deal_id": "U", "motion": "upsell", "type": "Upsell", "closed_on": "2025-09-01", "acv_micros": units(20)}
RENEWAL = {"motion": "renewal", "type": "Renewal", "prior_deal_id": "D0", "acv_micros": units(150)}
ASKING = rules(engagement(rule("all", fits=when(growth={"min": 0}))))
Row = dict[str, Any]


def running(of: str, *deals: Row, **others: Any) -> int | None:
    found = classify(book(deals=deals, **others), ASKING).rows
    micros = dict(found.select("deal_id", "running_acv_micros").iter_rows())[of]
    return None if micros is None else micros // units(1)


def test_nobody_asks_for_it_then_it_is_not_worked_out() -> None:
    found = classify(book(deals=[FIRST, UPSELL]), rules(engagement(rule("all")))).rows

    assert found["running_acv_micros"].to_list() == [None, None]


def test_a_rate_that_follows_growth_asks_for_it() -> None:
    by = RateBy(deal="growth", points=tuple(RatePoint(at=Fraction(at), rate=rate(10)) for at in (0, 1)))
    asking = rules(engagement(rule("all")), plans=[plan(component(rate=None, rate_by=by))])

    found = classify(book(deals=[FIRST, UPSELL]), asking).rows

    assert found["running_acv_micros"].to_list() == [None, units(100)]


@pytest.mark.parametrize(
    ("day", "acv"),
    [("2025-05-15", 100), ("2025-09-01", 100), ("2025-09-02", 120), ("2026-05-14", 120), ("2026-05-15", None)],
)
def test_a_contract_runs_from_its_start_to_its_end_with_what_was_added(day: str, acv: int | None) -> None:
    assert running("X", FIRST, UPSELL, {**UPSELL, "deal_id": "X", "closed_on": day}) == (
        acv if day != "2025-09-01" else 120
    )


@pytest.mark.parametrize(("ended", "acv"), [("U", 100), ("D0", None)])
@pytest.mark.parametrize("day", [date(2025, 10, 1), date(2025, 10, 2)])
def test_what_an_event_cancels_runs_until_that_day(ended: str, acv: int | None, day: date) -> None:
    event = {"deal_id": ended, "kind": "cancelled", "happened_on": day, "amount_micros": None}
    asked = {**UPSELL, "deal_id": "X", "closed_on": "2025-10-01"}

    assert running("X", FIRST, UPSELL, asked, deal_events=[event]) == (acv if day == date(2025, 10, 1) else 120)


def test_deals_of_one_day_come_in_the_order_of_their_ids() -> None:
    twin = {**UPSELL, "deal_id": "T"}

    assert (running("T", FIRST, UPSELL, twin), running("U", FIRST, UPSELL, twin)) == (100, 120)


def test_a_renewal_takes_the_place_of_what_it_renews_when_it_starts() -> None:
    early = {**RENEWAL, "deal_id": "R", "closed_on": "2026-04-01", "starts_on": "2026-05-01"}
    asked = [{**UPSELL, "deal_id": name, "closed_on": day} for name, day in (("A", "2026-04-30"), ("B", "2026-05-01"))]

    assert [running(name, FIRST, UPSELL, early, *asked) for name in ("R", "A", "B")] == [120, 120, 170]


@pytest.mark.parametrize(("signed", "starts"), [("2026-04-01", None), ("2026-05-14", "2026-04-01")])
def test_a_renewal_is_measured_against_what_it_renews_whenever_it_starts(signed: str, starts: str | None) -> None:
    renewal = {**RENEWAL, "deal_id": "R", "closed_on": signed, "starts_on": starts}
    between = {**UPSELL, "deal_id": "X", "closed_on": "2026-04-20"}

    assert running("R", FIRST, UPSELL, renewal) == 120
    assert running("X", FIRST, UPSELL, renewal, between) == (150 if starts is None else 120)


def test_a_renewal_that_the_crm_keeps_no_contract_of_takes_the_place_of_one_that_it_keeps() -> None:
    contracts = [{"contract_id": "C", "origin_deal_id": "D0", "starts_on": "2025-05-15", "acv_micros": units(120)}]
    renewal = {**RENEWAL, "deal_id": "R", "closed_on": "2026-04-01"}
    asked = {**UPSELL, "deal_id": "X", "closed_on": "2026-04-02"}

    assert running("X", FIRST, renewal, asked, contracts=contracts) == 150


def test_a_contract_of_unknown_worth_makes_the_sum_unknown() -> None:
    contracts = [
        {"contract_id": "C", "origin_deal_id": "D0", "starts_on": "2025-05-15"},
        {"contract_id": "unknown", "starts_on": "2025-06-01"},
    ]

    assert running("U", FIRST, UPSELL, contracts=contracts) is None


def test_contracts_of_the_crm_say_what_they_are_worth_by_now() -> None:
    contract = {"contract_id": "C", "origin_deal_id": "D0", "starts_on": "2025-05-15", "acv_micros": units(120)}

    assert (
        running("X", FIRST, UPSELL, {**UPSELL, "deal_id": "X", "closed_on": "2026-01-01"}, contracts=[contract]) == 120
    )


def test_what_runs_in_another_currency_cannot_be_compared() -> None:
    rates = [{"currency": "EUR", "from_on": "2020-01-01", "rate_num": 11, "rate_den": 10}]

    assert running("U", {**FIRST, "currency": "EUR"}, UPSELL, fx_rates=rates) is None
