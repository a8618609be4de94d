"""Fiscal periods and months. Every range is half-open: the first day is in, the end is out."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from engine.documents.company import Company

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
STATEMENTS = {"monthly": "month", "quarterly": "quarter", "half_yearly": "half", "yearly": "year"}


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
    its year and its number in it.
    """
    first = month_of(day, company)
    since_new_year = (first - (company.fiscal_month - 1)) % 12
    year_begins = first - since_new_year
    begins = first - since_new_year % MONTHS[kind]
    ends = begins + MONTHS[kind]
    last_day_of_year = date.fromordinal(_first_day(year_begins + 12, company).toordinal() - 1)
    number = since_new_year // MONTHS[kind] + 1
    names = {"year": "", "half": f"-H{number}", "quarter": f"-Q{number}"}
    label = f"{first // 12}-{first % 12 + 1:02}" if kind == "month" else f"FY{last_day_of_year.year}{names[kind]}"
    return Span(label, _first_day(begins, company), _first_day(ends, company))


def month_of(day: date, company: Company) -> int:
    """The fiscal month of a day as a number that counts on through the years."""
    return day.year * 12 + day.month - 1 - (1 if day.day < company.fiscal_day else 0)


def months_in(first: date, end: date, company: Company) -> list[Span]:
    """The fiscal months of a range that begins and ends with one."""
    months = []
    while first < end:
        months.append(span_of(first, "month", company))
        first = months[-1].end
    return months


def _first_day(month: int, company: Company) -> date:
    return date(month // 12, month % 12 + 1, company.fiscal_day)


def whole_months(since: date, until: date) -> int:
    """Months that are complete: on the same day number, or on the last day of a month without that day."""
    months = (until.year - since.year) * 12 + until.month - since.month
    complete = until.day >= since.day or until.day == monthrange(until.year, until.month)[1]
    return months if complete else months - 1


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of a month without that day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
