"""Segments, territories and windows by the rules of the day; the CRM's own where rules define none."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from engine.compute import credit_deals
from engine.documents.engagement.places import Place, SigningWindow
from tests.engine.builders import book, engagement, rule, rules, when, window

SMALL = Place(name="Small", when=when(employees={"max": 99}))
NORTH = Place(name="North", when=when(segment="Small", country="NO"))
HOLDER = [{"person_id": "ada", "role": "AE"}]


def placed(account: dict[str, Any], *engagements: Any, **deal: Any) -> tuple[Any, list[str]]:
    made = book(accounts=[{"account_id": "A1", **account}], deals=[{"deal_id": "D1", **deal}], role_holdings=HOLDER)
    found = credit_deals(made, rules(*engagements))
    return found.classified.row(0, named=True), [str(issue) for issue in found.issues]


def test_without_definitions_the_crm_says_segment_and_territory() -> None:
    row, _ = placed({"segment": "Big"}, engagement(rule("all")))

    assert (row["segment"], row["territory"], row["windows"]) == ("Big", "West", [])


def test_definitions_replace_what_the_crm_says_and_a_territory_may_test_the_segment() -> None:
    row, issues = placed(
        {"employees": 99, "country": "NO"}, engagement(rule("all"), segments=(SMALL,), territories=(NORTH,))
    )

    assert (row["segment"], row["territory"], issues) == ("Small", "North", [])


def test_what_fits_no_definition_has_none() -> None:
    row, _ = placed({"employees": 100}, engagement(rule("all"), segments=(SMALL,), territories=(NORTH,)))

    assert (row["segment"], row["territory"]) == (None, None)


def test_a_gap_that_decided_is_named() -> None:
    _, issues = placed({}, engagement(rule("all"), segments=(SMALL, Place(name="Large"))))

    assert [issue.partition(". ")[0] for issue in issues] == [
        "deal D1: has no employees, so segment Small passed it over"
    ]


@pytest.mark.parametrize(("day", "segment"), [("2026-06-30", "Small"), ("2026-07-01", "Late"), ("2027-01-01", None)])
def test_each_day_has_its_own_rules(day: str, segment: str | None) -> None:
    early = engagement(rule("all"), segments=(SMALL,), effective=window("2020-01-01", "2026-07-01"))
    late = engagement(
        rule("all"),
        segments=(Place(name="Late", effective=window("2026-07-01", "2027-01-01")),),
        effective=window("2026-07-01"),
        rules_of_engagement="late",
    )

    row, _ = placed({"employees": 5}, early, late, closed_on=day)

    assert row["segment"] == segment


def inside(one: SigningWindow, *deals: dict[str, Any]) -> dict[str, list[str]]:
    found = credit_deals(book(deals=deals, role_holdings=HOLDER), rules(engagement(rule("all"), windows=(one,))))
    return dict(found.classified.select("deal_id", pl.col("windows")).iter_rows())


SIGNED = {"deal_id": "S", "created_on": "2026-01-05", "closed_on": "2026-01-15"}


def after(name: str, day: str, motion: str = "upsell") -> dict[str, Any]:
    return {"deal_id": name, "motion": motion, "type": motion, "closed_on": day}


@pytest.mark.parametrize(
    ("one", "last", "first_after"),
    [
        (SigningWindow(id="w", months=6), "2026-07-14", "2026-07-15"),
        (SigningWindow(id="w", months_by_segment={"Mid-Market": 3}), "2026-04-14", "2026-04-15"),
        (SigningWindow(id="w", months=3, months_by_segment={"SMB": 9}), "2026-04-14", "2026-04-15"),
        (SigningWindow(id="w", sales_cycles=2), "2026-02-03", "2026-02-04"),
    ],
)
def test_a_window_holds_its_last_day_and_not_the_next(one: SigningWindow, last: str, first_after: str) -> None:
    assert inside(one, SIGNED, after("A", last), after("B", first_after)) == {"S": ["w"], "A": ["w"], "B": []}


@pytest.mark.parametrize(("renewal", "expected"), [({}, {"R": []}), ({"currency": "EUR"}, {})])
def test_the_first_renewal_ends_a_window_with_its_own_day_also_while_it_is_held(
    renewal: dict[str, Any], expected: dict[str, Any]
) -> None:
    deals = [after("A", "2026-03-01"), after("R", "2026-03-02", "renewal") | renewal, after("B", "2026-03-03")]

    found = inside(SigningWindow(id="w", until="renewal"), SIGNED, *deals)

    assert found == {"S": ["w"], "A": ["w"], "B": [], **expected}


@pytest.mark.parametrize("one", [SigningWindow(id="w", months_by_segment={"SMB": 3}), SigningWindow(id="w", months=1)])
def test_who_never_signed_or_has_another_segment_is_in_no_window(one: SigningWindow) -> None:
    first = {"deal_id": "S", "motion": "renewal", "type": "Renewal"}

    assert inside(one, first)["S"] == []
