"""Cash as a measure: every payment counts on its day, with the payee's part of the deal."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.documents.measures.measure import Measure
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.plans import Case, by_amount, codes, component, plan, sold

DEAL = ("2026-03-10", 10_000)


def event(kind: str, on: str, amount: Fraction | int | None = None) -> dict[str, Any]:
    micros = None if amount is None else int(amount * 10**6)
    return {"deal_id": "D1", "kind": kind, "happened_on": date.fromisoformat(on), "amount_micros": micros}


def outcome_of(*events: dict[str, Any], sale: Any = DEAL, measure: Measure | None = None, **more: Any):
    of = plan(component(measure="cash", **more.pop("part", {})), measures={"cash": measure or Measure(sum="cash")})
    outcome = Case([of], others={"deal_events": events}, **more).pays(sold(sale))
    f.Lines.validate(outcome.lines)
    for line in outcome.lines.iter_rows(named=True):
        assert recomputed(facts(line, of)) == line["amount_micros"]
    return outcome


def earned(*events: dict[str, Any], **case: Any) -> list[tuple[str, str, Fraction]]:
    """(part, period, whole units) of every line."""
    rows = outcome_of(*events, **case).lines.sort("dated_on").select("part", "period", "amount_micros").rows()
    return [(part, period, Fraction(amount, 10**6)) for part, period, amount in rows]


def test_without_a_payment_nothing_is_earned():
    assert earned() == []
    assert earned(event("invoice", "2026-04-01")) == []


def test_each_payment_is_a_line_of_its_own():
    assert earned(event("payment", "2026-04-01", 2_500), event("payment", "2026-04-15", 500)) == [
        ("payment 2026-04-01", "2026-04", 250),
        ("payment 2026-04-15", "2026-04", 50),
    ]


def test_a_payment_before_the_deal_was_won_counts_when_it_was():
    assert earned(event("payment", "2026-01-01", 2_500), event("payment", "2026-02-01", 500)) == [
        ("payment 2026-03-10", "2026-03", 300)
    ]


def test_a_refund_takes_back_what_was_received_and_no_more():
    paid = event("payment", "2026-04-01", 2_500)

    assert earned(paid, event("refunded", "2026-05-01", 9_000))[1:] == [("payment 2026-05-01", "2026-05", -250)]
    assert earned(paid, event("refunded", "2026-05-01"), event("payment", "2026-06-01"))[1:] == [
        ("payment 2026-05-01", "2026-05", -250),
        ("payment 2026-06-01", "2026-06", 1_000),
    ]


@pytest.mark.parametrize(("overpaid", "amount"), [("ignored", 1_000), ("counted", 1_200), ("alone", 200)])
def test_more_than_was_sold_is_named_and_counts_where_the_plan_says_so(overpaid: Any, amount: int):
    outcome = outcome_of(event("payment", "2026-04-01", 12_000), measure=Measure(sum="cash", overpaid=overpaid))

    assert outcome.lines["amount_micros"].to_list() == [units(amount)]
    assert codes(outcome) == ["overpaid"]


def test_tiers_of_a_deal_go_on_from_payment_to_payment():
    part = {"brackets": by_amount((0, 5), (4_000, 10)), "accumulates": "transaction"}

    assert earned(event("payment", "2026-04-01", 3_000), event("payment", "2026-05-01", 3_000), part=part) == [
        ("payment 2026-04-01", "2026-04", 150),
        ("payment 2026-05-01", "2026-05", 250),
    ]


def test_a_line_says_which_payment_it_is_of():
    outcome = outcome_of(event("payment", "2026-04-01", 2_500))
    of = plan(component(measure="cash"), measures={"cash": Measure(sum="cash")})
    credits_, deals = sold(DEAL)

    said = explain(outcome.lines.row(0, named=True), of, deals.row(0, named=True), credits_.row(0, named=True))

    assert "2,500.00 x 10 % = 250.00 USD; the customer's payment of 2026-04-01" in said


FLOWS = st.tuples(
    st.sampled_from(["payment", "payment", "refunded"]),
    st.integers(1, 28).map(lambda day: f"2026-04-{day:02}"),
    st.integers(1, 600_000).map(lambda cents: Fraction(cents, 100)),
)


@settings(max_examples=settings().max_examples // 16)
@given(st.lists(FLOWS, max_size=6))
def test_in_any_order_and_paid_in_full_cash_is_the_deal(flows: list[tuple[str, str, Fraction]]):
    """The order in which payments arrive changes nothing; once all has come, the deal counts for its credits."""
    events = [event(*flow) for flow in flows]
    last = event("payment", "2026-05-30", 50_000)

    assert earned(*events) == earned(*events[::-1])
    assert sum(amount for *_, amount in earned(*events, last)) == 1_000
