"""Edges of rounded attainments, of gates of which one is enough, and of releases of pay to date, as plan tests."""

import pytest

from tests.engine.scenario.judging import failed, judged, problems

SEEN_ROUNDED = """
scenario: rounded attainment is what gates and payees see; to date, retention, ramps
plan:
  measures: {sales: {sum: amount}, grr: {retention: {kind: gross}}}
  components:
    - {id: base, measure: sales, quota: sales, accumulates: quarter, rate: 1%, rounded_attainment: {to: 5%}}
    - {id: spiff, kind: spiff, measure: sales, accumulates: quarter, rate: 1%, only_if: {attainment_of: base,
          min: 100%}}
    - {id: keep, kind: bonus, measure: grr, accumulates: quarter, target: 1_000, brackets: [{from: 0%, pays: 0%},
          {from: 92%, pays: 100%}], rounded_attainment: {to: 1%}}
    - id: ytd
      measure: sales
      quota: sales
      accumulates: month
      to_date: quarter
      target: 100
      beyond: flat
      points: [{at: 0%, pays: 0%}, {at: 100%, pays: 100%}]
      rounded_attainment: {to: 10%, rounding: down}
quotas: [{amount: 100_000, per: month}]
cohorts: [{rate: 91.5%}]
deals: [{on: 2026-01-10, amount: 293_000}]
through: FY2026-Q1
expect:
  lines:
    - {component: base, amount: 3_000}
    - {component: spiff, amount: 2_930}
    - {component: keep, amount: 1_000}
    - {component: ytd, period: 2026-01, amount: 100}
    - {component: ytd, period: 2026-03, amount: 70}
"""
FEE_THAT_IS_REFUNDED = """
scenario: a fee on cash waits for the quarter's end, and so does what a refund gives back of it
plan:
  measures: {cash: {sum: cash}}
  components: [{id: fee, measure: cash, rate: -10%, release: {on: booking, end_of: quarter}}]
deals: [{id: A, on: 2026-01-10, amount: 10_000}]
events:
  - {deal: A, what: payment, on: 2026-01-20, amount: 10_000}
  - {deal: A, what: refunded, on: 2026-02-20, amount: 2_000}
through: 2026-04
expect: {totals: {rep: -800}, payable: {rep: {2026-01: 0, 2026-02: 0, 2026-03: -800}}}
"""
SIDE_OF_A_POINT = """
scenario: thirds of a quota, whole tiers at 98 %, both boundaries
plan:
  components:
    - id: lower
      quota: sales
      accumulates: month
      tiers: whole
      brackets: [{from: 0%, rate: 1%}, {from: 98%, rate: 2%}]
      rounded_attainment: {to: 1%}
    - id: upper
      quota: sales
      accumulates: month
      tiers: whole
      boundary: upper
      brackets: [{from: 0%, rate: 1%}, {from: 98%, rate: 2%}]
      rounded_attainment: {to: 1%}
quotas: [{amount: 33.333337, per: month}]
deals: [{on: 2026-01-10, amount: 32.66}]
expect: {lines: [{component: lower, amount: 0.65}, {component: upper, amount: 0.33}]}
"""
ONE_IS_ENOUGH = """
scenario: a result that is missing does not matter where another gate is open; held ones neither
plan:
  measures: {sales: {sum: amount}, nps: {import: nps, as: percent}, margin: {sum: margin}}
  components:
    - {id: base, measure: sales, accumulates: month, rate: 1%, only_if_any: [{measure: nps, min: 80%},
          {measure: sales, min: 1_000}]}
    - {id: held, measure: sales, accumulates: month, rate: 1%, only_if_any: [{measure: margin, min: 80},
          {measure: sales, min: 1_000}], multiplied_by: {measure: sales, brackets: [{from: 0, factor: 2}]}}
    - {id: alone, measure: sales, accumulates: month, rate: 1%, only_if_any: {measure: sales, min: 2_000}}
results: [{payee: b, result: nps, value: 90%, period: 2026-01}]
deals: [{payee: a, on: 2026-01-10, amount: 1_500, cost: 5}, {payee: b, on: 2026-01-10, amount: 500, cost: 0},
      {payee: c, on: 2026-01-10, amount: 500, cost: 499}]
through: 2026-02
expect:
  lines: [{payee: a, component: base, amount: 15}, {payee: b, component: base, amount: 5}, {payee: c,
        component: base, amount: 0}, {payee: a, component: held, amount: 30}, {payee: b, component: held,
        amount: 10}, {payee: c, component: held, amount: 0}, {payee: a, component: alone, amount: 0}]
  issues: [gate_without_result]
"""
EITHER_BY_DEAL = """
scenario: either gate deal by deal
plan:
  measures: {sales: {sum: amount}}
  components:
    - {id: base, measure: sales, accumulates: month, rate: 1%, only_if_any: [{measure: sales, min: 1_000,
          judged: deal}, {measure: sales, over: transaction, min: 700}]}
deals: [{on: 2026-01-10, amount: 700}, {on: 2026-01-11, amount: 200}, {on: 2026-01-12, amount: 100}]
expect: {lines: [{deal: D1, amount: 7}, {deal: D2, amount: 0}, {deal: D3, amount: 1}]}
"""
EITHER_ALL_OF_SEVERAL = """
scenario: a gate on each of two measures is open once both are, also where one gate is enough
plan:
  measures: {sales: {sum: amount}, margin: {sum: margin}, deals: {count: deals}}
  components:
    - {id: base, measure: sales, accumulates: month, rate: 1%, only_if_any: [{each_of: [sales, margin], min: 1_000},
          {measure: deals, min: 2}]}
deals: [{payee: a, on: 2026-01-10, amount: 1_500, cost: 900}, {payee: b, on: 2026-01-10, amount: 1_500, cost: 0},
      {payee: c, on: 2026-01-10, amount: 500, cost: 0}, {payee: c, on: 2026-01-11, amount: 500, cost: 9}]
expect: {totals: {a: {2026-01: 0}, b: {2026-01: 15}, c: {2026-01: 10}}}
"""
STEPS_OF_NO_QUOTA = """
scenario: attainments in steps need a quota, also where the pay is by a flat rate
plan:
  components:
    - {id: base, quota: sales, accumulates: month, rate: 10%, rounded_attainment: {to: 10%}}
quotas: [{payee: a, amount: 10_000, per: month}]
deals: [{payee: a, on: 2026-01-10, amount: 9_700}, {payee: b, on: 2026-01-10, amount: 9_700}]
expect: {totals: {a: {2026-01: 1_000}}, issues: [quota_missing]}
"""
TO_DATE_RELEASED = """
scenario: to date, released 30 days later
plan:
  components:
    - id: pace
      quota: sales
      accumulates: month
      to_date: quarter
      target: 3_000
      beyond: flat
      points: [{at: 0%, pays: 0%}, {at: 100%, pays: 100%}]
      release: {on: booking, after_days: 30}
quotas: [{amount: 100_000, per: month}]
deals: [{on: 2026-01-10, amount: 330_000}]
through: FY2026
expect: {payable: {rep: {2026-01: 0, 2026-02: 0, 2026-03: 6_000, 2026-04: 3_000}}}
"""
TO_DATE_IN_STEPS = """
scenario: each step pays its share of what a month adds to the months before, and takes back at once what it takes
plan:
  components:
    - {id: pace, accumulates: month, to_date: quarter, rate: 10%,
       release: [{share: 50%, on: booking}, {share: 50%, on: booking, after_months: 1}]}
deals: [{on: 2026-01-10, amount: 1_000}, {on: 2026-02-10, amount: 300}, {on: 2026-03-10, amount: -200}]
through: FY2026
expect: {payable: {rep: {2026-01: 50, 2026-02: 65, 2026-03: -5, 2026-04: 0}}}
"""
EQUALS_IN_A_MATRIX = """
scenario: equals that share places reach the row of the best of them
plan:
  components:
    - id: prize
      kind: bonus
      accumulates: month
      matrix:
        rows: {measure: sales, ranked: {ties: shared}, from: [0, 2]}
        columns: {measure: sales, from: [0, 500]}
        pays: [[10, 100], [1, 5]]
deals: [{payee: a, on: 2026-01-10, amount: 500}, {payee: b, on: 2026-01-10, amount: 500}]
through: 2026-01
expect: {totals: {a: 100, b: 100}}
"""


@pytest.mark.parametrize(
    "text",
    [
        SEEN_ROUNDED,
        FEE_THAT_IS_REFUNDED,
        SIDE_OF_A_POINT,
        ONE_IS_ENOUGH,
        EITHER_BY_DEAL,
        EITHER_ALL_OF_SEVERAL,
        STEPS_OF_NO_QUOTA,
        TO_DATE_RELEASED,
        TO_DATE_IN_STEPS,
        EQUALS_IN_A_MATRIX,
    ],
)
def test_edges_come_out_as_written(text: str) -> None:
    verdict = judged(text)
    assert not problems(verdict)
    assert not failed(verdict)
