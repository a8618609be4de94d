"""Carry-over: what one window leaves to the next, of achievements and of what a cap takes off."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from engine.documents.curves.carry import Carry
from engine.documents.plans.plan_cap import PlanCap
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units, window
from tests.engine.plans import Case, amounts, by_share, codes, component, plan, quota, sold

QUARTERS = [
    {**quota(1_000), "from_on": first, "until_on": until}
    for first, until in (("2026-02-01", "2026-05-01"), ("2026-05-01", "2026-08-01"), ("2026-08-01", "2026-11-01"))
]
TIERS = by_share((0, 10), (100, 20))


def carrying(**keys):
    """A plan with an accelerator at 100 % of a quarter, which carries."""
    return plan(component(brackets=TIERS, accumulates="quarter", carry=Carry(**keys)))


def paid(of, *sales, **reach):
    """The outcome, every line of which is computed again from its facts."""
    case = Case([of], QUARTERS)
    outcome = case.pays(sold(*sales), **reach)
    assert all(recomputed(facts(line, of)) == line["amount_micros"] for line in outcome.lines.iter_rows(named=True))
    return outcome


@pytest.mark.parametrize(("through", "second"), [(date(2026, 4, 1), 80), (date(2026, 5, 1), 110), (None, 110)])
def test_a_surplus_counts_once_its_quarter_is_over(through, second):
    """800 in the second quarter are 110 % of it with the 300 before, and 80 % without."""
    outcome = paid(carrying(surplus="ahead"), ("2026-02-10", 1_300), ("2026-05-10", 800), through=through)

    assert amounts(outcome) == [160, {80: 80, 110: 90}[second]]


def test_a_quarter_without_deals_passes_on_what_is_left_or_missing():
    ahead = paid(carrying(surplus="ahead"), ("2026-02-10", 2_500), ("2026-08-10", 600))
    behind = paid(carrying(deficit="behind"), ("2026-02-10", 500), ("2026-08-10", 2_700))

    assert amounts(ahead) == [400, 70]  # 1,500 and then 500 ahead
    assert amounts(behind) == [50, 290]  # 500 and then 1,500 behind: 1,200 in the end


def test_moved_surplus_is_paid_in_later_quarters_up_to_their_quota():
    outcome = paid(carrying(surplus="moved"), ("2026-02-10", 2_500), ("2026-08-10", 600))

    assert [(line["dated_on"].isoformat(), line["amount_micros"]) for line in outcome.lines.iter_rows(named=True)] == [
        ("2026-02-10", units(100)),
        ("2026-05-01", units(100)),
        ("2026-08-01", units(50)),
        ("2026-08-10", units(50)),
    ]


def test_what_begins_nobody_knows_where_is_held():
    outcome = paid(
        carrying(deficit="behind"), ("2026-02-10", 500, {"currency": "EUR"}), ("2026-03-10", 1), ("2026-05-10", 9)
    )

    assert amounts(outcome) == [Fraction(1, 10)]
    assert codes(outcome) == ["exchange_rate_missing", "carry_unknown"]


def test_surplus_moves_on_for_as_long_as_there_is_any():
    months = [date(2026 + nth // 12, nth % 12 + 1, 1) for nth in range(1, 22)]
    of = plan(component(brackets=TIERS, accumulates="month", carry=Carry(surplus="moved")))
    rows = [{**quota(100), "from_on": first, "until_on": until} for first, until in pairwise(months)]

    outcome = Case([of], rows).pays(sold(("2026-02-10", 1_850)), through=date(2027, 11, 1))

    assert amounts(outcome) == [10] * 18 + [5]


def test_a_quarter_of_which_all_is_held_is_known_to_nobody_either():
    outcome = paid(carrying(surplus="ahead"), ("2026-02-10", 500, {"currency": "EUR"}), ("2026-05-10", 9))

    assert (amounts(outcome), codes(outcome)) == ([], ["exchange_rate_missing", "carry_unknown"])


def test_a_year_that_begins_anew_begins_anew_whatever_was_held_before():
    next_year = {**quota(1_000), "from_on": "2027-02-01", "until_on": "2027-05-01"}
    case = Case([carrying(deficit="behind", within_year=True)], [*QUARTERS, next_year])

    outcome = case.pays(sold(("2026-11-10", 500, {"currency": "EUR"}), ("2027-02-10", 500)))

    assert (amounts(outcome), codes(outcome)) == ([50], ["exchange_rate_missing"])


def test_deficits_begin_with_the_component():
    of = plan(
        component(
            brackets=TIERS,
            accumulates="quarter",
            carry=Carry(deficit="made_up"),
            effective=window("2026-05-01", "2026-11-01"),
        )
    )

    assert amounts(paid(of, ("2026-08-10", 1_500))) == [50]  # 1,000 make up the second quarter; the first has none


@pytest.mark.parametrize(("through", "expected"), [(date(2026, 3, 1), [100, -40, 40]), (date(2026, 2, 1), [100, -40])])
def test_what_a_cap_leaves_is_paid_once_its_month_is_over(through, expected):
    of = plan(component(), caps=(PlanCap(id="most", per="month", amount=units(60), then="carry"),))

    assert amounts(paid(of, ("2026-02-10", 1_000), through=through)) == expected


def test_nothing_is_carried_to_who_is_on_the_plan_no_more():
    of = plan(component(), caps=(PlanCap(id="most", per="month", amount=units(60), then="carry"),))
    left = [{"person_id": "ada", "plan": "ae", "until_on": "2026-03-01"}]

    assert amounts(Case([of], enrolments=left).pays(sold(("2026-02-10", 1_000)))) == [100, -40]
