"""Kinds of periods. The periods of each kind are counted: the next one has the next number.

Parts of the fiscal year are so many fiscal months. A half-month is the first fifteen days of a fiscal month, or the
rest. Weeks go on without regard to months and years, and belong to the year in which their fourth day lies; where
fiscal years are made of weeks, they are counted from the start of the fiscal year. Two weeks are a pair of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar

import polars as pl

from engine.documents.company.company import Company
from engine.documents.company.fiscal import WEEKDAYS
from engine.fiscal import EPOCH, MONTHS_OF_A_QUARTER, FiscalMonths, fiscal_months
from engine.texts import text

PeriodKind = Literal["week", "two_weeks", "half_month", "month", "quarter", "half", "year"]
MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""How many months a part of the year has."""
BEGINS: dict[PeriodKind, tuple[int, ...]] = {"quarter": (3, 6, 9), "half": (6,), "year": ()}
"""At which fiscal months later parts of the year begin, where its first quarter has three."""
LETTERS: dict[PeriodKind, str] = {"quarter": "Q", "half": "H"}
FIRST_PAIR = date(2026, 1, 5)
"""A day in the first of two weeks, where the company names none."""
FIRST_HALF = 15
"""Days of the first half of a month."""
Count = TypeVar("Count", int, pl.Expr)


class Periods(Protocol):
    """The periods of one kind."""

    def number(self, day: date) -> int:
        """The period that a day lies in."""

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""

    def first_day(self, number: int) -> date:
        """Its first day; `ValueError` outside the years 1 to 9999."""

    def name(self, number: int) -> str:
        """Its label."""

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""

    def numbered(self, year: int, *place: int) -> int:
        """The number of the period that a label names: its year, and its place in it."""


