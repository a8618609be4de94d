"""Everybody together: what all people came to as one number, and what of it each is measured by (DESIGN 5.6).

All direct credits of a plan file's days are those of one payee called `everybody`, so that a deal counts once and sums,
quotas and windows are the same as of anybody. What holds one credit holds that window for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import period_named
from engine.documents.company.company import Company
from engine.documents.measures.across import EVERYBODY, Across
from engine.documents.plans.plan import Plan
from engine.matching import in_force
from engine.payees.attain import Attainment
from engine.payees.windows.enrol import merged

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who is measured by what everybody came to: the people of a plan, in windows that are over by `through`."""

    plan: Plan
    measure: str
    book: Book
    company: Company
    through: date | None

    def days(self, labels: Sequence[str]) -> Iterator[tuple[str, date]]:
        """The windows that are over, each with its last day, which the plan file covers."""
        for label in sorted(set(labels)):
            period = period_named(label, self.company)
            last = period.ends_on - timedelta(days=1)
            if self.plan.effective.covers(last) and (self.through is None or period.ends_on <= self.through):
                yield label, last

    def people(self, day: date) -> list[str]:
        """Who is on the plan on a day."""
        here = merged(self.book.enrolments).filter((pl.col("plan") == self.plan.plan) & in_force(pl.lit(day)))
        return here["person_id"].sort().to_list()


def of_plans(rows: pl.DataFrame, across: Across, book: Book) -> pl.DataFrame:
    """The credits that count for a measure across people, as those of everybody, in order of day and id."""
    if across.plans:
        on_plan = merged(book.enrolments).filter(pl.col("plan").is_in(list(across.plans)))
        there = rows.select("credit_id", "payee_id", "dated_on").join(on_plan, left_on="payee_id", right_on="person_id")
        rows = rows.join(there.filter(in_force(pl.col("dated_on"))), on=["credit_id", "dated_on"], how="semi")
    return rows.with_columns(payee_id=pl.lit(EVERYBODY)).sort("dated_on", "credit_id")


def shared(attained: Attainment, sharing: Sharing) -> pl.DataFrame:
    """A row for each payee and window, on its last day: `base` is what everybody came to.

    `stuck` where nobody knows what that is.
    """
    last = attained.rows.group_by("window", maintain_order=True).agg(pl.col("after_micros").last())
    totals: dict[str, int] = dict(last.iter_rows())
    unknown = set(attained.waiting["window"])
    found = [
        _row(payee, label, day, sharing, totals.get(label, 0), stuck=label in unknown)
        for label, day in sharing.days([*totals, *unknown])
        for payee in sharing.people(day)
    ]
    schema = {
        **dict.fromkeys(("payee_id", "credit_id", "deal_id", "stuck", "cohort", "currency"), pl.String),
        "dated_on": pl.Date,
        "base": pl.Int128,
        **dict.fromkeys(("fx_num", "fx_den"), pl.Int64),
    }
    rows = pl.DataFrame(found, schema=schema)
    return rows.with_columns(kind=pl.lit("direct", dtype=f.Credits.kind.dtype)).sort("payee_id", "dated_on")


def _row(payee: str, label: str, day: date, sharing: Sharing, total: int, *, stuck: bool) -> Row:
    return {
        "payee_id": payee,
        "credit_id": f"{EVERYBODY}:{sharing.measure}:{payee}:{label}",
        "dated_on": day,
        "base": total,
        "stuck": "gauge_held" if stuck else None,
        "cohort": f'{{"on": "{day}"}}',
        "currency": sharing.plan.currency,
    }


def with_their_quota(
    quotas: dy.DataFrame[f.Quotas], quota: str | None, payees: Sequence[str]
) -> dy.DataFrame[f.Quotas]:
    """The quotas, of which everybody's of one name is that of each of the payees."""
    if quota is None:
        return quotas
    named = pl.col("quota") == quota
    whole = quotas.filter(named & (pl.col("person_id") == EVERYBODY)).drop("person_id")
    people = pl.DataFrame({"person_id": list(payees)}, schema={"person_id": pl.String})
    return f.Quotas.cast(pl.concat([quotas.filter(~named), people.join(whole, how="cross").select(quotas.columns)]))
