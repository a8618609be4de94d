"""When payees were there: enrolled in a plan, and not on leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.payees.windows.enrol import merged


@dataclass(frozen=True, slots=True)
class Presence:
    """When a payee was enrolled in a plan, in order, and on leave meanwhile."""

    spans: tuple[Window, ...]
    leave: tuple[Window, ...] = ()
    unprotected: tuple[Window, ...] = ()
    """Of the leave, that which also shrinks what is paid."""

    def absent(self, *, paid: bool) -> tuple[Window, ...]:
        """The leave that counts for what the payee is paid, or for what is to be reached."""
        return self.unprotected if paid else self.leave

    @property
    def begins_on(self) -> date:
        """The first day on the plan."""
        return self.spans[0].from_on


def presences(plan: Plan, book: Book) -> Mapping[str, Presence]:
    """The presence of everybody who was ever on the plan."""
    enrolments = merged(book.enrolments).filter(pl.col("plan") == plan.plan).sort("person_id", "from_on")
    spans = _windows(enrolments)
    away, unprotected = _windows(book.leaves), _windows(book.leaves.filter(~pl.col("protected")))
    return {payee: Presence(of, away.get(payee, ()), unprotected.get(payee, ())) for payee, of in spans.items()}


def _windows(rows: pl.DataFrame | dy.DataFrame[f.Leaves]) -> dict[str, tuple[Window, ...]]:
    """By payee, in order; a day of two rows is counted once."""
    found: dict[str, list[Window]] = defaultdict(list)
    for payee, since, until in rows.select("person_id", "from_on", "until_on").sort("person_id", "from_on").iter_rows():
        before = found[payee].pop() if found[payee] and _goes_on(found[payee][-1], since) else None
        first = since if before is None else before.from_on
        found[payee].append(Window(from_on=first, until_on=until if before is None else _later(before.until_on, until)))
    return {payee: tuple(of) for payee, of in found.items()}


def _goes_on(window: Window, day: date) -> bool:
    """Whether it lasts at least until the day."""
    return window.until_on is None or day <= window.until_on


def _later(one: date | None, other: date | None) -> date | None:
    """The later end, of which none is later than all."""
    return None if one is None or other is None else max(one, other)


def share_present(since: date, until: date, plan: Plan, presence: Presence, *, paid: bool) -> Fraction:
    """Which part of some days of one fiscal month counts: by the plan's proration, and less what leave takes off.

    `paid`: it is of what the payee is paid, and not of what is to be reached.
    """
    spans, leave = presence.spans, presence.absent(paid=paid)
    days = (until - since).days
    there = sum(common(since, until, span, plan.effective) for span in spans)
    if (plan.proration, plan.leave.quota) == ("days", "days"):
        away = sum(common(since, until, span, plan.effective, window) for span in spans for window in leave)
        return Fraction(there - away, days)
    present = {"none": Fraction(1), "months": Fraction(there == days), "days": Fraction(there, days)}
    return present[plan.proration] * (1 - share_away(since, until, plan, leave))


def share_away(since: date, until: date, plan: Plan, leave: Sequence[Window]) -> Fraction:
    """Which part of the days leave takes off, by the plan's rule."""
    days = (until - since).days
    away = sum(common(since, until, window) for window in leave)
    return {"none": Fraction(0), "months": Fraction(away == days), "days": Fraction(away, days)}[plan.leave.quota]


def share_of_draw_away(period: Period, plan: Plan, leave: Sequence[Window], company: Company) -> Fraction:
    """Which part of a statement period leave takes off, by its days; by `months` those of fiscal months wholly away."""
    if plan.leave.quota != "months":
        return share_away(period.starts_on, period.ends_on, plan, leave)
    day, off = period.starts_on, 0
    while day < period.ends_on:
        month = period_of(day, "month", company)
        whole = share_away(month.starts_on, month.ends_on, plan, leave) == 1
        off += common(day, period.ends_on, Window(from_on=day, until_on=month.ends_on)) if whole else 0
        day = month.ends_on
    return Fraction(off, (period.ends_on - period.starts_on).days)


def common(first: date, end: date, *windows: Window) -> int:
    """Days of a range that lie in all the windows."""
    for window in windows:
        first, end = max(first, window.from_on), min(end, window.until_on or end)
    return max((end - first).days, 0)
