"""Which rule decides, and what a deal that none decides is held for."""

import pytest

from engine import frames as f
from engine.deals.assign import assign
from engine.documents.conditions import AccountTest
from engine.documents.engagement.engagement import Owners
from engine.model import Severity
from tests.engine.builders import book, engagement, frame, rule, rules, share, units, when, window

PEOPLE = [{"person_id": name} for name in ("ada", "bo", "cy", "eve", "fay")]
ADA = {"person_id": "ada", "role": "AE"}


def decided(deals, *engagements, holdings=(ADA,), **others):
    """(assignments by deal id, issues)."""
    found = assign(
        frame(f.Classified, [{"deal_id": f"D{place}", **deal} for place, deal in enumerate(deals)]),
        book(**{"role_holdings": holdings, "accounts": [{"account_id": "A1"}], **others}),
        rules(*engagements),
    )
    assert not found.assignments["held"].any()
    return {row["deal_id"]: row for row in found.assignments.iter_rows(named=True)}, found.issues


def rules_of(deals, *engagements, **others):
    rows, _ = decided(deals, *engagements, **others)
    return [rows.get(f"D{place}", {}).get("rule") for place in range(len(deals))]


def test_the_first_rule_that_fits_decides():
    house = engagement(
        rule("big", fits=when(acv={"min": units(50_000)})),
        rule("new", fits=when(motion="new_business")),
        rule("rest"),
    )
    deals = [{"acv_micros": units(50_000)}, {"acv_micros": units(50_000) - 1}, {"motion": "upsell"}]

    assert rules_of(deals, house) == ["big", "new", "rest"]


def test_a_deal_that_no_rule_fits_is_held_for_the_queue_that_otherwise_names():
    rows, (issue,) = decided([{"motion": "services"}], engagement(rule("new", fits=when(motion="new_business"))))

    assert rows == {}
    assert (issue.severity, str(issue)) == (
        Severity.HOLDS,
        "deal D0: fits no rule of house; it waits for revops. Add a rule for deals like it, or correct the deal.",
    )


def test_named_accounts_are_tested_on_the_day_of_the_deal():
    house = engagement(rule("named", fits=when(AccountTest(listed_in="named"))), rule("rest"))
    entries = [{"list": "named", "account_id": "A1", "from_on": "2026-05-15", "until_on": "2026-06-01"}]
    days = ["2026-05-14", "2026-05-15", "2026-05-31", "2026-06-01"]

    found = rules_of([{"dated_on": day} for day in days], house, list_entries=entries)

    assert found == ["rest", "named", "named", "rest"]


# ------------------------------------------------------------------------------- engagements in force

OLD = engagement(rule("old"), effective=window("2025-01-01", "2026-05-15"), rules_of_engagement="house-2025")
NEW = engagement(rule("new"), effective=window("2026-05-15"), rules_of_engagement="house-2026")


@pytest.mark.parametrize(
    ("day", "name"), [("2024-12-31", None), ("2025-01-01", "old"), ("2026-05-14", "old"), ("2026-05-15", "new")]
)
def test_the_rules_in_force_on_the_deals_day_decide(day, name):
    assert rules_of([{"dated_on": day}], NEW, OLD) == [name]


def test_a_deal_outside_every_window_is_held():
    _, (issue,) = decided([{"dated_on": "2024-12-31"}], OLD, NEW)

    assert (issue.code, issue.message) == (
        "no_single_engagement",
        "is dated 2024-12-31, when no rules of engagement are in force.",
    )


def test_a_deal_in_two_windows_is_held_and_both_are_named():
    rows, (issue,) = decided([{}], NEW, engagement(rule("other")))

    assert rows == {}
    assert issue.message == "is dated 2026-05-15, when more than one are in force: house-2026 and house."


def test_without_any_rules_every_deal_is_held():
    rows, (issue,) = decided([{}])

    assert (rows, issue.code) == ({}, "no_single_engagement")


# ------------------------------------------------------------------------------- missing values


