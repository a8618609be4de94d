"""Direct credits roll up the reporting lines of the deal's day, to managers whose plan uses roll-ups."""

import pytest

from engine.compute import credit_deals
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Dated
from engine.model import Severity
from tests.engine.builders import book, engagement, rule, rules, share, window

HOLDINGS = [{"person_id": "ada", "role": "AE"}, {"person_id": "cy", "role": "CSM"}]
LINES = [
    {"person_id": "ada", "manager_id": "lee"},
    {"person_id": "lee", "manager_id": "vic"},
    {"person_id": "vic", "manager_id": "zoe"},
]
HOUSE = engagement(rule("r", share("AE"), share("CSM", 50, overlay=True)))


def plan(name="manager", credits_of=("rollup",), effective=None):
    """A plan that counts credits of such kinds."""
    component = Component(id="c", kind="manager_override", measure="m", pays=Dated(steps=()))
    return Plan(
        plan=name,
        currency="USD",
        effective=effective or window(),
        measures={"m": Measure(sum="acv", credits=credits_of)},
        components=(component,),
    )


def rolled_up(lines=LINES, enrolled=("lee", "vic", "zoe"), plans=None, house=HOUSE, **others):
    """(credit ids of the roll-ups, issues)."""
    in_force = (plan(),) if plans is None else plans
    enrolments = [row if isinstance(row, dict) else {"person_id": row, "plan": "manager"} for row in enrolled]
    records = book(
        **{
            "deals": [{"deal_id": "D1"}],
            "role_holdings": HOLDINGS,
            "reporting_lines": lines,
            "enrolments": enrolments,
            **others,
        }
    )
    found = credit_deals(records, rules(house, plans=in_force))
    rows = found.credits.filter(kind="rollup")
    direct = found.credits.filter(kind="direct").drop("credit_id", "payee_id", "kind", "from_payee_id", "level")
    for row in rows.drop("credit_id", "payee_id", "kind", "from_payee_id", "level").iter_rows():
        assert row in direct.rows()
    return rows["credit_id"].to_list(), found.issues


def ids(*managers, payee="ada"):
    return [f"D1:rollup:AE:all:{manager}:{payee}" for manager in managers]


def test_every_manager_above_gets_the_direct_credit_and_nobody_the_overlay():
    lines = [*LINES, {"person_id": "cy", "manager_id": "lee"}]

    assert rolled_up(lines=lines) == (ids("lee", "vic", "zoe"), ())


def test_only_managers_in_a_plan_that_uses_roll_ups_get_them_but_the_chain_goes_on():
    assert rolled_up(enrolled=("zoe",)) == (ids("zoe"), ())
    assert rolled_up(enrolled=()) == ([], ())
    assert rolled_up(plans=(plan(credits_of=("direct", "overlay")),)) == ([], ())


@pytest.mark.parametrize(
    ("from_on", "until_on", "managers"),
    [
        ("2026-05-15", None, ["lee"]),
        ("2026-05-16", None, []),
        ("2026-01-01", "2026-05-16", ["lee"]),
        ("2026-01-01", "2026-05-15", []),
    ],
)
def test_enrolment_plan_and_reporting_line_count_on_the_day(from_on, until_on, managers):
    dated = {"from_on": from_on, "until_on": until_on}
    enrolment = {"person_id": "lee", "plan": "manager", **dated}

    assert rolled_up(enrolled=[enrolment])[0] == ids(*managers)
    assert rolled_up(lines=[{**LINES[0], **dated}])[0] == ids(*managers)
    assert rolled_up(enrolled=["lee"], plans=[plan(effective=window(from_on, until_on))])[0] == ids(*managers)


def test_two_versions_of_a_plan_roll_up_once():
    versions = plan(effective=window("2020-01-01", "2026-05-15")), plan(effective=window("2026-05-15"))
    twice = [{"person_id": "lee", "plan": "manager"}, {"person_id": "lee", "plan": "team"}]

    assert rolled_up(plans=versions)[0] == ids("lee", "vic", "zoe")
    assert rolled_up(enrolled=twice, plans=[plan(), plan("team")])[0] == ids("lee")


def test_each_member_of_a_split_rolls_up_for_himself():
    splits = [{"deal_id": "D1", "user_id": f"u-{name}", "share_num": 1, "share_den": 2} for name in ("ada", "bo")]
    lines = [*LINES, {"person_id": "bo", "manager_id": "vic"}]
    found, _ = rolled_up(lines=lines, house=engagement(rule("r", share("AE", split_by="crm"))), splits=splits)

    assert found == [*ids("lee"), *ids("vic"), *ids("vic", payee="bo"), *ids("zoe"), *ids("zoe", payee="bo")]


def test_a_manager_who_sells_gets_no_roll_up_of_his_own_deal():
    holdings = [{"person_id": "lee", "role": "AE"}, HOLDINGS[1]]

    assert rolled_up(role_holdings=holdings)[0] == ids("vic", "zoe", payee="lee")


# ------------------------------------------------------------------------------- reporting lines that cannot be


def test_who_manages_himself_is_reported_and_gets_nothing_of_his_own():
    found, (issue,) = rolled_up(lines=[{"person_id": "ada", "manager_id": "ada"}], enrolled=["ada"])

    assert (found, issue.severity) == ([], Severity.WARNS)
    assert str(issue) == (
        "payee ada: reports in a circle on 2026-05-15; everybody in it gets each roll-up once. "
        "Correct the reporting lines, or the manager in the CRM."
    )


def test_a_circle_credits_each_of_its_managers_once():
    lines = [*LINES, {"person_id": "zoe", "manager_id": "lee"}]
    found, issues = rolled_up(lines=lines)

    assert found == ids("lee", "vic", "zoe")
    assert {issue.code for issue in issues} == {"reporting_circle"}
    assert {issue.subject for issue in issues} <= {"payee lee", "payee vic", "payee zoe"}


def test_two_managers_on_one_day_stop_the_roll_up_with_an_issue():
    found, (issue,) = rolled_up(lines=[*LINES, {"person_id": "lee", "manager_id": "bo"}])

    assert (found, issue.subject, issue.severity) == (ids("lee"), "payee lee", Severity.HOLDS)
    assert issue.message == "reports to bo and vic on 2026-05-15; no roll-ups or team credits go on from there."


def test_a_roll_up_knows_its_level():
    records = book(
        deals=[{"deal_id": "D1"}],
        role_holdings=HOLDINGS,
        reporting_lines=LINES,
        enrolments=[{"person_id": row, "plan": "manager"} for row in ("lee", "vic", "zoe")],
    )
    found = credit_deals(records, rules(HOUSE, plans=(plan(),))).credits

    assert found.filter(kind="rollup").select("payee_id", "level").sort("level").rows() == [
        ("lee", 1),
        ("vic", 2),
        ("zoe", 3),
    ]
    assert found.filter(kind="direct")["level"].to_list() == [None]
