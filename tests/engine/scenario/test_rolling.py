"""Gauges that add windows up compare what they came to with the quotas of just these windows."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.money import round_ratio
from tests.engine.scenario.judging import failed, judged

PLAN = """
plan:
  components:
    - id: base
      accumulates: month
      rate: 10%
      multiplied_by:
        {{measure: sales, quota: q, over: month, {looks}, points: [{{at: 0%, factor: 0%}}, {{at: 100%, factor: 100%}}],
         beyond: continue}}
"""
MONTHS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 900)), min_size=4, max_size=9)
LOOKS = st.sampled_from(
    [
        ("trailing: 3", 3, 0),
        ("trailing: 1, ending: before", 1, 1),
        ("trailing: 2, ending: before", 2, 1),
        ("to_date: year", 12, 0),
        ("to_date: year, ending: before", 12, 1),
    ]
)


@given(MONTHS, LOOKS)
@settings(max_examples=4)
def test_the_factor_is_what_the_windows_came_to_over_their_quotas(months, looks):
    said, count, before = looks
    total = 0
    for place, (sold, _) in enumerate(months, start=1 - before):
        of = months[max(place - count, 0) : place]
        reached = Fraction(sum(each for each, _ in of), sum(quota for _, quota in of) or 1)
        paid = sold * 10**5 * reached
        total += round_ratio(paid.numerator, paid.denominator, 10**4, "half_up")
    deals = [f"{{on: 2026-{place:02}-07, amount: {sold}}}" for place, (sold, _) in enumerate(months, start=1) if sold]
    quotas = [
        f"{{quota: q, amount: {quota}, period: 2026-{place:02}}}" for place, (_, quota) in enumerate(months, start=1)
    ]

    verdict = judged(
        f"scenario: s\n{PLAN.format(looks=said)}deals: [{', '.join(deals)}]\nquotas: [{', '.join(quotas)}]\n"
        f"expect: {{totals: {{rep: {total / 10**6:.2f}}}}}\n"
    )

    assert failed(verdict) == []


def scenario(quotas: str, expected: str) -> str:
    """March looks at the last three months, February has no quota."""
    deals = "[{on: 2026-02-07, amount: 100}, {on: 2026-03-07, amount: 100}]"
    return f"scenario: s\n{PLAN.format(looks='trailing: 3')}deals: {deals}\nquotas: {quotas}\nexpect: {expected}\n"


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        (
            "[{quota: q, amount: 100, period: 2026-01}, {quota: q, amount: 100, period: 2026-03}]",
            "{totals: {rep: {2026-02: 10, 2026-03: 10}}}",
        ),
        (
            "[{quota: q, amount: 200, period: 2026-03}]",
            "{totals: {rep: {2026-02: 0, 2026-03: 10}}, issues: [gauge_without_quota]}",
        ),
        (
            "[{quota: q, amount: 50, period: 2026-03}, {quota: q, amount: 50, from: 2025-12-01, until: 2026-02-01}]",
            "{totals: {rep: 0}, issues: [gauge_without_quota]}",
        ),
    ],
)
def test_a_window_without_a_quota_adds_none_and_a_row_over_an_edge_is_nobodys(quotas, expected):
    assert failed(judged(scenario(quotas, expected))) == []


def test_the_percentage_of_the_window_before_needs_no_quota():
    verdict = judged("""
scenario: A commission is doubled after a quarter of good results
plan:
  measures: {sales: {sum: amount}, grr: {import: grr, as: percent}}
  components:
    - id: base
      measure: sales
      accumulates: month
      rate: 10%
      multiplied_by:
        {measure: grr, over: quarter, trailing: 1, ending: before,
         brackets: [{from: 0%, factor: 100%}, {from: 90%, factor: 200%}]}
results: [{result: grr, value: 96%, period: FY2026-Q1}, {result: grr, value: 80%, period: FY2026-Q2}]
deals: [{on: 2026-02-07, amount: 100}, {on: 2026-05-07, amount: 100}, {on: 2026-08-07, amount: 100}]
expect: {totals: {rep: {2026-02: 10, 2026-05: 20, 2026-08: 10}}}
""")

    assert failed(verdict) == []
