"""Periods in place of months: of whole weeks in a pattern, or listed; twelve or thirteen of them in a year."""

from __future__ import annotations

from calendar import day_name, month_name, monthrange
from datetime import date, timedelta
from functools import cache

from engine.documents.company.fiscal import FiscalPeriods, FiscalWeeks

Periods = FiscalWeeks | FiscalPeriods | None
"""What a company says of them; none has calendar months."""


def how_many(periods: Periods) -> int:
    """Months or periods of a year."""
    if isinstance(periods, FiscalWeeks):
        return len(_weeks(periods))
    return 12 if periods is None else len(periods.years[0].periods)


@cache
def month_of_periods(periods: Periods, day: date) -> int:
    """The last period that has begun by the day, as a number that counts on through the years."""
    month = (day.year - 2) * how_many(periods)
    while first_day_of(periods, month + 1) <= day:
        month += 1
    return month


@cache
def first_day_of(periods: Periods, month: int) -> date:
    """The first day of a period."""
    year, place = divmod(month, how_many(periods))
    if isinstance(periods, FiscalPeriods):
        return _listed(periods, year, place)
    assert periods is not None
    return _last_day(periods, year - 1) + timedelta(days=1 + 7 * sum(_weeks(periods)[:place]))


def _weeks(weeks: FiscalWeeks) -> list[int]:
    """How many weeks each period has, when the year has 52."""
    if weeks.pattern == "4x13":
        return [4] * 13
    return [int(part) for part in weeks.pattern.split("-")] * 4


def _listed(periods: FiscalPeriods, year: int, place: int) -> date:
    """Of a year in the list as it is there; those before repeat the lengths of the first, those after of the last."""
    first, last = periods.years[0], periods.years[-1]
    ends = [*(each.periods[0] for each in periods.years[1:]), periods.until]
    number = int(first.year[2:])
    if number <= year < number + len(ends):
        return periods.years[year - number].periods[place]
    if year < number:
        back = (ends[0] - first.periods[0]) * (number - year)
        return first.periods[place] - back
    on = (ends[-1] - last.periods[0]) * (year - number - len(ends) + 1)
    return last.periods[place] + on


def _last_day(weeks: FiscalWeeks, year: int) -> date:
    """Of the days around the end of the month that are the weekday: the last one in it, or the nearest."""
    month = [name.lower() for name in month_name].index(weeks.month)
    end = date(year, month, monthrange(year, month)[1])
    around = [end + timedelta(days=days) for days in range(-6, 7)]
    fitting = [day for day in around if day_name[day.weekday()].lower() == weeks.weekday]
    if weeks.ends == "last":
        return max(day for day in fitting if day <= end)
    return min(fitting, key=lambda day: abs((day - end).days))
