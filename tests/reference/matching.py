"""`when:` - all tests must fit. A deal that does not know what is asked does not fit."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

from engine.documents.conditions import FieldTest, When
from tests.reference.classify import Deal
from tests.reference.facts import Facts, holds_on

OF_THE_ACCOUNT = ("segment", "territory", "industry", "country", "employees")
OF_THE_DEAL = ("source", "channel", "type", "currency", "term_months")
MONEY = ("amount", "acv", "expiring_acv", "running_acv", "uplift_amount")


def fits(when: When, deal: Deal, facts: Facts) -> bool:
    """Whether every test fits the deal."""
    deal = deal.won or deal
    return all(_fits(test, deal) for test in when.tests) and _listed(when, deal, facts)


def _fits(test: FieldTest, deal: Deal) -> bool:
    if test.field == "family":
        return _fits_families(test, deal.families)
    if test.field in ("window", "arm"):
        named = deal.windows if test.field == "window" else deal.arms
        return bool(named & set(test.any_of)) if test.any_of else not named & set(test.none_of)
    value = value_of(test.field, deal) if test.fact is None else _told(test, test.fact, deal)
    if value is None:
        return False
    if test.any_of or test.none_of:
        return (not test.any_of or value in test.any_of) and value not in test.none_of
    inside = (test.min is None or value >= test.min) and (test.max is None or value <= test.max)
    return inside and (test.above is None or value > test.above) and (test.below is None or value < test.below)


def _fits_families(test: FieldTest, families: set[str]) -> bool:
    """One of the deal's families is asked for; `not`: it has families, and none of them is one of these."""
    if test.any_of:
        return bool(families & set(test.any_of))
    return bool(families) and not families & set(test.none_of)


def _told(test: FieldTest, name: str, deal: Deal) -> Any:
    """A mapped field, or the days from the day that it says to the deal's."""
    if not test.field.startswith("days_since."):
        return _fact(test, name, deal)
    since = _fact(FieldTest(field=f"facts.{name}", min=deal.day), name, deal)
    return None if since is None else (deal.day - since).days


def _fact(test: FieldTest, name: str, deal: Deal) -> Any:
    """A mapped field of the account or the deal, read as what it is compared with; numbers are in millionths."""
    told = {**json.loads(deal.account["facts"] or "{}"), **json.loads(deal.row["facts"] or "{}")}.get(name)
    if told is None or test.type == "text":
        return told
    return date.fromisoformat(told) if test.type == "day" else int(told)


def value_of(field: str, deal: Deal) -> Any:
    """What is compared, in the unit of its bounds; money in the company's currency, at the rate of the deal's day."""
    if field in OF_THE_ACCOUNT:
        return deal.account[field]
    if field in OF_THE_DEAL:
        return deal.row[field]
    if field == "margin_percent":
        return None if deal.cost is None or deal.amount <= 0 else 1 - Fraction(deal.cost, deal.amount)
    if field == "discount_percent":
        return 1 - Fraction(deal.amount, deal.list_price) if deal.list_price else None
    others = {"closed_on": deal.day, "revenue": deal.account["revenue_micros"]}
    value = others[field] if field in others else getattr(deal, field)
    return value if value is None or field not in MONEY else value * deal.fx


def _listed(when: When, deal: Deal, facts: Facts) -> bool:
    """Whether the account is, and is not, on the lists that are named, on the deal's day."""
    if when.account is None:
        return True
    on = {
        row["list"]
        for row in facts.list_entries
        if row["account_id"] == deal.account["account_id"] and holds_on(row, deal.day)
    }
    wanted, unwanted = when.account.listed_in, when.account.not_listed_in
    return (wanted is None or wanted in on) and (unwanted is None or unwanted not in on)
