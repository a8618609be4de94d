"""A whole world by lot: a company, its people, rules, plans and deals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from engine.book import Book, Rules
from engine.documents.company.company import Company
from engine.documents.company.fiscal import FiscalPeriods, FiscalWeeks, FiscalYear
from engine.documents.reading import read_engagement, read_plan
from tests.engine.builders import book, company
from tests.reference.made.deals import accounts, deals
from tests.reference.made.engagements import engagement
from tests.reference.made.files import in_files
from tests.reference.made.kept import customers, kept_engagement, kept_plan
from tests.reference.made.people import members, people
from tests.reference.made.plans import plan
from tests.reference.made.teams import count_members
from tests.reference.made.writing import document_of

THIRTEEN = tuple(date(2026, 1, 5) + timedelta(days=days) for days in (*range(0, 140, 28), *range(147, 364, 28)))
"""The fifth of them has a week more, the last one less."""
CALENDARS: tuple[dict[str, Any], ...] = (
    *({"fiscal_year_starts": day} for day in ("01-01", "02-01", "07-15")),
    {"fiscal_year_starts": "04-01", "weeks_start": "sunday"},
    {"fiscal_weeks": FiscalWeeks(pattern="4-4-5", ends="last", weekday="saturday", month="january")},
    {"fiscal_weeks": FiscalWeeks(pattern="5-4-4", ends="nearest", weekday="sunday", month="december")},
    {"fiscal_weeks": FiscalWeeks(pattern="4x13", ends="last", weekday="friday", month="june", long_quarter="first")},
    {
        "fiscal_periods": FiscalPeriods(
            years=(FiscalYear(year="FY2026", periods=THIRTEEN),), until=THIRTEEN[0] + timedelta(days=364)
        )
    },
)
PAIRS: tuple[dict[str, Any], ...] = ({}, {}, {"two_weeks_start": date(2026, 1, 14)})
"""From where weeks are paired."""


@dataclass(frozen=True)
class World:
    """What both engines are given, and the documents as they would be written."""

    book: Book
    rules: Rules
    written: tuple[str, ...]

    def __repr__(self) -> str:
        """The documents, for whoever has to find out what a failure is about."""
        return "\n".join(("World", *self.written))


def world(seed: int, deals_count: int, parts: int) -> World:
    """The world of a seed, with so many deals, and plans of so many components."""
    chance = Random(f"{seed} people")
    house = company(**chance.choice(CALENDARS), **chance.choice(PAIRS))
    rows: dict[str, Any] = {"accounts": accounts(chance), **people(chance, house), **deals(f"{seed}", deals_count)}
    documents = in_files(Random(f"{seed} files"), plans(seed, parts), parts, house)
    rules_of = engagement(Random(f"{seed} rules"))
    rows["role_holdings"] += members(Random(f"{seed} pools"), rules_of.get("pools", {}))
    written = tuple(document_of(each) for each in (rules_of, *documents))
    return World(book(**rows), _read(house, written), written)


def kept_world(seed: int) -> World:
    """A world of few customers who come and go, and of plans that pay for those who stay."""
    chance = Random(f"{seed} kept")
    house = company(**chance.choice(CALENDARS))
    rows: dict[str, Any] = {"accounts": accounts(chance), **people(chance, house), **customers(chance)}
    documents = [kept_engagement(chance), *(kept_plan(chance, name) for name in ("rep", "manager"))]
    written = tuple(document_of(each) for each in documents)
    return World(book(**rows), _read(house, written), written)


def plans(seed: int, parts: int) -> list[dict[str, Any]]:
    """Two plans, in one currency where one of them has a share in what people of the other came to."""
    managers = plan(Random(f"{seed} manager"), "manager", parts)
    shared = any("of_others" in pool for pool in managers.get("bonus_pools", ()))
    reps = plan(Random(f"{seed} rep"), "rep", parts, managers["currency"] if shared else None)
    return [reps, count_members(Random(f"{seed} teams"), reps, managers)]


def _read(house: Company, written: tuple[str, ...]) -> Rules:
    """The documents, which are as they should be."""
    first, *others = written
    found = read_engagement(first, "rules.yaml")
    plans = [read_plan(text, "plan.yaml") for text in others]
    for each, text in zip((found, *plans), written, strict=True):
        assert each.rows is not None, (each.issues, text)
    return Rules(house, tuple(each for each in [found.rows] if each), tuple(each.rows for each in plans if each.rows))
