"""What the people data of a year leaves open, or gives to two."""

from datetime import date

import pytest

from engine.documents.engagement.pools import Pool
from engine.reporting.people_gaps import gaps_and_rivals
from tests.engine.builders import book, engagement, rule, rules
from tests.engine.plans import by_share, component, plan, rate

YEAR = (date(2026, 1, 1), date(2027, 1, 1))
PEOPLE = [{"person_id": name, "user_id": name, "name": name.title()} for name in ("ada", "bo")]
ON = {"person_id": "ada", "plan": "ae", "from_on": "2026-01-01", "until_on": None}


def said(**rows):
    """Each finding as a text; nothing is on a plan unless the test says so."""
    plans = [plan(component(brackets=by_share((0, 10))))]
    found = gaps_and_rivals(book(people=PEOPLE, **rows), rules(plans=plans), YEAR)
    return [f"{issue.subject} {issue.message}" for issue in found]


def row(who, first, end=None, **more):
    return {"person_id": who, "from_on": first, "until_on": end, **more}


def quota(who, first, end):
    return row(who, first, end, quota="acv", amount_micros=1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("ada", "2026-01-01", "2026-07-01"), ("bo", "2026-07-01", None)], []),
        ([("ada", "2026-01-01", "2026-07-01"), ("bo", "2026-06-01", None)],
         ["role AE of territory West is held by Ada and Bo from 2026-06-01 until 2026-07-01."]),
        ([("ada", "2026-01-01", "2026-07-01"), ("bo", "2026-08-01", None)],
         ["role AE of territory West is held by nobody from 2026-07-01 until 2026-08-01."]),
        ([("ada", "2020-01-01", "2020-07-01"), ("bo", "2020-06-01", "2020-08-01")], []),
    ],
)  # fmt: skip
def test_roles_of_a_place(rows, expected):
    holdings = [row(*each, role="AE", scope="territory", value="West") for each in rows]
    enrolled = [row(who, "2000-01-01", plan="csm") for who in ("ada", "bo")]

    assert said(role_holdings=holdings, enrolments=enrolled) == expected


def test_who_has_a_role_for_what_is_owned_is_nobodys_rival():
    everybody = [row(who, "2026-01-01", role="AE", scope="owned") for who in ("ada", "bo")]
    enrolled = [row(who, "2000-01-01", plan="csm") for who in ("ada", "bo")]

    assert said(role_holdings=everybody, enrolments=enrolled) == []


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ([("2026-01-01", "2027-01-01")], []),
        ([("2026-01-01", "2026-04-01"), ("2026-07-01", "2027-01-01")], ["from 2026-04-01 until 2026-07-01"]),
        ([], ["from 2026-01-01 until 2027-01-01"]),
    ],
)
def test_days_on_a_plan_without_its_quota(quotas, expected):
    found = said(enrolments=[ON], quotas=[quota("ada", *days) for days in quotas])

    assert found == [f"payee Ada has no quota acv for plan ae {days}." for days in expected]


def test_days_with_a_role_and_no_plan_and_between_two_rows():
    enrolled = [row("ada", "2026-01-01", "2026-02-01", plan="csm"), row("ada", "2026-03-01", plan="csm")]
    reports = [row("ada", "2026-01-01", "2026-05-01", manager_id="bo"), row("ada", "2026-06-01", manager_id="bo")]
    holdings = [row("ada", "2026-01-01", role="AE", scope="company", value=None)]

    assert said(enrolments=enrolled, reporting_lines=reports, role_holdings=holdings) == [
        "payee Ada is on plan csm before and after, but not from 2026-02-01 until 2026-03-01.",
        "payee Ada reports to somebody before and after, but not from 2026-05-01 until 2026-06-01.",
        "payee Ada holds a role, but is on no plan from 2026-02-01 until 2026-03-01.",
    ]


def test_days_on_a_plan_without_the_pay_that_it_pays_by():
    by_pay = component(rate=None, times=rate(100), quota="acv", accumulates="year", target_of="variable")
    pay = {"person_id": "ada", "from_on": "2026-03-01", "until_on": None, "variable_micros": 1}
    plans = [plan(by_pay)]
    records = book(people=PEOPLE, enrolments=[ON], quotas=[quota("ada", *map(str, YEAR))], compensation=[pay])

    (found,) = gaps_and_rivals(records, rules(plans=plans), YEAR)

    assert found.message == "has no variable for plan ae, which pays by it from 2026-01-01 until 2026-03-01."


def test_names_that_nothing_has_are_told_and_members_of_a_pool_are_no_rivals():
    in_force = rules(
        engagement(rule("all", owner="CSM"), pools={"CSM": Pool(draw="round_robin")}, vacancies={"CSM": (), "AE": ()})
    )
    places = [
        ("CSM", "territory", "West"),
        ("CSM", "territory", "Wst"),
        ("AEE", "company", None),
        ("AE", "segment", "S"),
    ]
    holdings = [
        row(who, "2026-01-01", role=role, scope=scope, value=value)
        for who in ("ada", "bo")
        for role, scope, value in places[: 2 if who == "bo" else 4]
    ]
    enrolled = [row(who, "2000-01-01", plan="csm") for who in ("ada", "bo")]

    records = book(
        people=PEOPLE, accounts=[{"account_id": "a", "territory": "West"}], role_holdings=holdings, enrolments=enrolled
    )

    assert [str(issue) for issue in gaps_and_rivals(records, in_force, YEAR)] == [
        "role AE of segment S: is held for a segment that neither the rules nor any account has. Known: Mid-Market.",
        "role AEE: is named by no rules of engagement. Did you mean AE?",
        (
            "role CSM of territory Wst: is held for a territory that neither the rules nor any account has. "
            "Did you mean West?"
        ),
    ]
