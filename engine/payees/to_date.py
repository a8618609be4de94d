"""The year (half, quarter) to date: what its windows so far came to together, less what they were paid (DESIGN 5.4).

Once a window is over, two rows replace those of its credits: one takes back what the windows before were paid for, by
the quota and target that they had, and one counts everything by those of today. Each is a way along one curve, so that
what all of them pay is what the last of them is worth.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, period_of
from engine.documents.company.company import Company
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.payees.attain import STATEMENT, WINDOW, Attainment
from engine.payees.curves.shape import needs_quota
from engine.payees.paid_before import PAID_BEFORE, TO_DATE
from engine.payees.windows.presence import common, presences
from engine.payees.windows.quotas import fiscal, quota_of_windows
from engine.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class Stretch:
    """A component that looks at the year so far, window by window, and how far time has come."""

    plan: Plan
    component: Component
    over: PeriodKind
    whole: PeriodKind
    quotas: dy.DataFrame[f.Quotas]
    book: Book
    company: Company
    through: date | None

    def windows(
        self, spans: tuple[Window, ...], first: date, last: date, counting: Collection[str]
    ) -> Iterator[Period]:
        """The windows that are over, from the beginning of the first day's year on, in which payee and component are.

        And those in which something counts (their labels), such as a leaver's deals that are paid for some days more.
        """
        period = period_of(period_of(first, self.whole, self.company).starts_on, self.over, self.company)
        while period.starts_on <= last and (self.through is None or period.ends_on <= self.through):
            life = self.component.effective or self.plan.effective
            there = period.label in counting or any(
                common(period.starts_on, period.ends_on, span, life, self.plan.effective) for span in spans
            )
            if there and self.plan.effective.covers(period.ends_on - timedelta(days=1)):
                yield period
            period = period_of(period.ends_on, self.over, self.company)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a payee stands at the end of a window: the sums of the year so far."""

    since: str
    window: Period
    achieved: int = 0
    """What counted, less what was lost."""
    lost: int = 0
    quota: int = 0
    target: int = 0


def to_date(attained: Attainment, lost: dy.DataFrame[f.Attained], of: Stretch) -> pl.DataFrame:
    """The rows by payee and day, with `trouble` where a window is not known (null where it is).

    `lost` takes off on its days what clawbacks take of what was achieved.
    """
    day = pl.col("dated_on")
    every = pl.concat([attained.rows, lost])
    lives = every.group_by("payee_id").agg(first=day.min(), last=day.max()).sort("payee_id")
    known, counting = presences(of.plan, of.book), _counting(every, attained.waiting)
    asked = {
        payee: list(of.windows(known[payee].spans, first, of.through or last, counting[payee]))
        for payee, first, last in lives.iter_rows()
        if payee in known
    }
    sums = _Sums.of(every, attained.waiting, lost, of, asked)
    rows = [row for payee, windows in asked.items() for row in _of_payee(payee, windows, sums, of)]
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(kind=pl.lit("direct", dtype=f.Credits.kind.dtype))


def _counting(rows: pl.DataFrame, waiting: pl.DataFrame) -> Mapping[str, Collection[str]]:
    """By payee, the windows of what counts, or would if it were known."""
    found: dict[str, set[str]] = defaultdict(set)
    for payee, window in pl.concat([rows.select(WINDOW), waiting.select(WINDOW)]).unique().iter_rows():
        found[payee].add(window)
    return found


SCHEMA = {
    **dict.fromkeys(("payee_id", "window", "period", "credit_id", "deal_id", "cohort", "currency"), pl.String),
    "dated_on": pl.Date,
    **dict.fromkeys(("base", "before", "after"), pl.Int128),
    **dict.fromkeys(("quota_micros", "target_micros"), pl.Int128),
    **dict.fromkeys(("fx_num", "fx_den"), pl.Int64),
    "trouble": pl.String,
}


@dataclass(frozen=True, slots=True)
class _Sums:
    """By payee and window: what was achieved and lost, its quota and target (None where one straddles), what waits."""

    achieved: dict[tuple[str, str], int]
    lost: dict[tuple[str, str], int]
    quotas: dict[tuple[str, str], int | None]
    targets: dict[tuple[str, str], int | None]
    waiting: set[tuple[str, str]]
    house: set[tuple[str, str]]
    """In which something of a house account counts."""

    @classmethod
    def of(
        cls,
        rows: pl.DataFrame,
        waiting: pl.DataFrame,
        lost: pl.DataFrame,
        of: Stretch,
        asked: dict[str, list[Period]],
    ) -> _Sums:
        """Those of the windows asked for."""
        names = [(payee, window.label) for payee, windows in asked.items() for window in windows]
        frame = pl.DataFrame(names, schema=dict.fromkeys(WINDOW, pl.String), orient="row")
        return cls(
            _summed(rows),
            _summed(lost),
            _found(frame, of.component.quota, of),
            _found(frame, of.component.own_targets, of),
            set(waiting.select(WINDOW).iter_rows()),
            set(rows.filter(pl.col("house").is_not_null() & (pl.col("base_micros") != 0)).select(WINDOW).iter_rows()),
        )


