"""Windows of each payee's own: which rows of quota count in them, and what a cap carries into the next."""

import pytest

from tests.engine.scenario.judging import failed, judged

PLAN = """
plan:
  effective: {from: 2026-01-01, until: 2027-01-01}
  proration: PRORATION
  components:
    - id: base
      quota: q
      accumulates: year
      since: enrolment
      tiers: whole
      brackets: [{from: 0%, rate: 5%}, {from: 100%, rate: 10%}]
enrolments: [{payee: rep, from: 2026-04-01}]
"""
BEFORE_THE_START = """
quotas: [{amount: 100, from: 2026-03-01, until: 2027-03-01}]
deals: [{on: 2026-05-20, amount: 100}]
expect: {totals: {rep: 0}, issues: [quota_straddles]}
"""
NEXT_YEAR = """
quotas: [{amount: 100, from: 2027-04-01, until: 2028-04-01}]
deals: [{on: 2026-05-20, amount: 100}]
expect: {totals: {rep: 0}, issues: [quota_missing]}
"""
IN_PARTS = """
quotas: [{amount: 60, from: 2026-04-01, until: 2026-10-01}, {amount: 40, from: 2026-10-01, until: 2027-04-01}]
deals: [{on: 2026-05-20, amount: 100}]
expect: {totals: {rep: 10}}
"""
CUT_BY_THE_PLAN = """
quotas: [{amount: 120}]
deals: [{on: 2026-05-20, amount: 90}]
expect: {totals: {rep: EARNED}}
"""


@pytest.mark.parametrize(
    ("rest", "proration"),
    [
        (BEFORE_THE_START, "none"),
        (NEXT_YEAR, "none"),
        (IN_PARTS, "none"),
        (CUT_BY_THE_PLAN.replace("EARNED", "4.50"), "none"),
        (CUT_BY_THE_PLAN.replace("EARNED", "9"), "months"),
    ],
)
def test_which_rows_of_quota_are_those_of_an_own_year(rest, proration):
    assert failed(judged(f"scenario: s\n{PLAN.replace('PRORATION', proration)}{rest}")) == []


CARRIED = """
plan:
  components: [{rate: 10%}]
  caps: [{id: pace, per: month, since: enrolment, amount: 100, then: carry}]
enrolments: [{payee: rep, from: 2026-01-31}]
deals: [{on: 2026-02-10, amount: 2_500}]
through: 2026-05
expect: {totals: {rep: {2026-02: 200, 2026-03: 50, total: 250}}}
"""


def test_months_from_a_last_day_of_a_month_follow_each_other():
    """They begin on 31 January, 28 February and 31 March."""
    assert failed(judged(f"scenario: s\n{CARRIED}")) == []
