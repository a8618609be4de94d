"""Windows that look at the year so far pay what it is worth in the end, whatever came in between."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.scenario.judging import failed, judged

PLAN = """
plan:
  components:
    - id: base
      quota: q
      accumulates: month
      to_date: year
      target: 1_000
      beyond: continue
      points: [{at: 0%, pays: 0%}, {at: 100%, pays: 100%}, {at: 150%, pays: 300%}]
"""
MONTHLY = PLAN + "quotas: [{quota: q, amount: 100, per: month}]\n"


def worth(achieved: int, months: int) -> Fraction:
    """What the year is worth after so many months."""
    reached = Fraction(achieved, 100 * months)
    return 1_000 * months * (reached if reached <= 1 else 1 + 4 * (reached - 1))


@given(st.lists(st.integers(0, 400), min_size=2, max_size=6))
@settings(max_examples=2)
def test_all_months_together_pay_what_the_year_is_worth(months):
    facts = [f"{{on: 2026-{place:02}-15, amount: {sold}}}" for place, sold in enumerate(months, start=1)]
    total = worth(sum(months), len(months))
    cents = f"{float(total):.2f}"

    verdict = judged(
        f"scenario: s\n{MONTHLY}achieved: [{', '.join(facts)}]\nthrough: 2026-{len(months):02}\n"
        f"expect: {{totals: {{rep: {cents}}}}}\n"
    )

    assert failed(verdict) == []


JUDGED = MONTHLY.replace(
    "beyond:",
    """measure: sales
      only_if: {measure: open, min: 1}
      multiplied_by: {measure: times, brackets: [{from: 0, factor: 50%}, {from: 1, factor: 150%}]}
      cap: {per: window, of_target: 150%, then_pays: 10%}
      overpaid: OVERPAID
      beyond:""",
).replace("plan:", "plan:\n  measures: {sales: {sum: amount}, open: {import: open}, times: {import: times}}")
MONTHS = st.lists(st.tuples(st.integers(0, 400), st.booleans(), st.booleans()), min_size=2, max_size=5)


@given(MONTHS, st.booleans())
@settings(max_examples=4)
def test_gates_factors_and_caps_are_those_of_the_last_month_whatever_the_months_before_were_paid(months, kept):
    sums = [sum(sold for sold, _, _ in months[:place]) for place in range(1, len(months) + 1)]
    due = [
        capped(worth(total, place) * Fraction(3 if fast else 1, 2), 1_500 * place) if gate else Fraction(0)
        for place, (total, (_, gate, fast)) in enumerate(zip(sums, months, strict=True), start=1)
    ]
    facts = [f"{{on: 2026-{place:02}-15, amount: {sold}}}" for place, (sold, _, _) in enumerate(months, start=1)]
    results = [
        f"{{result: {name}, period: 2026-{place:02}, value: 1}}"
        for place, (_, *found) in enumerate(months, start=1)
        for name, yes in zip(("open", "times"), found, strict=True)
        if yes
    ]
    total = max(due) if kept else due[-1]

    verdict = judged(
        f"scenario: s\n{JUDGED.replace('OVERPAID', 'kept' if kept else 'taken_back')}\n"
        f"achieved: [{', '.join(facts)}]\nresults: [{', '.join(results)}]\nthrough: 2026-{len(months):02}\n"
        f"expect: {{totals: {{rep: {float(total):.2f}}}}}\n"
    )

    assert failed(verdict) == []


def capped(value: Fraction, height: int) -> Fraction:
    """Of what is above the cap a tenth is paid."""
    return value if value <= height else height + (value - height) / 10


HELD_LATER = """
plan: {components: [{id: base, kind: bonus, accumulates: month, to_date: year, rate: 10%,
  multiplied_by: {measure: sales, quota: q, brackets: [{from: 0%, factor: 1}, {from: 50%, factor: 2}]}}]}
quotas: [{quota: q, amount: 100, period: 2026-01}, {quota: q, amount: 100, period: 2026-03}]
achieved: [{on: 2026-01-15, amount: 100}, {on: 2026-02-15, amount: 100}, {on: 2026-03-15, amount: 100}]
through: 2026-03
expect: {totals: {rep: {2026-01: 20, total: 20}}, issues: [gauge_without_quota]}
"""


def test_after_a_month_that_nobody_knows_no_month_of_the_year_is_known():
    assert failed(judged(f"scenario: s\n{HELD_LATER}")) == []


LOST_AFTER_THE_PLAN = """
plan:
  effective: {from: 2026-01-01, until: 2027-01-01}
  clawback: {when: {cancelled: {within_months: 6}, refunded: {within_days: 90}}, takes_back: all, applies_to: [base]}
  components: [{id: base, kind: bonus, accumulates: quarter, to_date: year, rate: 10%}]
