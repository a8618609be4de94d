"""Team credits: what one sells counts for all who report to the same manager that day, and are in a plan that asks."""

from engine.compute import credit_deals
from tests.engine.builders import book, engagement, rule, rules, share
from tests.engine.deals.test_rollup import plan

HOLDINGS = [{"person_id": "ada", "role": "AE"}]
LINES = [{"person_id": name, "manager_id": "lee"} for name in ("ada", "bo", "cy")]


def on_the_team(lines=LINES, enrolled=("ada", "bo", "lee"), credits_of=("team",), **others):
    """Who is credited as a colleague for Ada's deal, and the issues."""
    enrolments = [{"person_id": name, "plan": "manager"} for name in enrolled]
    records = book(
        **{"deals": [{"deal_id": "D1"}], "role_holdings": HOLDINGS, "reporting_lines": lines, "enrolments": enrolments}
        | others
    )
    in_force = (plan(credits_of=credits_of),)
    found = credit_deals(records, rules(engagement(rule("r", share("AE"))), plans=in_force))
    rows = found.credits.filter(kind="team")
    assert set(rows["from_payee_id"]) <= {"ada"}
    return rows["payee_id"].sort().to_list(), [issue.code for issue in found.issues]


def test_everybody_under_the_same_manager_who_is_in_a_plan_that_asks():
    assert on_the_team() == (["ada", "bo"], [])


def test_a_plan_that_does_not_ask_gets_none():
    assert on_the_team(credits_of=("direct",)) == ([], [])


def test_who_reports_to_nobody_is_a_team_of_one():
    assert on_the_team(lines=[]) == (["ada"], [])


def test_the_reporting_line_of_the_day_decides():
    moved = [LINES[0], {"person_id": "bo", "manager_id": "lee", "until_on": "2000-01-01"}]

    assert on_the_team(lines=moved) == (["ada"], [])


def test_a_colleague_under_two_managers_is_in_neither_team():
    both = [*LINES, {"person_id": "bo", "manager_id": "max"}]

    assert on_the_team(lines=both) == (["ada"], ["several_managers"])
