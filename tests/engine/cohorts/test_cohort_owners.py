"""Whose customers they are, and which of them are taken."""

from __future__ import annotations

import pytest

from engine.documents.conditions import AccountTest
from engine.documents.measures.measure import Levels
from engine.documents.measures.retention import Retention
from tests.engine.builders import units, when
from tests.engine.kept import CONTRACT, Q1, UPSELL, told

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
