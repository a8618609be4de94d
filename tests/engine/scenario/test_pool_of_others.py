"""A pool that is a share of another plan's achievements: what it pays, and what it cannot be."""

import pytest

from tests.engine.scenario.judging import failed, judged

PLANS = """
scenario: s
plans:
  - plan: ae
    measures: {{bookings: {{sum: amount}}, deals: {{count: deals}}}}
    components: [{{measure: bookings, rate: 10%}}]
  - plan: support
    measures: {{tickets: {{import: tickets}}}}
    bonus_pools: [{{id: pool, per: month, share: 1%, of_others: {others}, divided_by: headcount}}]
enrolments: [{{payee: ada, plan: ae}}, {{payee: sue, plan: support}}]
"""
OF_BOOKINGS = PLANS.format(others="{plan: ae, measure: bookings}")


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ("{plan: sales, measure: bookings}", "sales is no other plan"),
        ("{plan: support, measure: tickets}", "support is no other plan"),
        ("{plan: ae, measure: acv}", "plan ae has no measure acv"),
        ("{plan: ae, measure: deals}", "deals is no money that each one achieved"),
    ],
)
def test_what_cannot_be_shared_is_refused(others, why):
    rest = f"deals: [{{payee: ada, amount: 100}}]\nexpect: {{error: '{why}'}}\n"

    assert failed(judged(PLANS.format(others=others) + rest)) == []


def test_a_month_pays_its_part_of_what_the_others_booked():
    deals = "deals: [{payee: ada, amount: 100}, {payee: ada, on: 2026-02-10, amount: 300}]\n"
    expect = "expect: {totals: {sue: {2026-01: 1, 2026-02: 3}}}\n"

    assert failed(judged(f"{OF_BOOKINGS}{deals}{expect}")) == []
