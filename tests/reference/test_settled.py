"""What the two engines once answered differently, each as small as it still was a difference."""

from __future__ import annotations

from typing import Any

from engine.book import Rules
from engine.documents.reading import read_engagement, read_plan
from tests.engine.builders import book, company, units
from tests.reference.comparing import differences, of_engine
from tests.reference.made.world import World

REPS = """plan: rep
currency: USD
effective: {from: 2026-02-01}
measures: {m: {sum: amount}}
components: [{id: base, kind: commission, measure: m, rate: 10%}]
"""
MANAGERS = """plan: manager
currency: USD
effective: {from: 2026-02-01}
measures: {m: {sum: earnings, of: [base], credits: [rollup]}}
components:
  - {id: top, kind: manager_override, measure: m, quota: q, accumulates: year, tiers: marginal,
     brackets: [{from: 0%, rate: 0%}, {from: 100%, rate: 10%}]}
"""
RULES = """rules_of_engagement: made
effective: {from: 2020-01-01}
rules: [{id: all, owner: deal_owner, credit: [{to: deal_owner, share: 100%}]}]
otherwise: {hold: revops}
"""


def made(engagement: str, *plans: str, **rows: Any) -> World:
    """Ada, who reports to Lee, on the plans of their names; each sold a deal on the 15th of May."""
    known = book(
        deals=[{"deal_id": "D1", "amount_micros": units(1_000), "acv_micros": units(1_000)}],
        enrolments=[{"person_id": "ada", "plan": "rep"}, {"person_id": "lee", "plan": "manager"}],
        reporting_lines=[{"person_id": "ada", "manager_id": "lee"}],
        **rows,
    )
    policy, files = read_engagement(engagement, "rules.yaml").rows, [read_plan(text, "p").rows for text in plans]
    return World(known, Rules(company(), (policy,), tuple(files)), (engagement, *plans))


def test_what_counts_for_nobody_above_brings_them_no_earnings_of_nothing() -> None:
    """A house account that counts for quotas alone: the manager, who has no quota, is asked for none."""
    house = "house_accounts: [{id: own, when: {motion: new_business}, counts_for: quota}]\n"
    world = made(RULES + house, REPS, MANAGERS)

    assert differences(world) == []
    assert not [key for key in of_engine(world) if "lee" in key]
    assert [key for key in of_engine(made(RULES, REPS, MANAGERS)) if key[0] == "held"]


STEPS = """plan: rep
currency: USD
effective: {from: 2026-02-01}
zero_quota: unpaid
measures: {m: {sum: amount}}
components:
  - {id: base, kind: commission, measure: m, quota: q, accumulates: month, tiers: marginal,
     brackets: [{from: 0%, rate: 0%}, {from: 100%, rate: 10%}], rounded_attainment: {to: 1%}}
  - {id: more, kind: spiff, measure: m, rate: 1%, only_if: {attainment_of: base, above: 0%}}
"""


def test_something_achieved_of_a_quota_of_0_is_above_0_percent_in_whole_steps_too() -> None:
    quota = {"person_id": "ada", "quota": "q", "amount_micros": 0, "from_on": "2026-05-01", "until_on": "2026-06-01"}
    world = made(RULES, STEPS, quotas=[quota])

    assert differences(world) == []
    assert [told for key, told in of_engine(world).items() if "more" in key] == [units(10)]


YEAR = """plan: rep
currency: USD
effective: {from: 2026-02-01}
measures: {m: {sum: amount}, paid: {sum: earnings, of: [base]}}
components:
  - {id: base, kind: commission, measure: m, rate: 10%}
  - {id: more, kind: spiff, measure: paid, rate: 1%, accumulates: month, to_date: year}
"""


def test_what_a_house_account_earned_nobody_does_not_hold_pay_to_date() -> None:
    house = "house_accounts: [{id: own, when: {motion: new_business}, counts_for: quota}]\n"
    world = made(RULES + house, YEAR)

    assert differences(world) == []
    assert not [key for key in of_engine(world) if key[0] == "held"]


KEPT = """plan: rep
currency: USD
effective: {from: 2026-02-01}
measures: {m: {sum: amount}, paid: {sum: earnings, of: [base]}}
components:
  - {id: base, kind: commission, measure: m, rate: 10%, accumulates: month, to_date: year, overpaid: kept}
  - {id: more, kind: spiff, measure: paid, quota: q, accumulates: year, tiers: marginal,
     brackets: [{from: 0%, rate: 0%}, {from: 100%, rate: 10%}]}
"""


def test_a_window_to_date_that_says_nothing_is_no_earning() -> None:
    """Only the month in which something was paid waits for a quota, and none of those after it."""
    world = made(RULES, KEPT)

    assert differences(world) == []
    held = [key[-1] for key in of_engine(world) if key[0] == "held"]
    assert held == ["D1:direct:deal_owner:all:ada", "to-date:base:ada:2026-05"]
