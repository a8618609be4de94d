"""Days and fiscal periods: the one place where an instant becomes a business date and a date gets a period.

Periods follow the company's fiscal months, which `engine.fiscal` counts as one number that goes on through the years:
three make a quarter, six a half, twelve a year, by the same arithmetic for one date and for a column. Every range is
half-open.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from engine.documents.company import Company
from engine.fiscal import FiscalMonths, fiscal_months
from engine.texts import text

PeriodKind = Literal["month", "quarter", "half", "year"]

MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""How many fiscal months a period has."""

Count = TypeVar("Count", int, pl.Expr)


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal period: `starts_on` is in, `ends_on` is out."""

    kind: PeriodKind
    starts_on: date
    ends_on: date
    label: str


def business_date(instant: datetime, zone: str) -> date:
    """The company's date at an instant.

    CRM dates that carry no time never come here: they are business dates already. A naive instant is refused with
    `ValueError`, because guessing its zone moves deals between days.
    """
    if instant.utcoffset() is None:
        msg = f"{instant.isoformat()} has no zone; pass the instant in UTC"
        raise ValueError(msg)
    return instant.astimezone(ZoneInfo(zone)).date()


def period_of(day: date, kind: PeriodKind, company: Company) -> Period:
    """The fiscal period that the day lies in; `ValueError` for a period that would end after the year 9999."""
    months = fiscal_months(company)
    return _period(months.number(day), kind, months)


def period_named(label: str, company: Company) -> Period:
    """The period of a label, as `period_of` gives it; `ValueError` for a text that is the label of none."""
    months, month = fiscal_months(company), _MONTH_LABEL.fullmatch(label)
    if month is not None and 1 <= int(month[2]) <= MONTHS["year"]:
        return _period(int(month[1]) * 12 + int(month[2]) - 1, "month", months)
    part = _PART_LABEL.fullmatch(label)
    if part is not None:
        kind = next(kind for kind, letter in _LETTER.items() if letter == (part[2] or ""))
        first = (int(part[1]) - months.name_ahead) * 12 + months.opens
        before = (int(part[3] or 1) - 1) * MONTHS[kind]
        if 0 <= before < MONTHS["year"]:
            return _period(first + before, kind, months)
    msg = f"{label!r} is the label of no period; write one such as 2026-03, FY2026-Q1, FY2026-H1 or FY2026"
    raise ValueError(msg)


def following(label: str, company: Company) -> str:
    """The label of the period of the same kind that begins where this one ends; `ValueError` as of `period_named`."""
    period = period_named(label, company)
    return period_of(period.ends_on, period.kind, company).label


def month_of_year(day: date, company: Company) -> int:
    """The how-many-eth fiscal month of its fiscal year the day lies in, from 1."""
    months = fiscal_months(company)
    return _place(months.number(day), months) + 1


def months_after(day: date, count: int, company: Company) -> date:
    """The first day of the fiscal month that many after (before, if negative) the one the day lies in."""
    months = fiscal_months(company)
    return months.first_day(months.number(day) + count)


def periods_between(since: date, until: date, kind: PeriodKind, company: Company) -> int:
    """How many periods later the second day's is than the first day's."""
    months = fiscal_months(company)
    first, last = (_period_start(months.number(day), kind, months) for day in (since, until))
    return (last - first) // MONTHS[kind]


def period_label(day: pl.Expr, kind: PeriodKind, company: Company) -> pl.Expr:
    """Labels of a column of days, the same as `period_of` gives one by one."""
    months = fiscal_months(company)
    month = months.numbers(day)
    if kind == "month":
        return text("{}-{}", month // 12, _two_digits(month % 12 + 1))
    year = text("FY{}", _fiscal_year(month, months))
    if kind == "year":
        return year
    return text("{}-{}{}", year, pl.lit(_LETTER[kind]), _number(month, kind, months))


def whole_months(since: date, until: date) -> int:
    """Complete months between two dates; a month is complete on its day number or on the last day of the month.

    >>> whole_months(date(2026, 1, 31), date(2026, 2, 28)), whole_months(date(2026, 1, 15), date(2026, 2, 14))
    (1, 0)
    """
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (until.day < since.day and until.day != monthrange(until.year, until.month)[1])


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of a month that has no such day.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months_between(since: pl.Expr, until: pl.Expr) -> pl.Expr:
    """`whole_months` for columns; null where either is null."""
    months = (until.dt.year() - since.dt.year()).cast(pl.Int64) * 12 + until.dt.month() - since.dt.month()
    incomplete = (until.dt.day() < since.dt.day()) & (until != until.dt.month_end())
    return months - incomplete.cast(pl.Int64)


_LETTER: dict[PeriodKind, str] = {"quarter": "Q", "half": "H", "year": ""}
_MONTH_LABEL = re.compile("([0-9]{4})-([0-9]{2})", re.ASCII)
_PART_LABEL = re.compile("FY([0-9]{4})(?:-([QH])([1-4]))?", re.ASCII)


def _period(month: int, kind: PeriodKind, months: FiscalMonths) -> Period:
    """The period that holds a fiscal month."""
    start = _period_start(month, kind, months)
    return Period(
        kind=kind,
        starts_on=months.first_day(start),
        ends_on=months.first_day(start + MONTHS[kind]),
        label=_label(month, kind, months),
    )


def _label(month: int, kind: PeriodKind, months: FiscalMonths) -> str:
    if kind == "month":
        return f"{month // 12}-{month % 12 + 1:02}"
    year = f"FY{_fiscal_year(month, months)}"
    return year if kind == "year" else f"{year}-{_LETTER[kind]}{_number(month, kind, months)}"


def _period_start(month: Count, kind: PeriodKind, months: FiscalMonths) -> Count:
    """The first month of the period that holds the month."""
    return month - _place(month, months) % MONTHS[kind]


def _number(month: Count, kind: PeriodKind, months: FiscalMonths) -> Count:
    """The how-many-eth period of its fiscal year the month lies in, from 1."""
    return _place(month, months) // MONTHS[kind] + 1


def _fiscal_year(month: Count, months: FiscalMonths) -> Count:
    """The name of the month's fiscal year."""
    return (month - _place(month, months)) // 12 + months.name_ahead


def _place(month: Count, months: FiscalMonths) -> Count:
    """Months since the fiscal year began, 0 to 11."""
    return (month - months.opens) % 12


def _two_digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)
