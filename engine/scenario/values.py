"""Values that only scenarios have: exact exchange rates, shares of a deal, periods by their label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import StrictStr, WithJsonSchema

from engine.calendar import PeriodKind, period_of
from engine.documents.company import Company
from engine.documents.document import written
from engine.documents.problems import Problem
from engine.documents.values import AMOUNT_SCHEMA, PERCENT_SCHEMA, micros, percent, spelt

KINDS_OF_LABEL: dict[str, PeriodKind] = {"": "year", "H": "half", "Q": "quarter"}
_LABEL = re.compile(r"FY([0-9]{4})(?:-([HQ])([1-4]))?", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = "(19[89][0-9]|20[0-9]{2})"
_PERIOD = rf"({_YEAR}-(0[1-9]|1[0-2])|FY{_YEAR}(-(Q[1-4]|H[12]))?)"
_period = spelt(_PERIOD, "Write a month such as 2026-03, or FY2026-Q1, FY2026-H1, FY2026.", "a period")
PeriodLabel = Annotated[StrictStr, _period[0], _period[1]]
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
    if _MONTH.fullmatch(label):
        found = period_of(date(int(label[:4]), int(label[5:]), company.fiscal_day), "month", company)
        return found.starts_on, found.ends_on
    match = _LABEL.fullmatch(label)
    year, letter, number = match.groups() if match else ("", "", "")
    kind = KINDS_OF_LABEL[letter or ""]
    months = {"year": 12, "half": 6, "quarter": 3}[kind]
    whole = period_of(_inside(int(year), company), "year", company)
    first = whole.starts_on.year * 12 + whole.starts_on.month - 1 + months * (int(number or 1) - 1)
    found = period_of(date(first // 12, first % 12 + 1, company.fiscal_day), kind, company)
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


def _inside(year: int, company: Company) -> date:
    """A day of the fiscal year that ends in the calendar year."""
    first = date(year, company.fiscal_month, company.fiscal_day)
    return first if company.fiscal_year_starts == "01-01" else date(year - 1, first.month, first.day)


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
