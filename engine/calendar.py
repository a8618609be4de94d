"""Days and fiscal periods: the one place where an instant becomes a business date and a date gets a period.

`engine.fiscal` counts the company's fiscal months and `engine.periods` every kind of period, a date as well as a column
of dates. Every range is half-open.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from engine.documents.company.company import Company
from engine.fiscal import fiscal_months
from engine.periods import PeriodKind, Periods, periods

LABELS: dict[PeriodKind, re.Pattern[str]] = {
    "month": re.compile("([0-9]{4})-([0-9]{2})", re.ASCII),
    "half_month": re.compile("([0-9]{4})-([0-9]{2})-H([12])", re.ASCII),
    "week": re.compile("([0-9]{4})-W([0-9]{2})", re.ASCII),
    "two_weeks": re.compile("([0-9]{4})-W([0-9]{2})-W([0-9]{2})", re.ASCII),
    "quarter": re.compile("FY([0-9]{4})-Q([1-4])", re.ASCII),
    "half": re.compile("FY([0-9]{4})-H([12])", re.ASCII),
    "year": re.compile("FY([0-9]{4})", re.ASCII),
}
"""How labels are written: the year, and the place in it."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period: `starts_on` is in, `ends_on` is out."""

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
    """The period that the day lies in; `ValueError` for a period that would end after the year 9999."""
    counted = periods(kind, company)
    return _period(counted.number(day), kind, counted)


def period_named(label: str, company: Company) -> Period:
    """The period of a label, as `period_of` gives it; `ValueError` for a text that is the label of none."""
    for kind, shape in LABELS.items():
        match = shape.fullmatch(label)
        if match is not None:
            counted = periods(kind, company)
            number = counted.numbered(*(int(part) for part in match.groups()))
            if counted.name(number) == label:
                return _period(number, kind, counted)
    msg = f"{label!r} is the label of no period; write one such as 2026-03, FY2026-Q1, FY2026-H1 or FY2026"
    raise ValueError(msg)


def following(label: str, company: Company) -> str:
    """The label of the period of the same kind that begins where this one ends; `ValueError` as of `period_named`."""
    period = period_named(label, company)
    return period_of(period.ends_on, period.kind, company).label


def month_of_year(day: date, company: Company) -> int:
    """The how-many-eth fiscal month of its fiscal year the day lies in, from 1."""
    return periods("month", company).number(day) % months_of_a_year(company) + 1


def months_of_a_year(company: Company) -> int:
    """How many fiscal months a year has: twelve, or thirteen periods."""
    return fiscal_months(company).of_a_year


def months_after(day: date, count: int, company: Company) -> date:
    """The first day of the fiscal month that many after (before, if negative) the one the day lies in."""
    months = periods("month", company)
    return months.first_day(months.number(day) + count)


def periods_between(since: date, until: date, kind: PeriodKind, company: Company) -> int:
    """How many periods later the second day's is than the first day's."""
    counted = periods(kind, company)
    return counted.number(until) - counted.number(since)


def period_label(day: pl.Expr, kind: PeriodKind, company: Company) -> pl.Expr:
    """Labels of a column of days, the same as `period_of` gives one by one."""
    counted = periods(kind, company)
    return counted.names(counted.numbers(day))


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


def _period(number: int, kind: PeriodKind, counted: Periods) -> Period:
    """The period of a number."""
    return Period(
        kind=kind,
        starts_on=counted.first_day(number),
        ends_on=counted.first_day(number + 1),
        label=counted.name(number),
    )
