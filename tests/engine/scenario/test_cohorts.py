"""What a scenario may state of customers, and what it is told when that means nothing."""

from __future__ import annotations

import pytest

from tests.engine.scenario.judging import failed, judged, problems

RATES = """
scenario: customers
plan:
  measures:
    grr: {retention: {kind: gross, owner: CSM}}
    logos: {retention: {kind: logos}}
  components:
    - {id: grr, kind: bonus, measure: grr, accumulates: quarter, target: 1_000, times: 1}
    - {id: logos, kind: bonus, measure: logos, accumulates: quarter, target: 1_000, times: 1}
"""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("contracts: [{arr: 5, renewed: 4, ended: 2026-02-01}]", "contracts[1].ended: written beside renewed."),
        ("contracts: [{arr: 5, expanded: 4, shrunk: 1}]", "contracts[1].shrunk: written beside expanded."),
        ("contracts: [{arr: 5, renewed_on: 2026-02-01}]", "contracts[1].renewed_on: says when, but not at what."),
        ("contracts: [{arr: 5, starts_on: 2026-02-01, due: 2026-02-01}]", "contracts[1].due: the days from"),
        ("contracts: [{account: a, arr: 1, segment: A}, {account: a, arr: 1, segment: B}]",
         "contracts[2]: says another segment of a than one before it."),
        ("cohorts: [{measure: grr}]", "cohorts[1]: says nothing about how much."),
        ("cohorts: [{measure: grr, rate: 90%, start: 5}]", "cohorts[1].start: written beside rate."),
        ("cohorts: [{measure: grr, rate: 90.001%}]", "cohorts[1].rate: has more than two decimals."),
        ("cohorts: [{measure: grr, rate: 101%}]", "cohorts[1].rate: nobody keeps more than there was"),
        ("cohorts: [{measure: grr, start: 5, lost: 3, shrunk: 3}]", "cohorts[1].lost: more was lost and shrunk"),
        ("cohorts: [{measure: grr, start: 0}]", "cohorts[1].start: nobody keeps a part of nothing."),
        ("cohorts: [{measure: grr, rate: 90%, lost: 3}]", "cohorts[1].lost: is a part of start, which is not there."),
        ("cohorts: [{measure: logos, customers: 3, customers_lost: 4}]", "cohorts[1].customers: are no customers"),
        ("cohorts: [{measure: logos, start: 5}]", "cohorts[1]: does not say what its measure looks at."),
        ("cohorts: [{measure: nrr, rate: 5%}]", "cohorts[1].measure: no measure of retention is called nrr."),
        ("cohorts: [{rate: 5%, period: 2026-03-31}]", "cohorts[1].period: "),
        ("cohorts: [{rate: 5%, period: 2026-02}]", "cohorts[1]: no component looks at a window that ends then."),
        ("achieved: [{measure: grr, amount: 5}]", "achieved[1].measure: no measure of deals is called grr."),
    ],
)  # fmt: skip
def test_facts_of_customers_that_mean_nothing(facts: str, expected: str) -> None:
    told = problems(judged(f"{RATES}{facts}\nexpect: {{totals: {{rep: 0}}}}\n"))

    assert [expected in text for text in told] == [True]


def test_contracts_that_nothing_looks_at() -> None:
    verdict = judged("""
        scenario: nothing looks
        plan: {components: [{rate: 10%}]}
        contracts: [{arr: 5}]
        expect: {totals: {rep: 0}}
    """)

    assert problems(verdict) == ["s.yaml:4: contracts: no measure looks at contracts. Write a measure with retention."]


def test_customers_are_of_their_payee_whatever_the_measure_asks_for() -> None:
    """One measure asks for the CSM, the other for the owner of the account; without a payee it is `rep`."""
    facts = """
contracts:
  - {account: a, payee: ada, arr: 100}
  - {account: b, payee: ada, arr: 100, ended: 2026-01-20}
  - {arr: 100}
expect: {totals: {ada: 1_000, rep: 2_000}}
"""
    assert failed(judged(RATES + facts)) == []


def test_a_rate_is_stated_of_every_measure_it_does_not_name() -> None:
    facts = """
cohorts: [{payee: ada, rate: 92.5%}, {payee: bo, rate: 0%, measure: grr}, {payee: cy, rate: 100%, period: FY2026-Q2}]
expect:
  totals: {ada: 1_850, bo: 0, cy: {2026-06: 2_000}}
  attainment: {ada: {grr: 92.5%, logos: 92.5%}}
  lines: [{payee: bo, sentence_contains: was 0 %}]
"""
    assert failed(judged(RATES + facts)) == []


def test_a_customer_of_whom_something_is_not_known_holds_the_rate_and_says_so() -> None:
    facts = """
contracts: [{account: a, payee: ada, arr: 100, currency: EUR}]
expect: {totals: {ada: 0}, issues: [cohort_unknown]}
"""
    assert failed(judged(RATES + facts)) == []


def test_a_gate_is_closed_until_the_rate_is_known() -> None:
    verdict = judged("""
        scenario: gate
        plan:
          measures: {sales: {sum: amount}, grr: {retention: {kind: gross}}}
          components: [{measure: sales, rate: 10%, only_if: {measure: grr, over: quarter, min: 90%}}]
        deals: [{amount: 1_000, payee: ada, on: 2026-01-10}, {amount: 1_000, payee: ada, on: 2026-04-10}]
        contracts: [{payee: ada, arr: 100}]
        through: 2026-04
        expect:
          totals: {ada: {2026-01: 100, 2026-04: 0}}
          lines:
            - {deal: D1, sentence_contains: "gate open: grr was 100 % as of now (at least 90 %, reached on 2026-03-31)"}
            - {deal: D2, sentence_contains: "gate closed, so nothing is paid: there is no rate of grr yet"}
    """)

    assert failed(verdict) == []


@pytest.mark.parametrize(("least", "first"), [("", 100), (", least: 96%", 0)])
def test_a_contest_of_rates_is_won_by_who_keeps_most_of_what_there_was(least, first):
    """And not by who has most to keep; who keeps less than the least takes no part."""
    verdict = judged(f"""
scenario: who keeps most
plan:
  measures: {{grr: {{retention: {{kind: gross}}}}}}
  components:
    - id: prize
      kind: bonus
      measure: grr
      accumulates: quarter
      matrix: {{rows: {{measure: grr, from: [0%]}}, columns: {{measure: grr, from: [0%]}}, pays: [[100]]}}
      only_if: {{measure: grr, ranked: {{ties: best{least}}}, max: 1}}
people: [{{id: big}}, {{id: small}}]
cohorts: [{{payee: big, start: 1_000_000, lost: 100_000}}, {{payee: small, start: 1_000, lost: 50}}]
expect: {{totals: {{big: 0, small: {first}}}}}
""")

    assert failed(verdict) == []
