"""Holdovers and deal teams at their edges; the ordinary cases are worked examples (`config/examples/owners_*`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from engine.compute import credit_deals
from engine.documents.engagement.holdover import Holdover, LaterDays
from tests.engine.builders import book, engagement, rule, rules, share

ADA = {"person_id": "ada", "role": "AE", "until_on": "2026-03-01"}
BO = {"person_id": "bo", "role": "AE", "from_on": "2026-03-01"}


def credited(holdover: Holdover, holders: list[dict[str, Any]], **deal: Any) -> list[tuple[str, Fraction, str]]:
    in_force = rules(engagement(rule("all", share("AE")), holdovers={"AE": holdover}, vacancies={"AE": ()}))
    made = book(deals=[{"deal_id": "D1", "created_on": "2026-02-01", **deal}], role_holdings=holders)
    rows = credit_deals(made, in_force).credits.sort("payee_id").iter_rows(named=True)
    return [(row["payee_id"], Fraction(row["share_num"], row["share_den"]), row["how"]) for row in rows]


@pytest.mark.parametrize(
    ("day", "ada"),
    [("2026-02-28", 1), ("2026-03-01", Fraction(1, 3)), ("2026-03-30", Fraction(1, 3)), ("2026-03-31", 0)],
)
def test_the_days_begin_with_the_change(day: str, ada: Fraction) -> None:
    third = Holdover(days=30, share=Fraction(333_333, 10**6))

    found = {name: part for name, part, _ in credited(third, [ADA, BO], closed_on=day)}

    assert round(found.get("ada", 0), 4) == round(Fraction(ada), 4)
    assert sum(found.values()) == 1


@pytest.mark.parametrize(
    ("day", "ada"),
    [("2026-03-30", 1), ("2026-03-31", Fraction(1, 2)), ("2026-04-29", Fraction(1, 2)), ("2026-04-30", 0)],
)
def test_the_share_fades_in_stretches_that_follow_each_other(day: str, ada: Fraction) -> None:
    fading = Holdover(days=30, then=(LaterDays(days=30, share=Fraction(1, 2)),))

    found = {name: part for name, part, _ in credited(fading, [ADA, BO], closed_on=day)}

    assert found == {name: part for name, part in {"ada": ada, "bo": 1 - ada}.items() if part}


def test_it_says_until_when_and_for_how_long() -> None:
    (found,) = credited(Holdover(days=30), [ADA, BO], closed_on="2026-03-02")

    assert found == ("ada", 1, "AE of the company until 2026-03-01, held over for 30 days")


def test_of_two_changes_the_latest_counts() -> None:
    cay = {"person_id": "cay", "role": "AE", "from_on": "2026-03-10"}

    (found,) = credited(Holdover(days=30), [ADA, {**BO, "until_on": "2026-03-10"}, cay], closed_on="2026-03-12")

    assert found[0] == "bo"


def test_who_holds_the_role_again_is_not_held_over() -> None:
    again = {**ADA, "from_on": "2026-03-01", "until_on": None}

    assert credited(Holdover(days=30), [ADA, again], closed_on="2026-03-02") == [("ada", 1, "AE of the company")]


def test_a_stranger_on_a_deal_team_is_named() -> None:
    made = book(
        deals=[{"deal_id": "D1"}],
        team_members=[{"deal_id": "D1", "user_id": "u-x", "role": "Engineer"}],
        people=[{"person_id": "ada"}],
    )
    in_force = rules(engagement(rule("all", owner="deal_owner"), team_roles={"Engineer": "SE"}))

    assert [(issue.code, issue.subject) for issue in credit_deals(made, in_force).issues] == [
        ("unknown_team_user", "deal D1")
    ]