def test_a_missing_value_that_decided_is_reported_once_for_the_first_rule_before_the_deciding_one():
    house = engagement(
        rule("early", fits=when(motion="upsell", months_since_signing={"below": 6})),
        rule("late", fits=when(motion="upsell", months_since_signing={"min": 24})),
        rule("rest"),
        rule("never", fits=when(segment="SMB")),
    )
    rows, issues = decided([{"motion": "upsell", "segment": None}, {"motion": "churn"}], house)

    assert [row["rule"] for row in rows.values()] == ["rest", "rest"]
    assert [(issue.subject, issue.severity, issue.message) for issue in issues] == [
        ("deal D0", Severity.WARNS, "has no months_since_signing, so rule early passed it over."),
    ]


def test_a_missing_value_is_not_reported_where_the_rule_failed_anyway_or_came_later():
    house = engagement(
        rule("small", fits=when(segment="SMB", motion="renewal")),
        rule("new", fits=when(motion="new_business")),
        rule("source", fits=when(source="Web")),
    )

    assert decided([{"segment": None, "source": None}], house)[1] == ()


# ------------------------------------------------------------------------------- owners and reasons


def test_three_responsibilities_may_be_three_people_and_the_reason_is_one_sentence():
    house = engagement(
        rule(
            "large-uplift",
            share("AM"),
            fits=when(motion="renewal", uplift={"above": 0}),
            owners=Owners(value="CSM", commercial="AM", execution="deal_owner"),
            because="More is a sale",
        )
    )
    holdings = [
        {"person_id": "cy", "role": "CSM", "scope": "account", "value": "A1"},
        {"person_id": "bo", "role": "AM", "scope": "territory", "value": "West"},
    ]
    deal = {"motion": "renewal", "uplift_num": units(1_500), "uplift_den": units(12_000)}
    rows, issues = decided([deal], house, holdings=holdings, people=PEOPLE)

    assert issues == ()
    assert rows["D0"] == {
        "deal_id": "D0",
        "rule": "large-uplift",
        "value_owner_id": "cy",
        "commercial_owner_id": "bo",
        "execution_owner_id": "ada",
        "held": False,
        "reason": "large-uplift (More is a sale): motion renewal, uplift 12.5 % on 2026-05-15; "
        "value owner Cy (CSM of the account), commercial owner Bo (AM of territory West), "
        "execution owner Ada (owner of the deal).",
        "rules_of_engagement": "house",
    }


@pytest.mark.parametrize(
    ("condition", "columns", "facts"),
    [
        (when(), {}, "any deal"),
        (when(acv={"min": 0}), {"acv_micros": units(1_234_567)}, "acv 1,234,567 USD"),
        (when(acv={"min": 0}), {"acv_micros": units(1_000) + 500_000, "currency": "EUR"}, "acv 1,000.50 EUR"),
        (when(amount={"max": 0}), {"amount_micros": -1}, "amount -0.000001 USD"),
        (when(revenue={"min": 0}), {"revenue_micros": units(999)}, "revenue 999"),
        (when(uplift={"max": 0}), {"uplift_num": -1, "uplift_den": 3}, "uplift -33.3333 %"),
        (when(uplift={"min": 0}), {"uplift_num": 0, "uplift_den": 3}, "uplift 0 %"),
        (when(family="Core"), {"families": ["Add-on", "Core"]}, "family Add-on/Core"),
        (when(months_since_signing={"min": 1}), {"months_since_signing": 7}, "months since signing 7"),
        (when(AccountTest(not_listed_in="key"), type="T"), {"type": "T"}, "account not on list key, type T"),
    ],
)  # fmt: skip
def test_the_reason_shows_the_facts_that_were_tested(condition, columns, facts):
    rows, _ = decided([columns], engagement(rule("r", fits=condition)))

    assert rows["D0"]["reason"] == f"r: {facts} on 2026-05-15; owner Ada (AE of the company)."


# ------------------------------------------------------------------------------- who holds a role