@dataclass(frozen=True, slots=True)
class Months:
    """The fiscal months, counted from a fiscal year's first."""

    months: FiscalMonths

    def number(self, day: date) -> int:
        """How many have passed since the first of a fiscal year."""
        return self.months.number(day) - self.months.opens

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return self.months.numbers(days) - self.months.opens

    def first_day(self, number: int) -> date:
        """That of the fiscal month."""
        return self.months.first_day(number + self.months.opens)

    def name(self, number: int) -> str:
        """`2026-03`."""
        return _month_name(number + self.months.opens, self.months)

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return _month_names(numbers + self.months.opens, self.months)

    def numbered(self, year: int, *place: int) -> int:
        """From the place in the calendar year, or in the fiscal one where months are no calendar months."""
        return year * self.months.of_a_year + place[0] - 1 - self.months.opens


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of the fiscal year: quarters, halves, or all of it."""

    months: Months
    letter: str | None
    begins: tuple[int, ...]
    """The places in the year, from 0, of the months with which the later parts begin."""

    def number(self, day: date) -> int:
        """Parts since the first of the calendar."""
        year, place = divmod(self.months.number(day), self._of_a_year)
        return year * self._parts + sum(place >= begin for begin in self.begins)

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        month = self.months.numbers(days)
        year, place = month // self._of_a_year, month % self._of_a_year
        return year * self._parts + sum((place >= begin).cast(pl.Int32) for begin in self.begins)

    def first_day(self, number: int) -> date:
        """That of its first month."""
        year, part = divmod(number, self._parts)
        return self.months.first_day(year * self._of_a_year + (0, *self.begins)[part])

    def name(self, number: int) -> str:
        """`FY2026-Q1`, `FY2026-H1`, `FY2026`."""
        year, place = self._placed(number)
        return f"FY{year}-{self.letter}{place}" if self.letter else f"FY{year}"

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        year, place = self._placed(numbers)
        return text("FY{}-{}{}", year, pl.lit(self.letter), place) if self.letter else text("FY{}", year)

    def numbered(self, year: int, *place: int) -> int:
        """From the place in the fiscal year."""
        return (year - self.months.months.name_ahead) * self._parts + (place[0] if place else 1) - 1

    @property
    def _parts(self) -> int:
        return 1 + len(self.begins)

    @property
    def _of_a_year(self) -> int:
        return self.months.months.of_a_year

    def _placed(self, number: Count) -> tuple[Count, Count]:
        """The name of its fiscal year, and its place in it from 1."""
        return number // self._parts + self.months.months.name_ahead, number % self._parts + 1


@dataclass(frozen=True, slots=True)
class HalfMonths:
    """Two to a fiscal month."""

    months: FiscalMonths

    def number(self, day: date) -> int:
        """Twice the month's, and one more from its sixteenth day on."""
        month = self.months.number(day)
        return 2 * month + ((day - self.months.first_day(month)).days >= FIRST_HALF)

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        month = self.months.numbers(days)
        late = (days - self.months.first_days(month)).dt.total_days() >= FIRST_HALF
        return 2 * month + late.cast(pl.Int32)

    def first_day(self, number: int) -> date:
        """The first or the sixteenth day of the month."""
        return self.months.first_day(number // 2) + timedelta(days=number % 2 * FIRST_HALF)

    def name(self, number: int) -> str:
        """`2026-03-H1`."""
        return f"{_month_name(number // 2, self.months)}-H{number % 2 + 1}"

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return text("{}-H{}", _month_names(numbers // 2, self.months), numbers % 2 + 1)

    def numbered(self, year: int, *place: int) -> int:
        """From the month, and which half."""
        return (year * self.months.of_a_year + place[0] - 1) * 2 + place[1] - 1


@dataclass(frozen=True, slots=True)
class Weeks:
    """Seven days from a weekday on; `months` where fiscal years are made of weeks."""

    weekday: int
    """The first day, 0 for Monday."""
    months: FiscalMonths | None

    def number(self, day: date) -> int:
        """Weeks since the first one of the calendar."""
        return (day.toordinal() - 1 - self.weekday) // 7

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return (days.cast(pl.Int32) + (EPOCH - 1 - self.weekday)) // 7

    def first_day(self, number: int) -> date:
        """A day of that weekday."""
        return date.fromordinal(number * 7 + 1 + self.weekday)

    def name(self, number: int) -> str:
        """`2026-W05`."""
        if self.months is None:
            fourth = self.first_day(number) + timedelta(days=3)
            return f"{fourth.year}-W{(fourth - date(fourth.year, 1, 1)).days // 7 + 1:02}"
        start = self.first_day(number)
        year = self.months.number(start) // self.months.of_a_year
        return f"{year}-W{(start - self.months.first_day(year * self.months.of_a_year)).days // 7 + 1:02}"

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        start = (numbers * 7 + (1 + self.weekday - EPOCH)).cast(pl.Date)
        if self.months is None:
            fourth = start + pl.duration(days=3)
            return text("{}-W{}", fourth.dt.year(), _two_digits((fourth.dt.ordinal_day() - 1) // 7 + 1))
        year = self.months.numbers(start) // self.months.of_a_year
        since = (start - self.months.first_days(year * self.months.of_a_year)).dt.total_days()
        return text("{}-W{}", year, _two_digits(since // 7 + 1))

    def numbered(self, year: int, *place: int) -> int:
        """Counted from the week of 4 January, or of the fiscal year's first day."""
        first = self.months.first_day(year * self.months.of_a_year) if self.months else date(year, 1, 4)
        return self.number(first) + place[0] - 1


@dataclass(frozen=True, slots=True)
class TwoWeeks:
    """Pairs of weeks, written by both of them."""

    weeks: Weeks
    begins: int
    """Whether the first of two has an even number (0) or an odd one (1)."""

    def number(self, day: date) -> int:
        """Half the week's."""
        return (self.weeks.number(day) - self.begins) // 2

    def numbers(self, days: pl.Expr) -> pl.Expr:
        """The same for a column."""
        return (self.weeks.numbers(days) - self.begins) // 2

    def first_day(self, number: int) -> date:
        """That of the first week."""
        return self.weeks.first_day(2 * number + self.begins)

    def name(self, number: int) -> str:
        """`2026-W05-W06`."""
        first = 2 * number + self.begins
        return f"{self.weeks.name(first)}-{self.weeks.name(first + 1)[-3:]}"

    def names(self, numbers: pl.Expr) -> pl.Expr:
        """The same for a column."""
        first = 2 * numbers + self.begins
        return text("{}-{}", self.weeks.names(first), self.weeks.names(first + 1).str.slice(-3))

    def numbered(self, year: int, *place: int) -> int:
        """From the first week's."""
        return (self.weeks.numbered(year, place[0]) - self.begins) // 2


def periods(kind: PeriodKind, company: Company) -> Periods:
    """The periods of a kind, as the company counts them."""
    months = fiscal_months(company)
    if kind == "half_month":
        return HalfMonths(months)
    if kind == "week":
        return _weeks(company)
    if kind == "two_weeks":
        weeks = _weeks(company)
        return TwoWeeks(weeks, weeks.number(company.two_weeks_start or FIRST_PAIR) % 2)
    if kind == "month":
        return Months(months)
    longer = months.of_the_first_quarter - MONTHS_OF_A_QUARTER
    return Parts(Months(months), LETTERS.get(kind), tuple(begin + longer for begin in BEGINS[kind]))


def _weeks(company: Company) -> Weeks:
    if company.fiscal_weeks is not None:
        return Weeks((WEEKDAYS.index(company.fiscal_weeks.weekday) + 1) % 7, fiscal_months(company))
    return Weeks(WEEKDAYS.index(company.weeks_start or "monday"), None)


def _month_name(month: int, months: FiscalMonths) -> str:
    return f"{month // months.of_a_year}-{month % months.of_a_year + 1:02}"


def _month_names(numbers: pl.Expr, months: FiscalMonths) -> pl.Expr:
    return text("{}-{}", numbers // months.of_a_year, _two_digits(numbers % months.of_a_year + 1))


def _two_digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)
