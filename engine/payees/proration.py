"""Quotas of people who are new, join late or leave early: ramps by month and proration by days or months (DESIGN 5.14).

A row of quota is divided at the fiscal months. Without proration each of its months weighs the same and counts in full
(before the start of a ramp not at all). By `months` only those count in which the payee was enrolled from the first day
to the last; by `days` every day of the row weighs the same. The ramp's share multiplies each month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_of, whole_months
from engine.documents.company import Company
from engine.documents.plan import Plan
from engine.documents.ramp import ramp_share
from engine.documents.values import Window
from engine.money import round_ratio
from engine.payees.enrol import merged

Spans = Mapping[str, Sequence[Window]]
"""By payee when they were enrolled in a plan, in order."""


def quotas_of(
    plan: Plan, quotas: dy.DataFrame[f.Quotas], enrolments: dy.DataFrame[f.Enrolments], company: Company
) -> dy.DataFrame[f.Quotas]:
    """The quotas as the plan's payees have to reach them, in whole micro-units (half up)."""
    if not plan.ramp and plan.proration == "none":
        return quotas
    enrolled = spans_of(plan, enrolments)
    rows = []
    for row in quotas.filter(pl.col("person_id").is_in(list(enrolled))).iter_rows(named=True):
        share = _share(row["from_on"], row["until_on"], enrolled[row["person_id"]], plan, company)
        exact = share * row["amount_micros"]
        rows.append({**row, "amount_micros": round_ratio(exact.numerator, exact.denominator, 1, "half_up")})
    return f.Quotas.cast(pl.DataFrame(rows, schema=quotas.schema))


def spans_of(plan: Plan, enrolments: dy.DataFrame[f.Enrolments]) -> Spans:
    """When everybody who was ever on the plan was enrolled in it."""
    spans: dict[str, list[Window]] = defaultdict(list)
    of_plan = merged(enrolments).filter(pl.col("plan") == plan.plan).sort("person_id", "from_on")
    for payee, since, until in of_plan.select("person_id", "from_on", "until_on").iter_rows():
        spans[payee].append(Window(from_on=since, until_on=until))
    return spans


def _share(since: date, until: date, spans: Sequence[Window], plan: Plan, company: Company) -> Fraction:
    """Which part of a row of quota counts: its months, as far as the payee was there and the ramp has come."""
    start = period_of(spans[0].from_on, "month", company).starts_on
    weights, counted = 0, Fraction(0)
    for first, end, month in months_of(since, until, company):
        weight = (end - first).days if plan.proration == "days" else 1
        ramp = ramp_share(plan.ramp, whole_months(start, month) + 1) if plan.ramp else 1
        weights += weight
        counted += weight * share_present(first, end, spans, plan) * ramp
    return counted / weights


def share_present(since: date, until: date, spans: Sequence[Window], plan: Plan) -> Fraction:
    """Which part of some days of one fiscal month counts: by the plan's proration, those when the payee was there."""
    days = (until - since).days
    there = sum(_common(since, until, span, plan.effective) for span in spans)
    present = {"none": Fraction(1), "months": Fraction(there == days), "days": Fraction(there, days)}
    return present[plan.proration]


def months_of(since: date, until: date, company: Company) -> Iterator[tuple[date, date, date]]:
    """The fiscal months of a range of days: first day, end, and the day on which the whole month begins."""
    day = since
    while day < until:
        month = period_of(day, "month", company)
        end = min(month.ends_on, until)
        yield day, end, month.starts_on
        day = end


def _common(first: date, end: date, *windows: Window) -> int:
    """Days of a range that lie in all the windows."""
    for window in windows:
        first, end = max(first, window.from_on), min(end, window.until_on or end)
    return max((end - first).days, 0)
