"""Weighted attainments, where what counts in them pays nobody, or comes before the component is in force."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from engine.documents.curves.bracket import Bracket
from engine.documents.measures.measure import Measure
from engine.documents.measures.weighted import WeightedAttainment
from engine.documents.values import Dated
from tests.engine.builders import units, window
from tests.engine.plans import Case, amounts, component, plan, quota, sold

SCORE = (WeightedAttainment(measure="acv", quota="acv", weight=Fraction(1), least=Fraction(1, 2)),)
MEASURES = {"acv": Measure(sum="acv"), "score": Measure(weighted=SCORE)}


def paid(*sales, **changes):
    """What a bonus of 1,000 at 100 % of a quota of 100 pays for each sale."""
    target = Dated(steps=((date.min, units(1_000)),))
    rows = (Bracket(from_share=Fraction(0), times=Dated(steps=((date.min, Fraction(1)),))),)
    bonus = component(measure="score", accumulates="year", tiers="marginal", target=target, brackets=rows, **changes)
    return amounts(Case([plan(bonus, measures=MEASURES)], [quota(100)]).pays(sold(*sales)))


def test_a_deal_of_a_house_account_moves_the_sum_and_pays_nothing():
    assert paid(("2026-02-10", 60), ("2026-03-10", 20, {"house": "strategic"}), ("2026-04-10", 30)) == [600, 0, 300]


def test_more_than_a_thousand_times_the_quota_counts_as_that():
    sales = ("2026-02-10", 90), ("2026-03-10", 200_000), ("2026-04-10", -400_000), ("2026-05-10", 200_060)

    assert paid(*sales) == [900, 1_000_000 - 900, -1_000_000, 1_500]


def test_what_came_before_the_component_is_no_part_of_what_it_reached():
    life = window("2026-03-01", "2027-01-01")

    assert paid(("2026-02-10", 40), ("2026-03-10", 20), ("2026-04-10", 30), effective=life) == [0, 500]
