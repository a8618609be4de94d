"""Quotas of people who are new, join late or leave early."""

from fractions import Fraction

import pytest

from engine.documents.plans.ramp import RampMonth
from engine.payees.windows.proration import quotas_of
from tests.engine.builders import book, company, units, window
from tests.engine.plans import Case, by_share, component, plan, quota, sold

QUARTER = {"from_on": "2026-02-01", "until_on": "2026-05-01"}
RAMP = tuple(RampMonth(month=month, quota=Fraction(month, 4)) for month in (1, 2, 3))


def reached(*spans, rows=({**QUARTER},), amount=89_000, **changes):
    """Ada's quotas in whole units; the quarter has 28 + 31 + 30 days."""
    enrolments = [{"person_id": "ada", "plan": "ae", "from_on": since, "until_on": until} for since, until in spans]
    of = book(quotas=[quota(amount, **row) for row in rows], enrolments=enrolments)
    found = quotas_of(plan(**changes), of, company())
    return [Fraction(micros, 10**6) for micros in found["amount_micros"]]


@pytest.mark.parametrize(
    ("span", "kind", "expected"),
    [
        (("2026-02-01", None), "days", 89_000),
        (("2026-03-01", None), "days", 61_000),
        (("2026-03-02", None), "days", 60_000),
        (("2026-02-01", "2026-02-02"), "days", 1_000),
        (("2026-03-02", None), "none", 89_000),
        (("2025-01-01", None), "months", 90_000),
        (("2026-03-01", None), "months", 60_000),
        (("2026-03-02", None), "months", 30_000),
        (("2026-02-01", "2026-04-01"), "months", 60_000),
        (("2026-06-01", None), "days", 0),
    ],
)
def test_joiners_and_leavers(span, kind, expected):
    amount = 90_000 if kind == "months" else 89_000

    assert reached(span, proration=kind, amount=amount) == [expected]


def test_two_spans_and_the_plans_own_window_count_together():
    spans = (("2026-02-01", "2026-02-08"), ("2026-04-24", None))

    assert reached(*spans, proration="days") == [14_000]
    assert reached(*spans, proration="days", effective=window("2026-02-03", "2026-04-25")) == [6_000]


def test_a_ramp_by_months_since_the_start():
    assert reached(("2026-02-20", None), ramp=RAMP, amount=90_000) == [45_000]
    assert reached(("2025-12-20", None), ramp=RAMP, amount=90_000) == [82_500]
    assert reached(("2026-03-20", None), ramp=RAMP, amount=90_000) == [22_500]
    assert reached(("2020-01-01", None), ramp=RAMP, amount=90_000) == [90_000]


def test_a_ramp_and_proration_multiply():
    assert reached(("2026-02-15", None), ramp=RAMP, proration="days") == [
        Fraction(89_000, 89) * (14 * Fraction(1, 4) + 31 * Fraction(1, 2) + 30 * Fraction(3, 4))
    ]
    assert reached(("2026-02-15", None), ramp=RAMP, proration="months", amount=90_000) == [37_500]


def test_monthly_rows_ramp_each_by_its_month():
    rows = [
        {"from_on": "2026-02-01", "until_on": "2026-03-01"},
        {"from_on": "2026-03-01", "until_on": "2026-04-01"},
        {"from_on": "2026-05-01", "until_on": "2026-06-01"},
    ]

    assert reached(("2026-02-01", None), rows=rows, ramp=RAMP, amount=40_000) == [10_000, 20_000, 40_000]


def test_the_curve_starts_earlier_for_who_ramps():
    tiers = component(brackets=by_share((0, 10), (100, 15)), accumulates="quarter")
    case = Case(
        [plan(tiers, ramp=RAMP)],
        [quota(90_000, **QUARTER)],
        [{"person_id": "ada", "plan": "ae", "from_on": "2026-02-20"}],
    )
    line = case.pays(sold(("2026-04-10", 60_000))).lines.row(0, named=True)

    assert (line["quota_micros"], line["amount_micros"]) == (units(45_000), units(4_500 + 2_250))
