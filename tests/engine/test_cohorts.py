"""Customers of payees and what became of their revenue: contracts, renewals, changes, owners, windows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine import frames as f
from engine.cohorts.cohort import cohorts
from engine.cohorts.windows import Reach
from engine.deals.classify import classify
from engine.documents.conditions import AccountTest, FieldTest
from engine.documents.measure import Levels, Measure
from engine.documents.retention import Retention
from engine.documents.worth import LinesTest
from tests.engine.builders import book, company, engagement, frame, rule, rules, units, when
from tests.engine.plans import component, plan

CALENDAR = company(fiscal_year_starts="01-01", zone="UTC")
Q1 = Reach(through=date(2026, 4, 1))
CONTRACT = {"contract_id": "C1", "starts_on": "2025-01-01", "acv_micros": units(100)}
NUMBERS = ("start", "expanded", "shrunk", "lost")


def told(
    *, measure: dict[str, Any] | None = None, reach: Reach = Q1, over: str = "quarter", **rows: Any
) -> tuple[dict[tuple[str, str, str], tuple[int, ...]], list[str]]:
    """By payee, account and end of the window: what there was, expanded, shrunk and lost, in whole units; and issues.

    All accounts are `ada`'s unless rows say otherwise.
    """
    kept = {"retention": Retention(kind="gross"), **(measure or {})}
    paid = plan(component(measure="kept", accumulates=over), measures={"kept": Measure(**kept)})
    base: dict[str, Any] = {
        "accounts": [{"account_id": name, "owner_id": "u-ada"} for name in ("A1", "A2")],
        "people": [{"person_id": name} for name in ("ada", "bo", "vera")],
        "enrolments": [{"person_id": name, "plan": paid.plan} for name in ("ada", "bo", "vera")],
    }
    records = book(**{**base, **rows})
    in_force = rules(engagement(rule("all")), plans=[paid], company_is=CALENDAR)
    classified = classify(records, in_force)
    found = cohorts(classified.rows, records, in_force, reach)
    known = {
        (row["payee_id"], row["account_id"], str(row["until_on"])): (
            tuple(row[f"{name}_micros"] // units(1) for name in NUMBERS) if row["stuck"] is None else (row["stuck"],)
        )
        for row in found.rows.iter_rows(named=True)
    }
    return known, [issue.code for issue in found.issues]


def first_quarter(**rows: Any) -> tuple[int, ...] | None:
    """What became in the first quarter of 2026 of A1 with ada."""
    return told(**rows)[0].get(("ada", "A1", "2026-04-01"))


# ------------------------------------------------------------------------------- contracts


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (100, 0, 0, 0)),
        ({"cancelled_on": "2026-01-01"}, (100, 0, 0, 100)),
        ({"cancelled_on": "2026-03-31"}, (100, 0, 0, 100)),
        ({"cancelled_on": "2026-04-01"}, (100, 0, 0, 0)),
        ({"cancelled_on": "2025-12-31"}, None),
        ({"ends_on": "2025-12-31"}, (100, 0, 0, 100)),
        ({"ends_on": "2025-12-30"}, None),
        ({"ends_on": "2026-03-30"}, (100, 0, 0, 100)),
        ({"ends_on": "2026-03-31"}, (100, 0, 0, 0)),
        ({"ends_on": "9999-12-31"}, (100, 0, 0, 0)),
        ({"starts_on": "2025-12-31"}, (100, 0, 0, 0)),
        ({"starts_on": "2026-01-01"}, None),
    ],
)
def test_a_customer_is_lost_on_the_first_day_without_a_contract(changes, expected):
    """Who paid on the day before the window is in the cohort; who begins in it never is."""
    assert first_quarter(contracts=[{**CONTRACT, **changes}]) == expected


RENEWED = {"deal_id": "D2", "motion": "renewal", "type": "Renewal", "closed_on": "2026-02-01"}
FIRST = {"deal_id": "D1", "closed_on": "2025-02-01", "amount_micros": units(100)}


@pytest.mark.parametrize(
    ("acv", "expected"), [(100, (100, 0, 0, 0)), (130, (100, 30, 0, 0)), (70, (100, 0, 30, 0)), (1, (100, 0, 99, 0))]
)
def test_a_renewal_replaces_what_it_renews(acv, expected):
    """Without contracts in the CRM, won new business and renewals are the contracts."""
    assert first_quarter(deals=[FIRST, {**RENEWED, "amount_micros": units(acv)}]) == expected


@pytest.mark.parametrize(
    ("closed_on", "grace", "book_says", "due_says"),
    [
        ("2025-11-10", 0, (110, 0, 0, 0), (100, 10, 0, 0)),
        ("2026-02-01", 0, (100, 10, 0, 0), (100, 10, 0, 0)),
        ("2026-02-02", 0, (100, 110, 100, 0), (100, 0, 0, 100)),
        ("2026-03-03", 30, (100, 10, 0, 0), (100, 10, 0, 0)),
        ("2026-03-04", 30, (100, 110, 100, 0), (100, 0, 0, 100)),
        ("2026-04-20", 90, (100, 0, 0, 0), (100, 10, 0, 0)),
    ],
)
def test_early_and_late_renewals(closed_on, grace, book_says, due_says):
    """One in time keeps the revenue until it starts; after the grace it is a loss, and what comes back expansion."""
    deals = [FIRST, {**RENEWED, "closed_on": closed_on, "amount_micros": units(110)}]
    for cohort, expected in (("book", book_says), ("due", due_says)):
        asked = {"retention": Retention(kind="gross", cohort=cohort, grace_days=grace)}
        assert first_quarter(deals=deals, measure=asked) == expected


def test_a_renewal_that_names_its_contract_renews_that_one():
    """Else it would be the nearest: here it is the other that is lost."""
    contracts = [
        {**CONTRACT, "contract_id": "C1", "ends_on": "2026-01-31"},
        {**CONTRACT, "contract_id": "C2", "ends_on": "2026-02-28"},
        {**CONTRACT, "contract_id": "C3", "origin_deal_id": "D2", "starts_on": "2026-03-01", "acv_micros": None},
    ]
    deal = {**RENEWED, "closed_on": "2026-02-01", "amount_micros": units(90), "renewed_contract_id": "C1"}
    due = {"retention": Retention(kind="gross", cohort="due")}

    assert first_quarter(contracts=contracts, deals=[deal], measure=due) == (200, 0, 10, 100)
    assert first_quarter(contracts=contracts, deals=[{**deal, "renewed_contract_id": "C2"}], measure=due) == (
        (200, 0, 10, 100)
    )


def test_contracts_without_deals_follow_each_other_by_their_days():
    pairs = [
        {**CONTRACT, "contract_id": f"C{n}", "starts_on": start, "ends_on": end, "acv_micros": units(acv)}
        for n, start, end, acv in (
            (1, "2025-01-01", "2026-01-31", 100),
            (2, "2025-01-01", "2026-01-31", 50),
            (3, "2026-02-01", None, 60),
            (4, "2026-02-01", None, 90),
        )
    ]
    due = {"retention": Retention(kind="gross", cohort="due")}

    assert first_quarter(contracts=pairs, measure=due) == (150, 40, 40, 0)
    assert first_quarter(contracts=pairs) == (150, 0, 0, 0)


def test_a_renewal_beside_contracts_of_the_crm_is_one_of_its_own():
    """A contract that is only prolonged in the CRM has no second row."""
    contract = {**CONTRACT, "origin_deal_id": "D1", "ends_on": "2027-01-31"}
    deal = {**RENEWED, "amount_micros": units(80), "renewed_contract_id": "C1"}

    assert first_quarter(contracts=[contract], deals=[FIRST, deal]) == (100, 0, 20, 0)


@pytest.mark.parametrize(("nameless_from", "issues"), [(None, ["deal_without_contract"]), ("2025-01-02", [])])
def test_new_business_that_no_contract_of_the_customer_is_of_counts_nothing_and_says_so(nameless_from, issues):
    """One of no deal that starts about then, or later, may be its contract."""
    contracts = [{**CONTRACT, "origin_deal_id": "D1"}]
    if nameless_from is not None:
        contracts.append({"contract_id": "C2", "starts_on": nameless_from, "acv_micros": units(20)})
    second = {"deal_id": "D2", "closed_on": "2025-02-01", "amount_micros": units(20)}

    found, said = told(contracts=contracts, deals=[FIRST, second])

    assert found["ada", "A1", "2026-04-01"][0] == (100 if nameless_from is None else 120)
    assert said == issues


# ------------------------------------------------------------------------------- changes


UPSELL = {"deal_id": "D2", "motion": "upsell", "type": "Upsell", "closed_on": "2026-02-10"}
DOWN = {"deal_id": "D3", "motion": "downgrade", "type": "Downgrade", "closed_on": "2026-03-01"}


@pytest.mark.parametrize(
    ("deals", "every", "net"),
    [
        ([UPSELL], (100, 20, 0, 0), (100, 20, 0, 0)),
        ([DOWN], (100, 0, 30, 0), (100, 0, 30, 0)),
        ([UPSELL, DOWN], (100, 20, 30, 0), (100, 0, 10, 0)),
        ([UPSELL, {**DOWN, "closed_on": "2026-02-10"}], (100, 0, 10, 0), (100, 0, 10, 0)),
        ([{**UPSELL, "closed_on": "2025-12-31"}], (120, 0, 0, 0), (120, 0, 0, 0)),
        ([{**UPSELL, "closed_on": "2025-12-31", "starts_on": "2026-01-01"}], (100, 20, 0, 0), (100, 20, 0, 0)),
    ],
)
def test_upsells_and_downgrades_change_it_from_the_day_they_start(deals, every, net):
    sized = [{**deal, "amount_micros": units(20 if deal["motion"] == "upsell" else -30)} for deal in deals]
    for losses, expected in (("every", every), ("net", net)):
        asked = {"retention": Retention(kind="gross", losses=losses)}
        assert first_quarter(contracts=[CONTRACT], deals=sized, measure=asked) == expected


def test_what_was_added_goes_with_its_contract_and_loses_no_more_than_there_was():
    gone = {**CONTRACT, "cancelled_on": "2026-03-01"}

    assert first_quarter(contracts=[gone], deals=[{**UPSELL, "amount_micros": units(50)}]) == (100, 0, 0, 100)


def test_a_renewal_renews_what_was_added_too():
    deals = [FIRST, {**UPSELL, "closed_on": "2025-06-01", "amount_micros": units(50)}]

    assert first_quarter(deals=[*deals, {**RENEWED, "deal_id": "D4", "amount_micros": units(150)}]) == (150, 0, 0, 0)
    due = {"retention": Retention(kind="gross", cohort="due")}
    assert first_quarter(deals=[*deals, {**RENEWED, "deal_id": "D4", "amount_micros": units(140)}], measure=due) == (
        (150, 0, 10, 0)
    )


def test_events_of_deals_end_and_reduce_contracts():
    event = {"deal_id": "D1", "happened_on": date(2026, 2, 1), "amount_micros": None}

    ended = first_quarter(deals=[{**FIRST, "term_months": 24}], deal_events=[{**event, "kind": "cancelled"}])
    less = {**event, "kind": "downgraded", "amount_micros": units(15)}
    shrunk = first_quarter(deals=[{**FIRST, "term_months": None}], deal_events=[less])

    assert (ended, shrunk) == ((50, 0, 0, 50), (100, 0, 15, 0))


# ------------------------------------------------------------------------------- whose, and where


HELD_BY = [
    {"person_id": "ada", "role": "CSM", "scope": "account", "value": "A1", "until_on": "2026-02-15"},
    {"person_id": "bo", "role": "CSM", "scope": "account", "value": "A1", "from_on": "2026-02-15"},
]


@pytest.mark.parametrize(
    ("transferred", "expected"),
    [
        ("stays", {"ada": (100, 0, 0, 100)}),
        ("follows", {"bo": (100, 0, 0, 100)}),
        ("drops", {}),
        ("divides", {"ada": (100, 20, 0, 0), "bo": (120, 0, 0, 120)}),
    ],
)
def test_a_customer_who_changes_hands(transferred, expected):
    asked = {"retention": Retention(kind="gross", owner="CSM", transferred=transferred)}
    deals = [{**UPSELL, "amount_micros": units(20)}]
    contract = {**CONTRACT, "cancelled_on": "2026-03-01"}

    found, _ = told(contracts=[contract], deals=deals, role_holdings=HELD_BY, measure=asked)

    # What was added and went again within one span is neither gain nor loss.
    assert {payee: numbers for (payee, _, end), numbers in found.items() if end == "2026-04-01"} == expected


def test_a_manager_answers_for_the_team_whoever_of_it_owns_the_customer():
    team = [{"person_id": name, "manager_id": "vera"} for name in ("ada", "bo")]
    for transferred in ("stays", "divides"):
        asked = {
            "retention": Retention(kind="gross", owner="CSM", transferred=transferred),
            "credits": ("rollup",),
            "levels": Levels(max=1),
        }
        contract = {**CONTRACT, "cancelled_on": "2026-03-01"}

        found, _ = told(contracts=[contract], role_holdings=HELD_BY, reporting_lines=team, measure=asked)

        assert found["vera", "A1", "2026-04-01"] == (100, 0, 0, 100)
        assert {payee for payee, _, _ in found} == {"vera"}


def test_only_who_is_on_the_plan_when_the_window_ends_has_a_cohort():
    enrolled = [{"person_id": "ada", "plan": "ae", "until_on": "2026-03-31"}]

    assert told(contracts=[CONTRACT], enrolments=enrolled, reach=Q1)[0].keys() == {("ada", "A1", "2026-01-01")} | {
        ("ada", "A1", day) for day in ("2025-04-01", "2025-07-01", "2025-10-01")
    } - {("ada", "A1", "2025-04-01")}


def test_two_owners_are_none():
    both = [{"person_id": name, "role": "CSM"} for name in ("ada", "bo")]
    asked = {"retention": Retention(kind="gross", owner="CSM")}

    assert told(contracts=[CONTRACT], role_holdings=both, measure=asked) == ({}, ["ambiguous_owner"])


def test_only_customers_that_fit_are_taken():
    accounts = [
        {"account_id": name, "owner_id": "u-ada", "segment": segment}
        for name, segment in (("A1", "SMB"), ("A2", "ENT"), ("A3", None))
    ]
    contracts = [{**CONTRACT, "contract_id": f"C{n}", "account_id": f"A{n}"} for n in (1, 2, 3)]
    entries = [{"list": "unmanaged", "account_id": "A1", "until_on": "2026-01-01"}]

    found, issues = told(
        accounts=accounts, contracts=contracts, list_entries=entries, measure={"when": when(segment="SMB")}
    )

    assert ({account for _, account, _ in found}, issues) == ({"A1"}, ["measure_lacks_value"])


def test_customers_may_be_told_by_a_list_alone():
    contracts = [{**CONTRACT, "contract_id": f"C{n}", "account_id": f"A{n}"} for n in (1, 2)]
    listed = [{"list": "managed", "account_id": "A2", "from_on": "2026-01-01"}]
    on_list = when(account=AccountTest(listed_in="managed"))

    found, issues = told(contracts=contracts, list_entries=listed, measure={"when": on_list})

    assert ({account for _, account, _ in found}, issues) == ({"A2"}, [])


# ------------------------------------------------------------------------------- windows


@pytest.mark.parametrize(
    ("over", "trailing", "windows"),
    [
        ("month", None, {"2026-02-01": (100, 0, 0, 0), "2026-03-01": (100, 0, 0, 100)}),
        ("quarter", None, {"2026-04-01": (100, 0, 0, 100)}),
        ("half", None, {}),
        ("quarter", 12, {"2026-04-01": (100, 0, 0, 100)}),
    ],
)
def test_windows_are_told_when_they_are_over(over, trailing, windows):
    contract = {**CONTRACT, "cancelled_on": "2026-02-01"}
    asked = {"retention": Retention(kind="gross", trailing_months=trailing)}

    found, _ = told(contracts=[contract], over=over, measure=asked)

    assert {end: numbers for (_, _, end), numbers in found.items() if end > "2026-01-01"} == windows


def test_without_reach_everything_that_began_before_the_last_thing_happened_is_over():
    contract = {**CONTRACT, "cancelled_on": "2026-02-01"}

    assert max(end for _, _, end in told(contracts=[contract], reach=Reach())[0]) == "2026-04-01"


# ------------------------------------------------------------------------------- what nobody knows


def test_foreign_revenue_is_exchanged_at_the_rate_of_the_first_day():
    rates = [
        {"currency": "EUR", "from_on": "2025-12-01", "until_on": "2026-02-01", "rate_num": 2, "rate_den": 1},
        {"currency": "EUR", "from_on": "2026-02-01", "rate_num": 3, "rate_den": 1},
    ]
    deals = [{**UPSELL, "amount_micros": units(20), "currency": "EUR"}]
    contract = {**CONTRACT, "currency": "EUR"}

    found, _ = told(contracts=[contract], deals=deals, fx_rates=rates)

    assert found["ada", "A1", "2026-04-01"] == (200, 40, 0, 0)
    assert found["ada", "A1", "2025-07-01"] == ("exchange_rate_missing",)


@pytest.mark.parametrize(
    ("rows", "expected", "issues"),
    [
        ({"contracts": [{**CONTRACT, "acv_micros": None}]}, ("revenue_unknown",), ["contract_without_acv"]),
        ({"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None}]}, ("deal_held",), []),
        (
            {"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None, "closed_on": "2026-04-01"}]},
            (100, 0, 0, 0),
            [],
        ),
        (
            {"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None, "closed_on": None}]},
            ("deal_held",),
            [],
        ),
    ],
)
def test_what_nobody_knows_is_said(rows, expected, issues):
    """A deal that is held may be a renewal: until it is mended nobody can say what was kept."""
    found, said = told(**rows)

    assert (found["ada", "A1", "2026-04-01"], said) == (expected, issues)


LINE = {"line_id": "L1", "deal_id": "D1", "family": "Platform", "amount_micros": units(80)}


@pytest.mark.parametrize(
    ("lines", "expected", "issues"),
    [
        ([LINE, {**LINE, "line_id": "L2", "family": "Services", "amount_micros": units(20)}], (80, 0, 0, 0), []),
        ([{**LINE, "family": "Services"}], None, []),
        ([], ("lines_missing",), ["lines_missing"]),
    ],
)
def test_only_the_part_of_the_revenue_counts_that_its_products_say(lines, expected, issues):
    asked = {"lines": LinesTest(tests=(FieldTest(field="family", any_of=("Platform",)),))}

    found, said = told(deals=[{**FIRST, "term_months": None}], deal_lines=lines, measure=asked)

    assert (found.get(("ada", "A1", "2026-04-01")), said) == (expected, issues)


def test_the_parts_of_a_contract_without_a_deal_are_not_known():
    asked = {"lines": LinesTest(tests=(FieldTest(field="family", any_of=("Platform",)),))}

    assert told(contracts=[CONTRACT], measure=asked)[1] == ["lines_missing"]


def test_no_plan_asks_for_nothing():
    records = book(contracts=[CONTRACT])
    in_force = rules(engagement(rule("all")), plans=[plan(component())])

    assert cohorts(frame(f.Classified, []), records, in_force, Reach()).rows.is_empty()
