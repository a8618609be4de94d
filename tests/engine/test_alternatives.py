"""Of alternatives one is paid: the greatest or the least of each window, and none while one of them is not known."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.measure import Measure
from engine.model import MICROS
from tests.engine.plans import Case, by_amount, codes, component, plan, rate, sold

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