deals:
  - {id: D1, on: 2026-03-10, amount: 300}
  - {id: D2, on: 2026-12-10, amount: 100, cancelled_on: 2027-02-01}
events: [{deal: D1, what: refunded, on: 2026-04-10, amount: 120}, {deal: D1, what: refunded, on: 2026-07-10, amount: 9}]
through: 2027-06
expect: {totals: {rep: {2026-03: 30, 2026-06: -12, 2026-09: 0, 2026-12: 0, total: 18}}}
"""
RAISED = """
plan:
  components:
    - id: base
      kind: bonus
      quota: q
      accumulates: month
      to_date: year
      target: {2000-01-01: 100, 2026-03-01: 200}
      brackets: [{from: 0%, pays: 0%}, {from: 100%, pays: 100%}]
quotas: [{quota: q, amount: 10, per: month}]
achieved: [{on: 2026-01-15, amount: 20}, {on: 2026-03-15, amount: 10}]
through: 2026-04
expect: {totals: {rep: {2026-01: 100, 2026-02: 100, 2026-03: 200, 2026-04: -400, total: 0}}}
"""


TERMS_OF_THEIR_DAY = """
plan:
  components:
    - id: base
      kind: bonus
      accumulates: month
      to_date: year
      rate: {2000-01-01: 10%, 2026-03-01: 20%}
      cap: {per: window, amount: {2000-01-01: 15, 2026-03-01: 50}}
      only_if: {measure: sales, max: 150}
achieved: [{on: 2026-01-15, amount: 100}, {on: 2026-02-15, amount: 100}, {on: 2026-03-15, amount: 100},
  {on: 2026-04-15, amount: 200}]
through: 2026-04
expect: {totals: {rep: {2026-01: 10, 2026-02: 5, 2026-03: 35, 2026-04: -50, total: 0}}}
"""


@pytest.mark.parametrize("scenario", [LOST_AFTER_THE_PLAN, RAISED, TERMS_OF_THEIR_DAY])
def test_what_is_lost_counts_no_more_and_what_was_paid_was_paid_by_the_terms_of_its_day(scenario):
    assert failed(judged(f"scenario: s\n{scenario}")) == []


TWO_YEARS = """
quotas: [{quota: q, amount: 100, period: 2026-12}, {quota: q, amount: 100, period: 2027-01}]
achieved: [{on: 2026-12-15, amount: 50}, {on: 2027-01-15, amount: 100}]
expect: {totals: {rep: {2026-12: 500, 2027-01: 1_000}}}
"""
NOT_OVER = """
quotas: [{quota: q, amount: 100, per: month}]
achieved: [{on: 2026-01-15, amount: 100}, {on: 2026-02-15, amount: 100}]
through: 2026-01
expect: {totals: {rep: 1_000}}
"""
COMES_AND_GOES = """
quotas: [{quota: q, amount: 100, per: month}]
enrolments: [{payee: rep, from: 2026-02-01, until: 2026-04-01}]
achieved: [{on: 2026-02-15, amount: 100}, {on: 2026-03-15, amount: 50}]
through: 2026-06
expect: {totals: {rep: {2026-02: 1_000, 2026-03: 500, total: 1_500}}}
"""
SELLS_AFTER_LEAVING = """
enrolments: [{payee: rep, from: 2026-01-01, until: 2026-02-01}]
quotas: [{quota: q, amount: 100, per: month}]
achieved: [{on: 2026-01-15, amount: 40}, {on: 2026-02-15, amount: 60}, {on: 2026-04-15, amount: 60}]
through: 2026-06
expect: {totals: {rep: {2026-01: 400, 2026-02: 600, total: 1_000}}}
"""
STRADDLES = """
quotas: [{quota: q, amount: 1_200, per: year}]
achieved: [{amount: 100}]
expect: {totals: {rep: 0}, issues: [quota_straddles]}
"""
WITHOUT_QUOTA = """
achieved: [{amount: 100}]
expect: {totals: {rep: 0}, issues: [quota_missing]}
"""


@pytest.mark.parametrize("rest", [TWO_YEARS, NOT_OVER, COMES_AND_GOES, SELLS_AFTER_LEAVING, STRADDLES, WITHOUT_QUOTA])
def test_which_months_count_and_what_is_held(rest):
    leavers = "plan:\n  leavers: {paid_for_days: 30}\n"
    assert failed(judged(f"scenario: s\n{PLAN.replace('plan:', leavers.strip(), 1)}{rest}")) == []


def test_a_year_that_begins_below_zero_takes_nothing_where_what_was_paid_is_kept():
    kept = "plan: {components: [{id: k, kind: bonus, accumulates: month, to_date: year, overpaid: kept, rate: 10%}]}"
    deals = "[{on: 2026-01-10, amount: -100}, {on: 2026-02-10, amount: 100}, {on: 2026-03-10, amount: 150}]"
    expected = "{totals: {rep: {2026-03: 15, total: 15}}}"

    assert failed(judged(f"scenario: s\n{kept}\ndeals: {deals}\nthrough: 2026-04\nexpect: {expected}\n")) == []


def test_a_year_so_far_of_which_no_month_has_a_promised_target_is_held_and_the_next_one_pays_all_of_it():
    promised = MONTHLY.replace("target: 1_000", "target_of: variable") + (
        "compensation: [{payee: rep, variable: 12_000, from: 2026-02-01}]\n"
        "achieved: [{on: 2026-01-15, amount: 100}, {on: 2026-02-15, amount: 100}]\nthrough: 2026-02\n"
    )

    totals = "totals: {rep: {2026-01: 0, 2026-02: 1_000}}"
    verdict = judged(f"scenario: s\n{promised}expect: {{issues: [target_missing], {totals}}}\n")

    assert failed(verdict) == []


READ_BY_OTHERS = """
plan:
  measures: {sales: {sum: amount}, paid: {sum: earnings, of: [base]}}
  components:
    - {id: base, kind: bonus, measure: sales, accumulates: month, to_date: year, rate: 10%}
    - {id: capped, kind: bonus, measure: paid, rate: 10%, cap: {per: deal, amount: 8}}
    - {id: tiers, kind: bonus, measure: paid, tiers: whole, brackets: [{from: 0, rate: 10%}, {from: 60, rate: 20%}]}
    - {id: gated, kind: bonus, measure: sales, accumulates: month, rate: 1%, only_if: {payout_of: base, min: 60}}
