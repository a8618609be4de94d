"""Fiscal periods and months. Every range is half-open: the first day is in, the end is out."""

from __future__ import annotations

from calendar import day_name, month_name, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from engine.documents.company import Company
from engine.documents.fiscal import FiscalWeeks

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
STATEMENTS = {
    "weekly": "week",
    "two_weekly": "two_weeks",
    "half_monthly": "half_month",
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
}


@dataclass(frozen=True)
class Span:
    """A fiscal period and what it is called."""

    label: str
    first: date
    end: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day < self.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days


def span_of(day: date, kind: str, company: Company) -> Span:
    """The fiscal month, quarter, half or year of a day.

    A fiscal month is named by its first day, a fiscal year by the calendar year of its last day, a quarter or half by
    its year and its number in it. Where years are made of weeks, months are named by their year and number, too.
    """
    if kind == "week":
        return _week_of(day, company)
    if kind == "two_weeks":
        return _two_weeks_of(day, company)
    first = month_of(day, company)
    if kind == "half_month":
        return _half_of(day, span_of(day, "month", company))
    since_new_year = (first - _new_year(company)) % 12
    year_begins = first - since_new_year
    begins = first - since_new_year % MONTHS[kind]
    ends = begins + MONTHS[kind]
    last_day_of_year = date.fromordinal(_first_day(year_begins + 12, company).toordinal() - 1)
    year = last_day_of_year.year if company.fiscal_weeks is None else first // 12
    number = since_new_year // MONTHS[kind] + 1
    names = {"year": "", "half": f"-H{number}", "quarter": f"-Q{number}"}
    label = f"{first // 12}-{first % 12 + 1:02}" if kind == "month" else f"FY{year}{names[kind]}"
    return Span(label, _first_day(begins, company), _first_day(ends, company))


def _half_of(day: date, month: Span) -> Span:
    """The first fifteen days of a month, or the rest."""
    sixteenth = month.first + timedelta(days=15)
    if day < sixteenth:
        return Span(f"{month.label}-H1", month.first, sixteenth)
    return Span(f"{month.label}-H2", sixteenth, month.end)


def _week_of(day: date, company: Company) -> Span:
    """The week, of the year of its fourth day; in a calendar of weeks of the fiscal year, counted from its first day.

    From Monday on they are those of ISO 8601.
    """
    if company.fiscal_weeks is None:
        begins = [name.lower() for name in day_name].index(company.weeks_start or "monday")
        first = day - timedelta(days=(day.weekday() - begins) % 7)
        fourth = first + timedelta(days=3)
        year, number = fourth.year, (fourth - date(fourth.year, 1, 1)).days // 7 + 1
    else:
        fiscal_year = span_of(day, "year", company)
        number, into = divmod((day - fiscal_year.first).days, 7)
        first, number, year = day - timedelta(days=into), number + 1, int(fiscal_year.label[2:])
    return Span(f"{year}-W{number:02}", first, first + timedelta(days=7))


def _two_weeks_of(day: date, company: Company) -> Span:
    """Two weeks, paired from the one of a day on, or of 2026-01-05; years play no part."""
    start = _week_of(company.two_weeks_start or date(2026, 1, 5), company).first
    week = _week_of(day, company)
    first = week if (week.first - start).days // 7 % 2 == 0 else _week_of(week.first - timedelta(days=1), company)
    second = _week_of(first.end, company)
    return Span(f"{first.label}-{second.label.partition('-')[2]}", first.first, second.end)


def month_of(day: date, company: Company) -> int:
    """The fiscal month of a day as a number that counts on through the years."""
    if company.fiscal_weeks is not None:
        return _month_of_weeks(company.fiscal_weeks, day)
    return day.year * 12 + day.month - 1 - (1 if day.day < _starts(company)[1] else 0)


def months_in(first: date, end: date, company: Company) -> list[Span]:
    """The fiscal months of a range that begins and ends with one."""
    months = []
    while first < end:
        months.append(span_of(first, "month", company))
        first = months[-1].end
    return months


def months_before(day: date, months: int, company: Company) -> date:
    """The first day of the fiscal month so many months before the one that begins on the day."""
    return _first_day(month_of(day, company) - months, company)


def _first_day(month: int, company: Company) -> date:
    if company.fiscal_weeks is not None:
        return _of_weeks(company.fiscal_weeks, *divmod(month, 12))
    return date(month // 12, month % 12 + 1, _starts(company)[1])


def _starts(company: Company) -> tuple[int, int]:
    """Month and day of the start of the fiscal year."""
    month, day = (company.fiscal_year_starts or "01-01").split("-")
    return int(month), int(day)


def _new_year(company: Company) -> int:
    return 0 if company.fiscal_weeks is not None else _starts(company)[0] - 1


@cache
def _month_of_weeks(weeks: FiscalWeeks, day: date) -> int:
    """The last month that has begun by the day, counted up from the year before."""
    month = (day.year - 1) * 12
    while _of_weeks(weeks, *divmod(month + 1, 12)) <= day:
        month += 1
    return month


@cache
def _of_weeks(weeks: FiscalWeeks, year: int, place: int) -> date:
    """The first day of a period: after the last year's end, and after so many weeks of the pattern."""
    pattern = [int(part) for part in weeks.pattern.split("-")] * 4
    return _last_day(weeks, year - 1) + timedelta(days=1 + 7 * sum(pattern[:place]))


def _last_day(weeks: FiscalWeeks, year: int) -> date:
    """Of the days around the end of the month that are the weekday: the last one in it, or the nearest."""
    month = [name.lower() for name in month_name].index(weeks.month)
    end = date(year, month, monthrange(year, month)[1])
    around = [end + timedelta(days=days) for days in range(-6, 7)]
    fitting = [day for day in around if day_name[day.weekday()].lower() == weeks.weekday]
    if weeks.ends == "last":
        return max(day for day in fitting if day <= end)
    return min(fitting, key=lambda day: abs((day - end).days))


def whole_months(since: date, until: date) -> int:
    """Months that are complete: on the same day number, or on the last day of a month without that day."""
    months = (until.year - since.year) * 12 + until.month - since.month
    complete = until.day >= since.day or until.day == monthrange(until.year, until.month)[1]
    return months if complete else months - 1


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of a month without that day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
