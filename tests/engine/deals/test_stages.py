"""Shares by stages owned: exact, whoever owned which, and never a guess where nobody knows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from engine.compute import credit_deals
from tests.engine.builders import book, engagement, rule, rules, share

STAGES = {"Discovery": Fraction(30, 100), "Proposal": Fraction(30, 100), "Closing": Fraction(40, 100)}
DEAL = {"deal_id": "D1", "owner_id": "u-cy", "closed_on": "2026-05-15", "amount_micros": 101}
PEOPLE = [{"person_id": name} for name in ("ada", "bo", "cy")]


def credited(*entries: tuple[str, str, str | None], **changes: Any) -> Any:
    """(share and how by payee, issue codes) of a deal that entered stages on days of 2026, owned by somebody."""
    stages = [
        {"deal_id": "D1", "stage": stage, "entered_on": f"2026-{day}", "owner": owner and f"u-{owner}"}
        for stage, day, owner in entries
    ]
    house = engagement(rule("all", share("AE", by_stages=STAGES), **changes), vacancies={"AE": ("deal_owner",)})
    found = credit_deals(book(deals=[DEAL], people=PEOPLE, deal_stages=stages), rules(house))
    rows = list(found.credits.iter_rows(named=True))
    assert not rows or sum(row["amount_micros"] for row in rows) == 101
    shares = {row["payee_id"]: Fraction(row["share_num"], row["share_den"]) * 100 for row in rows}
    return shares, {row["payee_id"]: row["how"] for row in rows}, [issue.code for issue in found.issues]


@pytest.mark.parametrize(
    ("entries", "shares"),
    [
        ([("Discovery", "01-05", "ada"), ("Proposal", "02-05", "bo"), ("Closing", "03-05", "cy")],
         {"ada": 30, "bo": 30, "cy": 40}),
        ([("Discovery", "01-05", "ada"), ("Closing", "03-05", "cy")], {"ada": 30, "cy": 70}),
        ([("Closing", "03-05", "bo")], {"bo": 100}),
        ([("Discovery", "01-05", "ada")], {"ada": 30, "cy": 70}),  # what comes after it is its owner's
        ([("Discovery", "01-05", "ada"), ("Discovery", "02-05", "bo"), ("Proposal", "03-01", "bo"),
          ("Closing", "03-02", "bo")], {"ada": 30, "bo": 70}),  # the first time counts
        ([("Discovery", "01-05", "ada"), ("Closing", "06-01", "bo")], {"ada": 30, "cy": 70}),  # entered after it closed
    ],
)  # fmt: skip
def test_each_stage_is_of_who_owned_the_deal_when_it_entered_it(entries, shares):
    found, _, codes = credited(*entries)
    assert (found, codes) == (shares, [])


def test_how_says_which_stages_and_since_when():
    _, how, _ = credited(("Proposal", "02-05", "ada"))
    assert how == {
        "ada": "owned the deal at Discovery (skipped) as of Proposal from 2026-02-05, Proposal from 2026-02-05",
        "cy": "owned the deal at Closing (skipped) as its owner",
    }


@pytest.mark.parametrize(
    ("entries", "shares", "codes"),
    [
        ([], {"cy": 100}, ["missing_stage_history"]),
        ([("Negotiation", "01-05", "ada")], {"cy": 100}, ["missing_stage_history"]),
        ([("Discovery", "01-05", None), ("Closing", "03-05", "bo")], {}, ["unknown_stage_owner"]),
        ([("Discovery", "01-05", "stranger"), ("Closing", "03-05", "bo")], {}, ["unknown_stage_owner"]),
    ],
)
def test_what_is_not_known_is_told(entries, shares, codes):
    found, _, issues = credited(*entries)
    assert (found, issues) == (shares, codes)
