"""Checks between documents, each issue at the line of the window it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.documents.conditions import AccountTest, When
from engine.documents.document import Reading
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.documents.reading import read_plan
from engine.documents.together import check_rules
from engine.documents.values import Window
from engine.model import Severity
from tests.engine.builders import company, engagement, rule, share, when

COMPANY = company()


def window(begins: str, ends: str | None = None) -> Window:
    return Window(from_on=date.fromisoformat(begins), until_on=date.fromisoformat(ends) if ends else None)


def policy(file: str, begins: str, ends: str | None = None) -> Engagement:
    return engagement(rule("all"), effective=window(begins, ends), written_in=f"{file}:4")


def plan(file: str, begins: str, ends: str | None = None, name: str = "ae", measures: Any = None) -> Plan:
    component: dict[str, Any] = {"id": "base", "kind": "bonus", "measure": "m", "pays": {"steps": ()}}
    effective = window(begins, ends)
    return Plan(
        plan=name,
        currency="USD",
        effective=effective,
        measures=measures or {"m": {"count": "deals"}},
        components=(component,),
        written_in=f"{file}:6",
    )


def test_windows_that_follow_each_other_are_fine() -> None:
    engagements = (policy("b", "2026-02-01"), policy("a", "2025-02-01", "2026-02-01"))
    plans = (plan("p", "2025-02-01", "2026-02-01"), plan("q", "2026-02-01"), plan("r", "2025-02-01", name="csm"))

    assert check_rules(COMPANY, engagements, plans) == ()


def test_two_files_of_one_plan_in_force_at_once_are_refused() -> None:
    plans = (plan("p", "2025-02-01", "2026-02-01"), plan("q", "2026-01-01"))

    (issue,) = check_rules(COMPANY, (policy("a", "2025-02-01"),), plans)

    assert issue.severity is Severity.HOLDS
    assert str(issue) == (
        "q:6: plan ae is already in force from 2026-01-01 by p:6. "
        "Let that one end (until: 2026-01-01), or begin this one later."
    )


def test_a_window_that_never_ends_overlaps_every_later_one() -> None:
    issues = check_rules(COMPANY, (policy("a", "2025-02-01"), policy("b", "2026-02-01")), ())

    assert [(issue.subject, issue.severity) for issue in issues] == [("b:4", Severity.HOLDS)]


def test_a_gap_between_two_files_of_one_plan_is_warned_of() -> None:
    plans = (plan("p", "2025-02-01", "2026-02-01"), plan("q", "2026-04-01"))

    (issue,) = check_rules(COMPANY, (policy("a", "2025-02-01"),), plans)

    assert issue.severity is Severity.WARNS
    assert str(issue) == (
        "q:6: no plan ae is in force from 2026-02-01 until 2026-04-01: p:6 has ended by then. "
        "Close the gap, if it is none."
    )


def test_a_plan_that_begins_inside_a_fiscal_month_is_warned_of() -> None:
    (issue,) = check_rules(COMPANY, (policy("a", "2025-02-01"),), (plan("p", "2025-02-15"),))

    assert issue.severity is Severity.WARNS
    assert issue.message == "effective.from: 2025-02-15 is inside fiscal month 2025-02, which begins on 2025-02-01."


def test_a_plan_without_rules_of_engagement_on_some_day_is_warned_of() -> None:
    engagements = (policy("a", "2025-02-01", "2026-02-01"), policy("b", "2026-02-01", "2026-06-01"))

    (issue,) = check_rules(COMPANY, engagements, (plan("p", "2025-02-01", "2027-02-01"),))

    assert issue.severity is Severity.WARNS
    assert issue.message == "plan ae is in force on 2026-06-01, but no rules of engagement are."


def test_no_rules_of_engagement_at_all_are_refused() -> None:
    (issue,) = check_rules(COMPANY, (), ())

    assert issue.severity is Severity.HOLDS
    assert issue.message == "there are no rules of engagement."


def test_a_list_that_is_not_there_is_refused_wherever_it_is_named() -> None:
    named = when(account=AccountTest(listed_in="named_accounts"))
    open_ended = when(account=AccountTest(not_listed_in="vip"))
    rules = rule("all", share("AE"), share("CSM", 50, overlay=True, when=open_ended), fits=named)

    issues = check_rules(COMPANY, (engagement(rules, written_in="a:4"),), (), lists=["named_account"])

    assert [str(issue) for issue in issues] == [
        (
            "a:4: rules.all.when: no list is called named_accounts. Did you mean named_account? "
            "A list is config/lists/named_accounts.csv."
        ),
        "a:4: rules.all.credit[2].when: no list is called vip. Known: named_account. A list is config/lists/vip.csv.",
    ]
    assert check_rules(COMPANY, (engagement(rules),), (), lists=["named_accounts", "vip"]) == ()


def of_the_team(name: str, component: str, *reads: str) -> Plan:
    """A plan whose component adds up what components of the team paid."""
    return Plan(
        plan=name,
        currency="USD",
        effective=window("2025-02-01"),
        measures={"m": {"sum": "earnings", "of": reads, "credits": ("rollup",)}},
        components=({"id": component, "kind": "manager_override", "measure": "m", "rate": {"steps": ()}},),
        written_in=f"{name}:6",
    )


def test_a_measure_of_the_teams_earnings_names_components_of_any_plan() -> None:
    house = (policy("a", "2025-02-01"),)
    plans = (plan("p", "2025-02-01"), of_the_team("manager", "override", "base"))
    wrong = (plan("p", "2025-02-01"), of_the_team("manager", "override", "bass"))

    (issue,) = check_rules(COMPANY, house, wrong)

    assert check_rules(COMPANY, house, plans) == ()
    assert issue.severity is Severity.HOLDS
    assert str(issue) == ("manager:6: measures.m.of: no component of any plan is called bass. Did you mean base?")


def test_members_are_counted_by_what_attains_a_quota() -> None:
    team = {"m": {"members": {"attaining": ("base",), "least": 1}}}
    plans = [plan("p", "2025-02-01"), plan("manager", "2025-02-01", name="m", measures=team)]

    found = [str(issue) for issue in check_rules(COMPANY, [policy("a", "2025-02-01")], plans)]

    message = "manager:6: measures.m.members: base has no quota that it could attain in a fiscal window."
    assert f"{message} Add quota and accumulates to base, and remove since, for_each and to_date." in found


def test_components_of_two_plans_that_wait_for_each_other_are_refused() -> None:
    plans = (of_the_team("lead", "lead-override", "override"), of_the_team("manager", "override", "lead-override"))

    (issue,) = check_rules(COMPANY, (policy("a", "2025-02-01"),), plans)

    assert issue.severity is Severity.HOLDS
    assert str(issue) == (
        "config/plans: components wait for each other: lead.lead-override needs manager.override needs "
        "lead.lead-override. Let one of them not add up the next."
    )


def test_facts_that_no_field_gives_and_names_nobody_defines_are_refused() -> None:
    def testing(**tests: object) -> When:
        return When.model_validate(tests, context=Reading())

    governing = engagement(rule("r", fits=testing(facts={"tier": "Gold"})))
    measures = {"m": {"count": "deals", "when": testing(facts={"teir": "Gold"}, window="landing")}}
    paying = plan("p", "2020-01-01", measures=measures)

    found = check_rules(COMPANY, (governing,), (paying,), facts=["tier"])

    assert [issue.message for issue in found if issue.severity is Severity.HOLDS] == [
        "measures.m.when.window: no window is called landing.",
        "measures.m.when: no fact is called teir.",
    ]


TO_DATE = """plan: ae
currency: USD
effective: {from: 2026-02-01, until: ENDS}
measures:
  m: {count: deals}
  all: {count: deals, across: everybody}
  each: {ratio: {of: m, to: all, as: number}}
  full: {members: {attaining: [own], least: 100%, counted_as: members}}
