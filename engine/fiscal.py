"""How fiscal months are counted: one number that goes on through the years, for a day and for a column of days.

A number is `year * 12 + place` (`* 13` in years of thirteen periods). Where fiscal months are calendar months, it is
the calendar month in which they begin; everything follows by arithmetic. Where they are weeks in a pattern or listed
periods, it is fiscal year and period, and a table of first days says where each begins.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import Protocol

import polars as pl

from engine.documents.company.company import Company
from engine.documents.company.fiscal import FiscalPeriods, FiscalWeeks

MONTHS_OF_A_YEAR = 12
MONTHS_OF_A_QUARTER = 3
EPOCH = date(1970, 1, 1).toordinal()
YEARS = range(2, date.max.year - 1)
"""Fiscal years that a table holds: every one that lies in the years 1 to 9999."""


class FiscalMonths(Protocol):
    """The fiscal months of a company."""

    @property
    def of_a_year(self) -> int:
        """How many make a year."""

    @property
    def of_the_first_quarter(self) -> int:
        """How many make its first quarter; the second and third have three, the last the rest."""

    @property
    def opens(self) -> int:
        """The place, from 0, at which a fiscal year begins: the first number of a year leaves it over 12."""

    @property
    def name_ahead(self) -> int:
        """How far the year's name is ahead of that of its first number: 1 where it ends in the next calendar year."""

    def number(self, day: date) -> int:
        """The month that a day lies in."""

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""

    def first_day(self, number: int) -> date:
        """The first day of a month; `ValueError` outside the years 1 to 9999."""

    def first_days(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""


@dataclass(frozen=True, slots=True)
class CalendarMonths:
    """Months from a day of one calendar month to that day of the next."""

    month: int
    day: int
    of_a_year: int = MONTHS_OF_A_YEAR
    of_the_first_quarter: int = MONTHS_OF_A_QUARTER

    @property
    def opens(self) -> int:
        """The month in which the year starts."""
        return self.month - 1

    @property
    def name_ahead(self) -> int:
        """Only a year from 1 January ends in the calendar year in which it begins."""
        return int((self.month, self.day) != (1, 1))

    def number(self, day: date) -> int:
        """Days before the start of the fiscal month belong to the one before."""
        return day.year * MONTHS_OF_A_YEAR + day.month - 1 - (day.day < self.day)

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        early = (days.dt.day() < self.day).cast(pl.Int32)
        return days.dt.year() * MONTHS_OF_A_YEAR + days.dt.month().cast(pl.Int32) - 1 - early

    def first_day(self, number: int) -> date:
        """The day of the month on which fiscal months start."""
        return date(number // MONTHS_OF_A_YEAR, number % MONTHS_OF_A_YEAR + 1, self.day)

    def first_days(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return pl.date(numbers // MONTHS_OF_A_YEAR, numbers % MONTHS_OF_A_YEAR + 1, self.day)


@dataclass(frozen=True)
class ListedMonths:
    """Months by a table of their first days, in order and without a gap."""

    first: int
    """The number of the first of them."""
    starts: tuple[int, ...]
    """Their first days, in days since 1970."""
    of_a_year: int = MONTHS_OF_A_YEAR
    of_the_first_quarter: int = MONTHS_OF_A_QUARTER
    opens: int = 0
    name_ahead: int = 0

    def number(self, day: date) -> int:
        """Where the day falls in the table."""
        return self.first + bisect_right(self.starts, day.toordinal() - EPOCH) - 1

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        place = pl.lit(self._table).search_sorted(days.cast(pl.Int32), side="right").cast(pl.Int32)
        return pl.when(days.is_not_null()).then(place + self.first - 1)

    def first_day(self, number: int) -> date:
        """Its entry in the table."""
        if not 0 <= number - self.first < len(self.starts):
            msg = f"fiscal year {number // self.of_a_year} is out of range"
            raise ValueError(msg)
        return date.fromordinal(self.starts[number - self.first] + EPOCH)

    def first_days(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return pl.lit(self._table).gather(numbers - self.first).cast(pl.Date)

    @cached_property
    def _table(self) -> pl.Series:
        return pl.Series(self.starts, dtype=pl.Int32)


def fiscal_months(company: Company) -> FiscalMonths:
    """How the company counts; a table is made once."""
    return _counted(company.fiscal_year_starts, company.fiscal_weeks, company.fiscal_periods)


@cache
def _counted(starts: str | None, weeks: FiscalWeeks | None, listed: FiscalPeriods | None) -> FiscalMonths:
    if weeks is not None:
        count = len(weeks.weeks())
        return ListedMonths(YEARS[0] * count, _of_weeks(weeks), count, _first_quarter(weeks))
    if listed is not None:
        count = len(listed.years[0].periods)
        return ListedMonths(*_of_list(listed, count), count, _first_quarter(listed))
    return CalendarMonths(*(int(part) for part in (starts or "01-01").split("-")))


def _first_quarter(calendar: FiscalWeeks | FiscalPeriods) -> int:
    return MONTHS_OF_A_QUARTER + (calendar.long_quarter == "first")


def _of_weeks(weeks: FiscalWeeks) -> tuple[int, ...]:
    """Each year's periods from the day after the last year's end; a 53rd week is the last period's."""
    before = list(accumulate((7 * count for count in weeks.weeks()[:-1]), initial=0))
    starts = [weeks.last_day(year - 1).toordinal() + 1 - EPOCH for year in YEARS]
    return tuple([start + days for start in starts for days in before])


def _of_list(listed: FiscalPeriods, count: int) -> tuple[int, tuple[int, ...]]:
    """The number of the first period of the table, and the periods: those listed, and before and after them alike."""
    days = [day.toordinal() - EPOCH for year in listed.years for day in year.periods]
    days.append(listed.until.toordinal() - EPOCH)
    first, last = listed.years[0].number, listed.years[-1].number
    lengths = [later - earlier for earlier, later in pairwise(days)]
    early, late = lengths[:count], lengths[-count:]
    back = min(first - YEARS[0], (days[0] + EPOCH - 1) // sum(early))
    ahead = min(YEARS[-1] - last, (date.max.toordinal() - EPOCH - days[-1]) // sum(late))
    starts = accumulate([*early * back, *lengths, *late * ahead], initial=days[0] - back * sum(early))
    return (first - back) * count, tuple(starts)
