"""Where every payee stands against a quota, in each window: from lines, and from quotas that nobody has sold for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import Period, months_later, period_of
from engine.documents.company.company import Company
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.payees.windows.quotas import fiscal, quota_of_windows
from engine.reporting.table import Span


@dataclass(frozen=True, slots=True)
class Standing:
    """One payee in one window of a component with a quota; micro-units of its measure."""

    payee: str
    achieved: int
    quota: int

    @property
    def attainment(self) -> Fraction:
        """Achieved over quota."""
        return Fraction(self.achieved, self.quota)


@dataclass(frozen=True, slots=True)
class Group:
    """Everybody in one window of a component."""

    plan: Plan
    component: Component
    window: Period
    is_over: bool
    standings: tuple[Standing, ...]


def groups(book: Book, rules: Rules, lines: dy.DataFrame[f.Lines], span: Span) -> list[Group]:
    """The groups of the windows that end in the days of the report or run on the last of them, without empty ones.

    Windows of each payee's own, and of each customer, make no group.
    """
    found = [
        Group(plan, part, window, window.ends_on <= span.over_until, tuple(_standings(reached, asked)))
        for plan in rules.plans
        for part in plan.components
        if part.quota is not None and part.since == "fiscal_year" and part.for_each is None
        if plan.measures[part.measure].across is None
        for window in _windows(plan, part, span, rules.company)
        for reached in [_reached(lines, plan, part, window, span)]
        for asked in [_asked(book, plan, part.quota, window, rules.company)]
    ]
    return [group for group in found if group.standings]


def recent(book: Book, rules: Rules, lines: dy.DataFrame[f.Lines], span: Span) -> list[Group]:
    """The groups of the windows that ended in the twelve months before the report is asked, or ends."""
    until = span.over_until
    year = Span("", months_later(until, -12), until, until)
    return [group for group in groups(book, rules, lines, year) if group.is_over]


def _windows(plan: Plan, part: Component, span: Span, company: Company) -> Iterator[Period]:
    """Windows of the component that end in the span, and the one that runs on its last day."""
    if part.accumulates == "transaction":
        return
    day, last = span.starts_on, min(span.as_of, date.fromordinal(span.ends_on.toordinal() - 1))
    while day <= last:
        window = period_of(day, part.accumulates, company)
        if plan.effective.covers(window.starts_on) and (window.ends_on <= span.ends_on or window.ends_on > last):
            yield window
        day = window.ends_on


def _asked(book: Book, plan: Plan, quota: str, window: Period, company: Company) -> pl.DataFrame:
    """The quotas of everybody who is on the plan in the window, by the quota file."""
    enrolled = book.enrolments.filter(
        (pl.col("plan") == plan.plan)
        & (pl.col("from_on") < window.ends_on)
        & (pl.col("until_on").is_null() | (pl.col("until_on") > window.starts_on))
    )
    asked = enrolled.select(payee_id="person_id", window=pl.lit(window.label)).unique()
    return quota_of_windows(asked, book.quotas, quota, fiscal(window.kind, company))


def _reached(lines: pl.DataFrame, plan: Plan, part: Component, window: Period, span: Span) -> pl.DataFrame:
    """By payee what was achieved so far, and the quota of the line, which knows ramps and proration."""
    of_window = lines.filter(
        pl.col("plan") == plan.plan,
        pl.col("component") == part.id,
        pl.col("window") == window.label,
        pl.col("part") == "earning",
        pl.col("dated_on") <= span.as_of,
    )
    last = of_window.sort("dated_on", "source_id").group_by("payee_id").last()
    return last.select("payee_id", achieved="after_micros", of_the_line="quota_micros")


def _standings(reached: pl.DataFrame, asked: pl.DataFrame) -> Iterator[Standing]:
    """Everybody with a quota above zero; who has no line has achieved nothing."""
    rows = asked.join(reached, on="payee_id", how="left").sort("payee_id")
    for row in rows.iter_rows(named=True):
        quota = row["of_the_line"] or row["quota_micros"] or 0
        if quota > 0:
            yield Standing(row["payee_id"], row["achieved"] or 0, int(quota))