EVERYWHERE = {"person_id": "ada", "role": "AE", "scope": "company"}
OWNED = {**ADA, "scope": "owned"}
FAYS = {**OWNED, "person_id": "fay"}
SEGMENT = {"person_id": "bo", "role": "AE", "scope": "segment", "value": "Mid-Market"}
TERRITORY = {"person_id": "cy", "role": "AE", "scope": "territory", "value": "West"}
ACCOUNT = {"person_id": "di", "role": "AE", "scope": "account", "value": "A1"}


def owner(holdings, vacancies=None, deal=None, **others):
    """(owner, reason's part on it) of one deal, or its issue."""
    house = engagement(rule("r"), vacancies=vacancies or {})
    rows, issues = decided([deal or {}], house, holdings=holdings, **others)
    if not rows:
        return issues[0].code, issues[0].message
    assert not issues
    reason = rows["D0"]["reason"].removeprefix("r: any deal on 2026-05-15; owner ").removesuffix(".")
    return rows["D0"]["commercial_owner_id"], reason


@pytest.mark.parametrize(
    ("holdings", "person"),
    [
        ([EVERYWHERE], "ada"),
        ([EVERYWHERE, SEGMENT], "bo"),
        ([EVERYWHERE, SEGMENT, TERRITORY], "cy"),
        ([EVERYWHERE, SEGMENT, TERRITORY, ACCOUNT], "di"),
        ([EVERYWHERE, {**SEGMENT, "value": "SMB"}, {**TERRITORY, "value": "East"}, {**ACCOUNT, "value": "A2"}], "ada"),
        ([EVERYWHERE, {**ACCOUNT, "role": "CSM"}], "ada"),
    ],
)
def test_the_most_specific_holder_fills_the_role(holdings, person):
    assert owner(holdings)[0] == person


@pytest.mark.parametrize(
    ("from_on", "until_on", "person"),
    [
        ("2026-05-15", None, "di"),
        ("2026-05-16", None, "ada"),
        ("2020-01-01", "2026-05-16", "di"),
        ("2020-01-01", "2026-05-15", "ada"),
    ],
)
def test_only_who_holds_a_role_on_the_day_counts(from_on, until_on, person):
    assert owner([EVERYWHERE, {**ACCOUNT, "from_on": from_on, "until_on": until_on}])[0] == person


def test_two_holders_at_one_scope_are_an_ambiguity_that_names_both():
    assert owner([EVERYWHERE, TERRITORY, {**TERRITORY, "person_id": "bo"}]) == (
        "ambiguous_holder",
        "needs one AE on 2026-05-15, but finds bo and cy (AE of territory West).",
    )


def test_a_more_specific_holder_settles_an_ambiguity_below_and_a_repeated_row_is_none():
    assert owner([TERRITORY, {**TERRITORY, "person_id": "bo"}, ACCOUNT]) == ("di", "Di (AE of the account)")
    assert owner([TERRITORY, TERRITORY]) == ("cy", "Cy (AE of territory West)")


def test_a_deal_without_territory_has_no_holder_there():
    assert owner([EVERYWHERE, TERRITORY], deal={"territory": None})[0] == "ada"


@pytest.mark.parametrize(
    ("holdings", "found"),
    [
        ([OWNED], ("ada", "Ada (AE and owner of the deal)")),
        ([FAYS], ("fay", "Fay (AE and owner of the account)")),
        ([OWNED, FAYS, {**EVERYWHERE, "person_id": "bo"}, EVERYWHERE], ("ada", "Ada (AE and owner of the deal)")),
        (
            [FAYS, *({**OWNED, "person_id": name} for name in ("bo", "cy")), OWNED],
            ("ada", "Ada (AE and owner of the deal)"),
        ),
        ([OWNED, TERRITORY], ("cy", "Cy (AE of territory West)")),
        ([{**OWNED, "until_on": "2026-05-15"}, EVERYWHERE], ("ada", "Ada (AE of the company)")),
        ([{**OWNED, "person_id": "bo"}], ("nobody_holds_role", "needs AE, but nobody is on 2026-05-15.")),
    ],
)
def test_a_role_for_what_is_owned_is_that_of_the_owner_who_has_it(holdings, found):
    assert owner(holdings, accounts=[{"account_id": "A1", "owner_id": "u-fay"}]) == found


