"""Quotas of people who are new, join late or leave early: ramps by month and proration by days or months (DESIGN 5.14).

A row of quota is divided at the fiscal months. Without proration each of its months weighs the same (in a row that is
not of whole months, such as a week, each of its days) and counts in full (before the start of a ramp not at all). By
`months` only those count in which the payee was enrolled from the first day to the last; by `days` every day of the row
weighs the same. The ramp's share multiplies each month; leave takes off its days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, period_of, periods_between
from engine.documents.company.company import Company
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.plan import Plan
from engine.documents.plans.ramp import ramp_share
from engine.money import round_ratio
from engine.payees.windows.presence import Presence, presences, share_present


def quotas_of(plan: Plan, book: Book, company: Company) -> dy.DataFrame[f.Quotas]:
    """The quotas as the plan's payees have to reach them, in whole micro-units (half up).

    Rows that are the payees' own targets are there too; leave that is protected takes nothing off those. The quotas of
    all people together are as they are written.
    """
    if not plan.ramp and plan.proration == "none" and book.leaves.is_empty():
        return book.quotas
    known = presences(plan, book)
    paid = {component.targets for component in plan.components}
    rows = []
    of_people = book.quotas.filter(pl.col("person_id").is_in(list(known)))
    for row in of_people.iter_rows(named=True):
        presence = known[row["person_id"]]
        months = months_of(row["from_on"], row["until_on"], company)
        exact = _share(months, plan, presence, company, paid=row["quota"] in paid) * row["amount_micros"]
        rows.append({**row, "amount_micros": round_ratio(exact.numerator, exact.denominator, 1, "half_up")})
    prorated = pl.DataFrame(rows, schema=book.quotas.schema)
    return f.Quotas.cast(pl.concat([prorated, book.quotas.filter(pl.col("person_id") == EVERYBODY)]))


def _share(
    months: Iterator[tuple[date, date, Period]], plan: Plan, presence: Presence, company: Company, *, paid: bool
) -> Fraction:
    """Which part of a row of quota counts: its months, as far as the payee was there and the ramp has come."""
    parts = list(months)
    by_days = plan.proration == "days" or any(
        (first, end) != (month.starts_on, month.ends_on) for first, end, month in parts
    )
    weights, counted = 0, Fraction(0)
    for first, end, month in parts:
        weight = (end - first).days if by_days else 1
        passed = periods_between(presence.begins_on, month.starts_on, "month", company)
        ramp = ramp_share(plan.ramp, passed + 1) if plan.ramp else 1
        weights += weight
        counted += weight * share_present(first, end, plan, presence, paid=paid) * ramp
    return counted / weights


def months_of(since: date, until: date, company: Company) -> Iterator[tuple[date, date, Period]]:
    """The fiscal months of a range of days: first day, end, and the whole month."""
    day = since
    while day < until:
        month = period_of(day, "month", company)
        end = min(month.ends_on, until)
        yield day, end, month
        day = end