def _summed(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    """What rows add up to by payee and window."""
    sums = rows.group_by(WINDOW).agg(pl.col("base_micros").cast(pl.Int128).sum())
    return {(payee, window): total for payee, window, total in sums.select(*WINDOW, "base_micros").iter_rows()}


def _found(frame: pl.DataFrame, name: str | None, of: Stretch) -> dict[tuple[str, str], int | None]:
    """By payee and window the rows of that name: none of a window without rows, which adds nothing."""
    if name is None:
        return {}
    found = quota_of_windows(frame, of.quotas, name, fiscal(of.over, of.company))
    there = found.filter(pl.col("quota_micros").is_not_null() | pl.col("straddled").is_not_null())
    summed = pl.when(pl.col("straddled").is_null()).then("quota_micros")
    return {(payee, window): sum_ for payee, window, sum_ in there.select(*WINDOW, sum_=summed).iter_rows()}


def _of_payee(payee: str, windows: list[Period], sums: _Sums, of: Stretch) -> Iterator[dict[str, Any]]:
    """The two rows of each window, from the beginning of each year."""
    stand, year, unknown, promised, asked = None, "", None, False, False
    for window in windows:
        key, now = (payee, window.label), period_of(window.starts_on, of.whole, of.company).label
        if now != year:
            stand, year, unknown, promised, asked = None, now, None, False, False
        before = stand or Stand(window.label, window)
        quota = sums.quotas.get(key, 0)
        target = _target(key, sums, of, window) if quota or of.component.quota is None else 0
        unknown = unknown or _trouble(key, sums, quota, target)
        asked |= key in sums.quotas
        promised |= of.component.own_targets is None or (
            key in sums.targets and (of.component.quota is None or quota != 0)
        )
        stand = Stand(
            before.since,
            window,
            before.achieved + sums.achieved.get(key, 0),
            before.lost + sums.lost.get(key, 0),
            before.quota + (quota or 0),
            before.target + (target or 0),
        )
        unknown_now = unknown or (_lacking(stand, of, promised=promised, asked=asked) if stand.achieved else None)
        if before.achieved:
            yield _row(payee, before, stand, unknown_now, of)
        if stand.achieved:
            yield _row(payee, stand, stand, unknown_now, of)


def _lacking(stand: Stand, of: Stretch, *, promised: bool, asked: bool) -> str | None:
    """What the year so far lacks; a quota of 0 is one, where the plan says that it pays nothing."""
    if needs_quota(of.component) and stand.quota <= 0:
        unpaid = of.plan.zero_quota == "unpaid" and asked and not stand.quota
        return None if unpaid else "quota_missing"
    return None if promised else "target_missing"


def _target(key: tuple[str, str], sums: _Sums, of: Stretch, window: Period) -> int | None:
    """What 100 % pays for the window: the plan's target, or the payee's own."""
    if of.component.target is None:
        return sums.targets.get(key, 0)
    return of.component.target.at(window.ends_on - timedelta(days=1))


def _trouble(key: tuple[str, str], sums: _Sums, quota: int | None, target: int | None) -> str | None:
    """Why nobody knows the window."""
    if key in sums.waiting:
        return "gauge_held"
    if key in sums.house:
        return "house_to_date"
    return "quota_straddles" if quota is None else "target_missing" if target is None else None


def _row(payee: str, stand: Stand, now: Stand, trouble: str | None, of: Stretch) -> dict[str, Any]:
    """What a window counts to date or, of one before, what it was paid for."""
    counts, day = stand is now, now.window.ends_on - timedelta(days=1)
    statement = period_of(day, STATEMENT[of.plan.pays], of.company)
    told = {"since": stand.since, "until": stand.window.label, "counts": counts}
    told |= {"lost": -stand.lost} if stand.lost else {}
    return {
        "payee_id": payee,
        "window": now.window.label if counts or trouble else f"{now.window.label} {PAID_BEFORE}",
        "period": statement.label,
        "credit_id": f"{TO_DATE}{of.component.id}:{payee}:{now.window.label}:{'2' if counts else '1'}",
        "deal_id": None,
        "cohort": json.dumps(told),
        "currency": of.plan.currency,
        "dated_on": day,
        "base": stand.achieved if counts else -stand.achieved,
        "before": 0 if counts else _full(stand.achieved, of.component),
        "after": _full(stand.achieved, of.component) if counts else 0,
        "quota_micros": stand.quota if of.component.quota is not None else None,
        "target_micros": stand.target if of.component.has_target else None,
        "fx_num": None,
        "fx_den": None,
        "trouble": trouble,
    }


def _full(achieved: int, component: Component) -> int:
    """What of it counts: all, or what fills an amount, either way."""
    if not component.only_full or not component.per:
        return achieved
    size = abs(achieved) // component.per * component.per
    return size if achieved > 0 else -size