deals: [{on: 2026-01-10, amount: 1_000}, {on: 2026-02-10, amount: 500}, {on: 2026-03-10, amount: -200}]
through: 2026-03
expect:
  lines:
    - {component: capped, period: 2026-01, amount: 8}
    - {component: capped, period: 2026-02, amount: 5}
    - {component: capped, period: 2026-03, amount: -2}
    - {component: tiers, period: 2026-01, amount: 20}
    - {component: tiers, period: 2026-02, amount: 5}
    - {component: tiers, period: 2026-03, amount: -2}
    - {component: gated, period: 2026-01, amount: 10}
    - {component: gated, period: 2026-02, amount: 0}
"""


def test_who_adds_up_what_a_month_was_paid_sees_one_amount_less_what_the_months_before_were_paid():
    assert failed(judged(f"scenario: s\n{READ_BY_OTHERS}")) == []


HOUSE = """
plan: {components: [{id: base, kind: bonus, accumulates: month, to_date: year, rate: 10%}]}
rules_of_engagement:
  house_accounts: [{id: strategic, when: {account: {listed_in: house}}, counts_for: quota}]
  rules: [{id: all, owner: deal_owner, credit: [{to: deal_owner, share: 100%}]}]
lists: {house: [acme]}
deals: [{on: 2026-01-10, amount: 100, account: bolt}, {on: 2026-02-10, amount: 100, account: acme}]
through: 2026-03
expect: {totals: {rep: {2026-01: 10, total: 10}}, issues: [house_to_date]}
"""
RAMPED = """
plan:
  components: [{id: base, accumulates: month, to_date: year, quota: q, target: 4_000, times: 1}]
  ramp: [{month: 1, quota: 0%}, {month: 2, quota: 50%}]
  zero_quota: unpaid
enrolments: [{payee: rep, from: 2026-01-01}]
quotas: [{quota: q, amount: 100, per: month}]
achieved: [{on: 2026-01-15, amount: 30}, {on: 2026-02-15, amount: 50}]
through: 2026-02
expect: {totals: {rep: {2026-01: 0, 2026-02: 6_400}}}
"""


@pytest.mark.parametrize("scenario", [HOUSE, RAMPED])
def test_house_accounts_hold_what_is_paid_to_date_and_a_quota_of_0_pays_nothing_where_the_plan_says_so(scenario):
    assert failed(judged(f"scenario: s\n{scenario}")) == []