components:
  - {id: own, kind: bonus, accumulates: month, measure: m, quota: q, target: 100, times: 1}
  - {id: base, kind: bonus, accumulates: quarter, brackets: [{from: 0, lump: 100}], COUNTS}
"""


@pytest.mark.parametrize("ends", ["2027-02-01", "2026-08-01", "2026-09-01"])
@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("components.base.to_date", "measure: m, to_date: year"),
        ("components.base.measure", "measure: all"),
        ("components.base.measure", "measure: each"),
        ("components.base.measure", "measure: full"),
        ("bonus_pools.pool.per", "measure: m"),
    ],
)
def test_a_plan_ends_with_its_windows_where_they_are_paid_when_they_are_over(ends: str, key: str, counts: str) -> None:
    """What was sold in a window that is cut off would never be paid, without a word."""
    shared = "bonus_pools: [{id: pool, per: quarter, amount: 100, divided_by: headcount}]" if "pool" in key else ""
    found = read_plan(TO_DATE.replace("ENDS", ends).replace("COUNTS", counts) + shared, "p")
    assert found.rows is not None, found.issues

    issues = check_rules(COMPANY, (policy("a", "2026-02-01"),), (found.rows,))

    cut = (
        f"p:3: {key}: 2026-09-01 is inside FY2027-Q3, which would not be paid. "
        "End the plan with a window (until: 2026-08-01 or 2026-11-01)."
    )
    assert [str(issue) for issue in issues] == ([cut] if ends == "2026-09-01" else [])


DRAWN = """plan: ae
currency: USD
effective: {from: 2026-02-01, until: 2027-02-01}
measures: {m: {sum: amount}}
components: [{id: base, kind: commission, measure: m, rate: 10%}]
draw: {kind: recoverable, amount: 1_000}
"""


@pytest.mark.parametrize(
    ("key", "written", "other"),
    [
        ("currency", "currency: USD", "currency: EUR"),
        ("pays", "recoverable, amount: 1_000}", "recoverable, amount: 1_000}\npays: quarterly"),
        ("draw.against", "amount: 1_000", "amount: 1_000, against: payable"),
    ],
)
def test_files_of_a_plan_with_a_draw_count_the_same_periods_and_money(key: str, written: str, other: str) -> None:
    """What is open goes on from file to file: months of the one are no quarters of the other."""
    later = DRAWN.replace("2027", "2028").replace("2026", "2027")
    files = [read_plan(text, "p").rows for text in (DRAWN, later, later.replace(written, other))]
    assert None not in files
    alike, unlike = (
        [str(each) for each in check_rules(COMPANY, (policy("a", "2026-02-01"),), of) if each.code == "rules"]
        for of in ((files[0], files[1]), (files[0], files[2]))
    )

    assert alike == []
    said = f"p:3: {key}: another file of plan ae has another one, and draws go on from file to file."
    assert unlike == [f"{said} Write the same {key} in all files of the plan, or give the new one a name of its own."]
