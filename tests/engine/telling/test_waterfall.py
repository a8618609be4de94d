"""From base to payout: what the base rate, tiers, multipliers and caps make of lines, adding up to the cent."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.curves.cap import Cap
from engine.documents.values import Dated
from engine.telling.standing import standing
from engine.telling.waterfall import steps_of
from tests.engine.builders import units
from tests.engine.plans import Case, by_share, component, plan, quota, sold
from tests.engine.telling.test_outlook import standing as at

MARGINAL = by_share((0, 8), (100, 12))


def steps(part, *sales, aim=100_000):
    terms = plan(part)
    lines = Case([terms], [quota(aim)]).pays(sold(*sales)).lines
    found = steps_of(lines.iter_rows(named=True), {terms.version: terms}, "USD")
    assert sum(micros for _, micros in found) == lines["amount_micros"].sum()
    return dict(found)


def test_tiers_and_caps_are_told_from_the_base_rate() -> None:
    """150,000 at 8 % are 12,000; the half above quota adds 4 %; the cap leaves 13,000."""
    cap = Cap(per="window", amount=Dated(steps=((date.min, units(13_000)),)))
    part = component(brackets=MARGINAL, cap=cap)

    found = steps(part, ("2026-05-15", 90_000), ("2026-06-15", 60_000))

    assert found == {"commission": units(12_000), "tiers": units(2_000), "caps": units(-1_000)}


def test_what_rounding_makes_of_a_line_is_no_cap() -> None:
    """8 % of 0.06 and of 0.12 are 0.0048 and 0.0096: the second line pays the cent of both, and no cap took part."""
    terms = plan(component(brackets=MARGINAL))
    lines = Case([terms], [quota(100_000)]).pays(sold(("2026-05-15", 0.06), ("2026-06-15", 0.06))).lines

    second = lines.sort("dated_on").tail(1).iter_rows(named=True)

    assert steps_of(second, {terms.version: terms}, "USD") == [("commission", 10_000)]


def test_a_line_of_another_plan_document_is_base_as_a_whole() -> None:
    """Nothing is taken apart by a curve that did not pay it."""
    terms = plan(component(brackets=MARGINAL))
    lines = Case([terms], [quota(100_000)]).pays(sold(("2026-05-15", 150_000))).lines

    assert steps_of(lines.iter_rows(named=True), {}, "USD") == [("commission", units(14_000))]


sales = st.lists(st.tuples(st.dates(date(2026, 2, 1), date(2027, 1, 31)), st.integers(1, 9_999_999)), max_size=6)


@settings(max_examples=max(4, settings().max_examples // 25))
@given(sales, st.sampled_from(["marginal", "whole", "overage_cliff"]), st.integers(1, 40), st.integers(0, 40))
def test_steps_add_up_to_the_lines_whatever_the_tiers(found, tiers, first, then) -> None:
    """To the cent, though every part by itself is no whole number of cents."""
    part = component(brackets=by_share((0, first), (70, then), (113, 7)), tiers=tiers)

    steps(part, *((str(day), amount / 100) for day, amount in found))


def test_the_drawing_shows_where_the_payee_stands() -> None:
    """Half way to the edge at 75 % of a quota that is drawn to 150 %; far beyond it the drawing goes on."""
    drawn = standing(at(75_000, brackets=MARGINAL))
    far = standing(at(900_000, brackets=MARGINAL))["here"]

    assert drawn["here"] == {"x": 500, "y": 429, "at": "75.0 % of quota", "pays": "6,000.00 USD"}
    assert drawn["lines"] == [[0, 0, 667, 571], [667, 571, 1000, 1000]]
    assert (far["x"], far["at"]) == (909, "900.0 % of quota")
