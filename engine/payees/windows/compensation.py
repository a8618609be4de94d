"""Targets from people data: base salary, variable pay and OTE of a year, as rows that add up over windows (DESIGN 5.2).

A twelfth of the year's amount belongs to each fiscal month (a thirteenth in years of thirteen periods), divided among
its days where pay changes inside it. Amounts are rounded along the fiscal year, so that its months add up to the year,
and those of a quarter to the quarter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import month_of_year, months_of_a_year, period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.money import round_ratio
from engine.payees.exchange import Exchange, rate_of
from engine.payees.windows.presence import presences, share_present
from engine.payees.windows.proration import months_of


def promised_rows(plan: Plan, book: Book, company: Company, days: tuple[date, date]) -> dy.DataFrame[f.Quotas]:
    """Rows of every promise that the plan pays by, for each payee on the plan and each fiscal month in `days`.

    An amount in another currency than the plan's is exchanged by the rate of the first day of each month; without a
    rate there is no row, so that the target is missing.
    """
    rows: list[dict[str, Any]] = []
    exchange, known = Exchange(book.fx_rates, company.currency), presences(plan, book)
    for terms in book.compensation.filter(pl.col("person_id").is_in(list(known))).iter_rows(named=True):
        payee, currency = terms["person_id"], terms["currency"] or plan.currency
        presence = known[payee]
        first, end = max(days[0], terms["from_on"]), min(days[1], terms["until_on"] or days[1])
        for since, until, _ in months_of(first, end, company):
            rate = rate_of(plan, currency, since, exchange) if currency != plan.currency else Fraction(1)
            if rate is not None:
                rate *= share_present(since, until, plan, presence, paid=True)
                row = {"person_id": payee, "from_on": since, "until_on": until}
                rows += ({**row, **part} for part in _parts(terms, plan, rate, _of_the_year(since, until, company)))
    return f.Quotas.cast(pl.DataFrame(rows, schema={name: of.dtype for name, of in f.Quotas.columns().items()}))


def _parts(
    terms: Mapping[str, Any], plan: Plan, rate: Fraction, of_the_year: tuple[Fraction, Fraction]
) -> Iterator[dict[str, Any]]:
    """What these days of one fiscal month are promised, of each promise that is known."""
    for promise, name in plan.promises.items():
        yearly = terms[f"{promise}_micros"]
        if yearly is not None:
            before, after = (_whole(yearly * share) for share in of_the_year)
            yield {"quota": name, "amount_micros": _whole((after - before) * rate)}


def _of_the_year(since: date, until: date, company: Company) -> tuple[Fraction, Fraction]:
    """Which share of the fiscal year is over on two days of one month, the second of which may be its end."""
    month = period_of(since, "month", company)
    number, length = month_of_year(since, company), (month.ends_on - month.starts_on).days
    over = (number - 1 + Fraction((day - month.starts_on).days, length) for day in (since, until))
    before, after = (share / months_of_a_year(company) for share in over)
    return before, after


def _whole(exact: Fraction) -> int:
    return round_ratio(exact.numerator, exact.denominator, 1, "half_up")
