"""Targets from people data: amounts of a year as targets of any window."""

from fractions import Fraction

import pytest

from tests.engine.builders import units
from tests.engine.plans import Case, component, plan, rate, sold

QUARTERS = ("2026-03-10", "2026-06-10", "2026-09-10", "2026-12-10")


def reached(*terms, days=QUARTERS, accumulates="quarter", enrolled=("2020-01-01", None), rates=(), **changes):
    """Ada's targets by window, in whole units, and the issues; the fiscal year begins in February."""
    part = component(rate=None, times=rate(100), quota="acv", accumulates=accumulates, target_of="variable")
    quota = {"person_id": "ada", "quota": "acv", "amount_micros": units(1_000)}
    rows = [{"person_id": "ada", "from_on": "2020-01-01", **row} for row in terms]
    case = Case(
        [plan(part, **changes)],
        quotas=[{**quota, "from_on": day[:8] + "01", "until_on": day[:8] + "02"} for day in days],
        enrolments=[{"person_id": "ada", "plan": "ae", "from_on": enrolled[0], "until_on": enrolled[1]}],
        fx_rates=rates,
        others={"compensation": rows},
    )
    outcome = case.pays(sold(*((day, 100) for day in days)))
    found = outcome.lines.select("window", "target_micros").iter_rows()
    return {window: Fraction(target, 10**6) for window, target in found}, [issue.code for issue in outcome.issues]


def variable(amount, **changes):
    return {"variable_micros": units(amount), **changes}


def test_a_year_is_divided_among_its_months_and_adds_up():
    yearly, _ = reached(variable(100_000), accumulates="year", days=QUARTERS[:1])
    monthly, _ = reached(variable(100_000), accumulates="month", days=("2026-02-03", "2026-03-03", "2026-04-03"))

    assert yearly == {"FY2027": 100_000}
    assert sum(monthly.values()) == 25_000
    assert reached(variable(100_000))[0] == dict.fromkeys((f"FY2027-Q{number}" for number in range(1, 5)), 25_000)


def test_pay_that_changes_inside_a_month_counts_by_its_days():
    changes = variable(120_000, until_on="2026-04-16"), variable(240_000, from_on="2026-04-16")

    assert reached(*changes, accumulates="month", days=("2026-04-20",))[0] == {"2026-04": 15_000}


@pytest.mark.parametrize(
    ("proration", "expected"), [("none", 30_000), ("months", 10_000), ("days", Fraction(15 * 10_000, 31) + 10_000)]
)
def test_a_joiners_target_follows_the_plans_proration(proration, expected):
    found, _ = reached(variable(120_000), days=("2026-04-10",), enrolled=("2026-03-17", None), proration=proration)

    assert abs(found["FY2027-Q1"] - expected) < Fraction(1, 10**5)


def test_an_amount_in_another_currency_is_exchanged_by_the_first_day_of_each_month():
    euros = {"currency": "EUR", "rate_den": 10}
    steps = [{**euros, "from_on": "2026-02-01", "until_on": "2026-04-01", "rate_num": 11}]
    steps.append({**euros, "from_on": "2026-04-01", "rate_num": 12})

    found, _ = reached(variable(120_000, currency="EUR"), days=("2026-03-10",), rates=steps)

    assert found == {"FY2027-Q1": 11_000 + 11_000 + 12_000}


@pytest.mark.parametrize(
    "terms", [(), ({"base_salary_micros": 5},), (variable(1, currency="EUR"),), (variable(1, from_on="2030-01-01"),)]
)
def test_without_a_promise_the_target_is_missing(terms):
    assert reached(*terms, days=QUARTERS[:1]) == ({}, ["target_missing"])
