"""Of alternatives one is paid: the greatest or the least of each window, and none while one of them is not known."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.measures.measure import Measure
from engine.model import MICROS
from tests.engine.plans import Case, by_amount, by_share, codes, component, plan, quota, rate, sold

MEASURES = {"acv": Measure(sum="acv"), "margin": Measure(sum="margin")}
FIVE = component(id="five", rate=rate(5), accumulates="quarter")
TIERS = component(id="tiers", accumulates="quarter", brackets=by_amount((0, 2), (500, 9)))


def paid(sales, **choice):
    """By component what a quarter's deals pay."""
    outcome = Case([plan(FIVE, TIERS, **choice)]).pays(sold(*(("2026-02-10", amount) for amount in sales)))
    lines = outcome.lines.partition_by("component", as_dict=True)
    return {name: of["amount_micros"].sum() for (name,), of in lines.items()}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-300, 900).filter(bool), min_size=1, max_size=4))
def test_the_window_pays_one_of_the_two(sales):
    both = paid(sales)
    most, least = paid(sales, greatest_of=(("five", "tiers"),)), paid(sales, least_of=(("five", "tiers"),))

    assert most["five"] + most["tiers"] == max(both["five"], both["tiers"])
    assert least["five"] + least["tiers"] == min(both["five"], both["tiers"])


def test_while_one_is_unknown_none_is_paid():
    parts = component(id="five", rate=rate(5)), component(id="margin", measure="margin")
    case = Case([plan(*parts, measures=MEASURES, greatest_of=(("five", "margin"),))])
    outcome = case.pays(sold(("2026-02-10", 500), ("2026-02-11", 500, {"cost_micros": 300 * MICROS})))

    assert set(codes(outcome)) == {"cost_missing", "gauge_held"}
    assert set(outcome.held.select("component", "source_id").rows()) == {("five", "C1"), ("margin", "C1")}
    assert outcome.lines.sort("component").select("component", "amount_micros").rows() == [
        ("five", 25 * MICROS),
        ("margin", 0),
    ]


def test_a_payment_that_is_held_does_not_hold_the_deals_payment_in_another_window():
    parts = (
        component(id="five", measure="cash", rate=rate(5), accumulates="month"),
        component(id="tiers", measure="cash", accumulates="month", quota="acv", brackets=by_share((0, 2), (50, 9))),
    )
    of = plan(*parts, measures={"cash": Measure(sum="cash")}, greatest_of=(("five", "tiers"),))
    paid_on = [{"deal_id": "D1", "kind": "payment", "amount_micros": 100 * MICROS}] * 2
    days = date(2026, 4, 1), date(2026, 5, 1)
    events = [{**event, "happened_on": day} for event, day in zip(paid_on, days, strict=True)]
    quotas = [quota(1_000, from_on="2026-05-01", until_on="2026-06-01")]
    outcome = Case([of], quotas, others={"deal_events": events}).pays(sold(("2026-03-10", 10_000)))

    assert outcome.lines.sort("component").select("component", "period", "amount_micros").rows() == [
        ("five", "2026-05", 5 * MICROS),
        ("tiers", "2026-05", 0),
    ]
