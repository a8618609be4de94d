"""Months, fiscal quarters and fiscal years of the generated company, whose year starts on 1 February."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

FISCAL_START_MONTH = 2
MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3
YEARS_OF_HISTORY = 3


def first_of_month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day number some months later (or earlier), the month's last day where it has no such number."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(since: date, day: date) -> int:
    """Months completed between two days; `clear_of_month_end` keeps the history out of the disputed cases."""
    return (day.year - since.year) * MONTHS_A_YEAR + day.month - since.month - (day.day < since.day)


def clear_of_month_end(day: date, signed: date | None) -> date:
    """A day whose whole months since `signed` nobody can count differently.

    On the last day of a month that is shorter than the day number of `signed`, some call the month complete and some
    do not: such a day moves back by one.
    """
    last = day.day == monthrange(day.year, day.month)[1]
    return day - timedelta(days=1) if signed and last and day.day < signed.day else day


def fiscal_year(day: date) -> date:
    """First day of the fiscal year that holds the day."""
    return date(day.year - (day.month < FISCAL_START_MONTH), FISCAL_START_MONTH, 1)


def fiscal_quarter(day: date) -> date:
    """First day of the fiscal quarter that holds the day."""
    return add_months(first_of_month(day), -((day.month - FISCAL_START_MONTH) % MONTHS_A_QUARTER))


def history_start(until: date) -> date:
    """The first day of the history: at least three whole years before `until`, on a fiscal new year."""
    return fiscal_year(add_months(until, -YEARS_OF_HISTORY * MONTHS_A_YEAR))


def months(since: date, until: date) -> Iterator[date]:
    """First days of the months from the month of `since` while they are before `until`."""
    month = first_of_month(since)
    while month < until:
        yield month
        month = add_months(month, 1)
