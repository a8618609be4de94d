"""Values that only scenarios have: exact exchange rates, shares of a deal, periods by their label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import StrictStr, WithJsonSchema

from engine.calendar import period_named
from engine.documents.company.company import Company
from engine.documents.document import written
from engine.documents.problems import Problem
from engine.documents.values import AMOUNT_SCHEMA, PERCENT_SCHEMA, micros, percent, spelt

_YEAR = "(19[89][0-9]|20[0-9]{2})"
_WEEK = "W(0[1-9]|[1-4][0-9]|5[0-3])"
_SHORT = f"(0[1-9]|1[0-3])(-H[12])?|{_WEEK}(-{_WEEK})?"
_PERIOD = rf"({_YEAR}-({_SHORT})|FY{_YEAR}(-(Q[1-4]|H[12]))?)"
_period = spelt(_PERIOD, "Write a month such as 2026-03, or FY2026-Q1, FY2026-H1, FY2026.", "a period")
PeriodLabel = Annotated[StrictStr, _period[0], _period[1]]
REP = "rep"
"""Who is paid where a scenario names nobody."""
ALWAYS = date(2000, 1, 1)
"""From when on things hold that do not say from when."""
DEAL_DAY = date(2026, 1, 15)
"""When everything happens that does not say when."""


def is_period(text: str) -> bool:
    """Whether the text is the label of a period."""
    return bool(re.fullmatch(_PERIOD, text, re.ASCII))


def reached(value: Any) -> Fraction | int:
    """A percentage as a share, else an amount or number in micro-units."""
    return percent(value) if isinstance(value, str) else micros(value)


def backwards(from_on: date | None, until_on: date | None) -> Iterator[Problem]:
    """A range of days that holds none."""
    if from_on is not None and until_on is not None and until_on <= from_on:
        remedy = f"Write a day later than {from_on}: until is the first day after."
        yield Problem(("until",), f"the days from {from_on} until {until_on} are none.", remedy)


def days_of(label: str, company: Company) -> tuple[date, date]:
    """The first day of a period and the first day after it; the label is a valid one."""
    found = period_named(label, company)
    return found.starts_on, found.ends_on


def within(label: str, period: str, company: Company) -> bool:
    """Whether the days of a statement period lie in those of an expected one: a month in its quarter, say."""
    if label == period:
        return True
    (since, until), (first, after) = days_of(label, company), days_of(period, company)
    return first <= since and until <= after


def ended_by(label: str, period: str, company: Company) -> bool:
    """Whether a statement period ends no later than another."""
    return days_of(label, company)[1] <= days_of(period, company)[1]


def fact_value(value: Any) -> str:
    """A fact as the book keeps it: text, a number in micro-units, a day, or true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return str(micros(value)) if isinstance(value, int | Decimal) else str(value)


FactValue = Annotated[
    str, written(fact_value), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})
]
Reached = Annotated[
    Fraction | int,
    written(reached),
    WithJsonSchema({"title": "percentage or amount", "anyOf": [PERCENT_SCHEMA, AMOUNT_SCHEMA]}),
]