# ------------------------------------------------------------------------------- vacancies

CSM_ADA = {"person_id": "ada", "role": "CSM"}
CSM_BO = {"person_id": "bo", "role": "CSM"}
BOSS = [{"person_id": "ada", "manager_id": "eve"}]


@pytest.mark.parametrize(
    ("chain", "holdings", "found"),
    [
        (("deal_owner",), [], ("ada", "Ada (no AE, so owner of the deal)")),
        (("account_owner",), [], ("fay", "Fay (no AE, so owner of the account)")),
        (("CSM", "deal_owner"), [CSM_BO], ("bo", "Bo (no AE, so CSM of the company)")),
        (("CSM", "deal_owner"), [], ("ada", "Ada (no AE, so owner of the deal)")),
        (("manager_of_deal_owner",), [], ("eve", "Eve (no AE, so manager of the owner of the deal)")),
        (("manager_of_CSM",), [CSM_ADA], ("eve", "Eve (no AE, so manager of the CSM of the company)")),
        (("manager_of_CSM", "account_owner"), [], ("fay", "Fay (no AE, so owner of the account)")),
    ],
)  # fmt: skip
def test_vacancies_are_filled_in_order(chain, holdings, found):
    accounts = [{"account_id": "A1", "owner_id": "u-fay"}]

    assert owner(holdings, {"AE": chain}, accounts=accounts, people=PEOPLE, reporting_lines=BOSS) == found


@pytest.mark.parametrize("chain", [None, ("CSM", "manager_of_deal_owner")])
def test_a_role_that_nobody_fills_holds_the_deal(chain):
    steps = f" and nobody steps in ({', '.join(chain)})" if chain else ""

    assert owner([], {"AE": chain} if chain else {}) == (
        "nobody_holds_role",
        f"needs AE, but nobody is on 2026-05-15{steps}.",
    )


def test_an_ambiguity_in_a_vacancy_holds_the_deal_too():
    several = [CSM_ADA, CSM_BO]

    assert owner(several, {"AE": ("CSM",)}) == (
        "ambiguous_holder",
        "needs one AE on 2026-05-15, but finds ada and bo (no AE, so CSM of the company).",
    )
    assert owner(several, {"AE": ("manager_of_CSM",)})[0] == "ambiguous_holder"


def test_a_role_that_may_stay_open_leaves_the_deal_without_that_owner():
    assert owner([], {"AE": ()}) == (None, "nobody is AE")


def test_an_owner_who_is_no_person_is_passed_over():
    people = [{"person_id": "ada", "user_id": "u-other"}]
    twins = [{"person_id": "ada", "user_id": "u-ada"}, {"person_id": "bo", "user_id": "u-ada"}]

    for known in (people, twins):
        assert owner([], {"AE": ("deal_owner",)}, people=known)[0] == "nobody_holds_role"


@pytest.mark.parametrize(
    ("lines", "manager"),
    [
        ([], None),
        ([{"person_id": "ada", "manager_id": "eve", "from_on": "2026-05-15"}], "eve"),
        ([{"person_id": "ada", "manager_id": "eve", "until_on": "2026-05-15"}], None),
        ([{"person_id": "bo", "manager_id": "eve"}], None),
    ],
)
def test_the_manager_is_that_of_the_day(lines, manager):
    people = [{"person_id": name} for name in ("ada", "bo", "eve")]
    found, _ = owner([], {"AE": ("manager_of_deal_owner",)}, people=people, reporting_lines=lines)

    assert found == (manager or "nobody_holds_role")


def test_two_managers_on_one_day_are_an_ambiguity():
    lines = [{"person_id": "ada", "manager_id": name} for name in ("eve", "bo")]

    assert owner([], {"AE": ("manager_of_deal_owner",)}, people=PEOPLE, reporting_lines=lines) == (
        "ambiguous_holder",
        "needs one AE on 2026-05-15, but finds bo and eve (no AE, so manager of the owner of the deal).",
    )
