"""Fiscal calendars that are no calendar months: weeks in a pattern (4-4-5), or periods that the company lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Day, spelt

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MonthName = Literal[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)
MONTH_NAMES: tuple[str, ...] = get_args(MonthName)
PERIODS_OF_A_YEAR = (12, 13)
LongQuarter = Literal["first", "last"]
"""Which quarter of thirteen periods has four of them."""
TWELVE = (
    "[2025-12-29, 2026-01-26, 2026-02-23, 2026-03-30, 2026-04-27, 2026-05-25, "
    "2026-06-29, 2026-07-27, 2026-08-24, 2026-09-28, 2026-10-26, 2026-11-23]"
)
"""The periods of a year, as the reference shows them."""
LISTED = f"{{years: [{{year: FY2026, periods: {TWELVE}}}], until: 2027-01-04}}"
"""A calendar, likewise."""
_year = spelt(r"FY(1[0-9]|2[0-9])[0-9]{2}", "Write FY and the year, such as FY2026.", "a fiscal year")


class FiscalWeeks(Document):
    """Years of whole weeks: four quarters of 13 weeks, and each quarter's three periods in a pattern.

    `{pattern: 4-4-5, ends: last, weekday: saturday, month: january}` ends each year on the last Saturday of January.
    Where that makes a year of 53 weeks, its last period has one week more. Periods take the place of months: `2026-03`
    is the third period of fiscal year 2026, and whatever counts fiscal months (ramps, proration, `accumulates: month`)
    counts periods; a twelfth of a yearly promise belongs to each. A year is named by the year in which its `month`
    ends it. Contracts, terms and clawbacks still count calendar months.
    """

    pattern: Literal["4-4-5", "4-5-4", "5-4-4", "4x13"] = Field(examples=["4-4-5"])
    """How many weeks the three periods of a quarter have. `4x13`: a year has thirteen periods of four weeks, `2026-01`
    to `2026-13`, and a thirteenth of a yearly promise belongs to each."""
    long_quarter: LongQuarter = Field(default="last", examples=["first"])
    """Of thirteen periods: the `first` or the `last` quarter has four of them, the others three; the half with it has
    seven."""
    ends: Literal["last", "nearest"] = Field(examples=["last"])
    """The year ends on the `last` such weekday in the month, or on the one `nearest` to the month's last day, which may
    be one to three days into the next month."""
    weekday: Weekday = Field(examples=["saturday"])
    """The last day of every week, and so of the year."""
    month: MonthName = Field(examples=["january"])
    """At whose end the year ends."""

    def last_day(self, year: int) -> date:
        """The last day of the fiscal year of this name."""
        month = MONTH_NAMES.index(self.month) + 1
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        back = (end.weekday() - WEEKDAYS.index(self.weekday)) % 7
        return end + timedelta(days=7 - back if self.ends == "nearest" and back > 7 // 2 else -back)

    def weeks(self) -> tuple[int, ...]:
        """The weeks of the periods of a year of 52 weeks."""
        return (4,) * 13 if self.pattern == "4x13" else tuple(int(part) for part in self.pattern.split("-")) * 4

    def problems(self) -> Iterator[Problem]:
        """Quarters of twelve periods have three each."""
        if self.pattern != "4x13" and self.long_quarter == "first":
            message = "every quarter of twelve periods has three."
            yield Problem(("long_quarter",), message, "Remove it, or write pattern: 4x13.")


class FiscalYear(Document):
    """The first days of the periods of a fiscal year."""

    year: Annotated[StrictStr, _year[0], _year[1]] = Field(examples=["FY2026"])
    """What it is called; the periods of FY2026 are 2026-01 to 2026-12."""
    periods: Annotated[tuple[Day, ...], *FILLED] = Field(examples=[TWELVE])
    """Their first days, all twelve in order: three make a quarter, six a half. Or all thirteen; see `long_quarter`."""

    def problems(self) -> Iterator[Problem]:
        """Twelve or thirteen periods, each later than the one before."""
        if len(self.periods) not in PERIODS_OF_A_YEAR:
            message = f"{len(self.periods)} periods, but a fiscal year has 12 or 13."
            yield Problem(("periods",), message, "List the first day of each of them.")
        yield from _climbs(self.periods, ("periods",))

    @property
    def number(self) -> int:
        """The year as a number."""
        return int(self.year.removeprefix("FY"))


class FiscalPeriods(Document):
    """Periods as the company lists them, where no rule tells them.

    `{years: [{year: FY2026, periods: [2025-12-29, ...]}], until: 2027-01-04}`. They take the place of months, as
    those of `fiscal_weeks` do. Years before the first and after the last one listed repeat that year's lengths, period
    by period; list further years before they begin.
    """

    years: Annotated[tuple[FiscalYear, ...], *FILLED] = Field(examples=[f"[{{year: FY2026, periods: {TWELVE}}}]"])
    """Fiscal years in order, without a gap."""
    until: Day = Field(examples=["2027-01-04"])
    """The first day after the last year."""
    long_quarter: LongQuarter = Field(default="last", examples=["first"])
    """Where years have thirteen periods: the `first` or the `last` quarter has four of them, the others three; the half
    with it has seven."""

    def problems(self) -> Iterator[Problem]:
        """Years have as many periods and follow each other, and each begins when the one before has ended."""
        if self.long_quarter == "first" and len(self.years[0].periods) in PERIODS_OF_A_YEAR[:1]:
            yield Problem(("long_quarter",), "every quarter of twelve periods has three.", "Remove it.")
        for place, (earlier, later) in enumerate(pairwise(self.years), start=1):
            if len(earlier.periods) != len(later.periods):
                message = f"{len(later.periods)} periods, but the year before has {len(earlier.periods)}."
                yield Problem(("years", place, "periods"), message, "Write as many for each year.")
            if later.number != earlier.number + 1:
                message, remedy = f"{later.year} does not follow {earlier.year}.", f"List FY{earlier.number + 1} next."
                yield Problem(("years", place, "year"), message, remedy)
            yield from _climbs((earlier.periods[-1], later.periods[0]), ("years", place, "periods"))
        yield from _climbs((self.years[-1].periods[-1], self.until), ("until",))


def _climbs(days: tuple[date, ...], loc: tuple[str | int, ...]) -> Iterator[Problem]:
    for earlier, later in pairwise(days):
        if later <= earlier:
            yield Problem(loc, f"{later} is not after {earlier}.", "Write the days in order, each once.")
