"""Quotas by lot: rows of one length, or of lengths that change, with gaps, nothing asked, and rows cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from engine.documents.company.company import Company
from tests.reference.calendar import Span, months_in, months_later, span_of
from tests.reference.made.deals import FIRST_DAY, MICROS, money

LAST_DAY = date(2028, 1, 1)
PACE = "pace"
"""A quota of weeks."""
QUOTAS = ("sales", "team", "variable_pay", PACE)
EVERYBODY = "everybody"
"""How quotas and results name all people together."""
LENGTHS = ("month", "month", "quarter", "half", "year")


def quotas(chance: Random, company: Company, joined: Mapping[str, date]) -> Iterator[dict[str, Any]]:
    """Of everybody; each `joined` on the day on which windows of their own begin."""
    asked = [(person, quota) for person in joined for quota in QUOTAS]
    for person, quota in (*asked, (EVERYBODY, "company"), (EVERYBODY, PACE)):
        for span in _spans(chance, company, quota, joined.get(person)):
            if chance.random() < 0.97:
                months = len(months_in(span.first, span.end, company)) if quota != PACE else 1
                of_month = chance.choice([10_000 * MICROS, 25_000 * MICROS, 1 + money(chance)])
                yield {
                    "person_id": person,
                    "quota": quota,
                    "from_on": span.first,
                    "until_on": span.end,
                    "amount_micros": 0 if chance.random() < 0.03 else of_month * months,
                }


def _spans(chance: Random, company: Company, quota: str, joined: date | None) -> Iterator[Span]:
    """The days of one row after the other."""
    if quota == PACE:
        return _fiscal(chance, company, [chance.choice(["week", "week", "two_weeks"])])
    if joined is not None and chance.random() < 0.15:
        return _own(chance, joined)
    if chance.random() < 0.3:
        return _fiscal(chance, company, LENGTHS, cut=0.1)
    return _fiscal(chance, company, [chance.choice(LENGTHS)])


def _fiscal(chance: Random, company: Company, lengths: Sequence[str], cut: float = 0) -> Iterator[Span]:
    """Fiscal periods; where one of another length follows, it is what is left of it. At times one is cut in two."""
    first = span_of(span_of(FIRST_DAY, "year", company).first, lengths[0], company).first
    while first < LAST_DAY:
        span = span_of(first, chance.choice(lengths), company)
        inside = (span.end - first).days
        end = first + timedelta(days=chance.randrange(1, inside)) if chance.random() < cut and inside > 1 else span.end
        yield Span(span.label, first, end)
        first = end


def _own(chance: Random, joined: date) -> Iterator[Span]:
    """Months, quarters or years from the first day on."""
    length = chance.choice([1, 3, 12])
    for passed in range(0, 24, length):
        yield Span("", months_later(joined, passed), months_later(joined, passed + length))
