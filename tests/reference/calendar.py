"""Fiscal periods and months. Every range is half-open: the first day is in, the end is out."""

from __future__ import annotations

from calendar import day_name, monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from engine.documents.company.company import Company
from tests.reference.fiscal_periods import first_day_of, how_many, month_of_periods

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
    its year and its number in it. Where years are made of periods, months are named by their year and number, too.
    """
    if kind == "week":
        return _week_of(day, company)
    if kind == "two_weeks":
        return _two_weeks_of(day, company)
    first = month_of(day, company)
    if kind == "half_month":
        return _half_of(day, span_of(day, "month", company))
    in_year = months_of_year(company)
    since_new_year = (first - _new_year(company)) % in_year
    year_begins = first - since_new_year
    edges = _edges(kind, company)
    number = sum(edge <= since_new_year for edge in edges)
    last_day_of_year = date.fromordinal(_first_day(year_begins + in_year, company).toordinal() - 1)
    year = first // in_year if _has_periods(company) else last_day_of_year.year
    names = {"year": "", "half": f"-H{number}", "quarter": f"-Q{number}"}
    label = f"{first // in_year}-{first % in_year + 1:02}" if kind == "month" else f"FY{year}{names[kind]}"
    begins, ends = (year_begins + edge for edge in edges[number - 1 : number + 1])
    return Span(label, _first_day(begins, company), _first_day(ends, company))


def _edges(kind: str, company: Company) -> list[int]:
    """After how many months of the year its quarters or halves begin, and the last one ends.

    Of thirteen, one quarter has four and its half seven.
    """
    edges = list(range(0, 13, MONTHS[kind]))
    calendar = company.fiscal_weeks or company.fiscal_periods
    if months_of_year(company) == 12 or calendar is None:
        return edges
    if kind == "month":
        return [*edges, 13]
    return [0, *(edge + 1 if calendar.long_quarter == "first" or edge == 12 else edge for edge in edges[1:])]


def months_of_year(company: Company) -> int:
    """How many fiscal months a year has, by which what is promised for a year is divided."""
    return how_many(company.fiscal_weeks or company.fiscal_periods)


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
    if _has_periods(company):
        return month_of_periods(company.fiscal_weeks or company.fiscal_periods, day)
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
    if _has_periods(company):
        return first_day_of(company.fiscal_weeks or company.fiscal_periods, month)
    return date(month // 12, month % 12 + 1, _starts(company)[1])


def _starts(company: Company) -> tuple[int, int]:
    """Month and day of the start of the fiscal year."""
    month, day = (company.fiscal_year_starts or "01-01").split("-")
    return int(month), int(day)


def _new_year(company: Company) -> int:
    return 0 if _has_periods(company) else _starts(company)[0] - 1


def _has_periods(company: Company) -> bool:
    """Whether years are made of periods in place of months."""
    return company.fiscal_weeks is not None or company.fiscal_periods is not None


def whole_months(since: date, until: date) -> int:
    """Months that are complete: on the same day number, or on the last day of a month without that day."""
    months = (until.year - since.year) * 12 + until.month - since.month
    complete = until.day >= since.day or until.day == monthrange(until.year, until.month)[1]
    return months if complete else months - 1


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of a month without that day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
