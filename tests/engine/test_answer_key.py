"""The deal stages against the generated company's answer key, which shares no code and no configuration with them."""

from collections import defaultdict

import polars as pl
import pytest

from engine.compute import credit_deals
from engine.model import Severity
from sandbox.world import generate
from tests.engine.worlds import book_of, demo_rules

ISSUE_OF = {
    "won_without_owner": "missing_owner",
    "won_without_amount": "missing_amount",
    "won_without_account": "missing_account",
    "unknown_currency": "missing_rate",
    "unknown_type": "unknown_type",
    "no_holder": "nobody_holds_role",
    "backdated": "backdated",
    "duplicate": "likely_duplicate",
}
"""The issue that a correct worker raises for each declared dirt of a deal."""


@pytest.fixture(scope="module", params=[(7, 1_500), (2026, 600)], ids=str)
def company(request):
    """(answer key, what the engine made of the book, people by id)."""
    seed, deals = request.param
    world = generate(seed, deals)
    book = book_of(world)
    return world.answer_key, credit_deals(book, demo_rules()), book


def emails(book):
    return {**dict(book.people.select("person_id", "email").iter_rows()), None: None}


def test_every_clean_deal_has_the_keys_motion_facts_rule_and_owners(company):
    key, credited, book = company
    email = emails(book)
    rows = credited.classified.join(credited.assignments, on="deal_id").filter(~pl.col("held"))

    found = {
        row["deal_id"]: {
            "motion": row["motion"],
            "rule": row["rule"],
            "currency": row["currency"],
            "acv_micros": row["acv_micros"],
            "expiring_acv_micros": row["expiring_acv_micros"],
            "months_since_signing": row["months_since_signing"],
            "value_owner": email[row["value_owner_id"]],
            "commercial_owner": email[row["commercial_owner_id"]],
            "execution_owner": email[row["execution_owner_id"]],
        }
        for row in rows.iter_rows(named=True)
    }

    assert found == {name: {field: deal[field] for field in found[name]} for name, deal in key["deals"].items()}


def test_every_clean_deal_has_the_keys_credits(company):
    key, credited, book = company
    found = defaultdict(list)
    for row in credited.credits.filter(pl.col("kind") != "rollup").iter_rows(named=True):
        found[row["deal_id"]].append(_credit(row, emails(book)))

    assert {name: sorted(rows) for name, rows in found.items()} == {
        name: sorted(tuple(credit.values()) for credit in deal["credits"]) for name, deal in key["deals"].items()
    }


def test_managers_on_the_manager_plan_have_the_keys_roll_ups(company):
    key, credited, book = company
    email = emails(book)
    paid = {
        email[person] for person, plan in book.enrolments.select("person_id", "plan").iter_rows() if plan == "manager"
    }
    found = [
        (row["deal_id"], *_credit(row, email))
        for row in credited.credits.filter(pl.col("kind") == "rollup").iter_rows(named=True)
    ]

    expected = [
        (name, *credit.values())
        for name, deal in key["deals"].items()
        for credit in deal["rollups"]
        if credit["payee"] in paid
    ]
    assert sorted(found) == sorted(expected)
    assert found


def test_exactly_the_declared_dirt_is_held(company):
    key, credited, _ = company

    held = credited.assignments.filter("held")["deal_id"].to_list()

    assert sorted(held) == sorted(row["deal"] for row in key["held"])
    assert {issue.subject for issue in credited.issues if issue.severity == Severity.HOLDS} == {
        f"deal {name}" for name in held
    }


def test_each_piece_of_dirt_raises_its_issue(company):
    key, credited, _ = company
    raised = {(issue.subject, issue.code) for issue in credited.issues}
    declared = {
        (f"deal {piece['record']}", ISSUE_OF[piece["kind"]]) for piece in key["dirt"] if piece["kind"] in ISSUE_OF
    }

    assert declared <= raised
    assert {piece["kind"] for piece in key["dirt"]} >= set(ISSUE_OF)


def _credit(row, email):
    return email[row["payee_id"]], row["role"], row["kind"], row["portion"], row["acv_micros"]
