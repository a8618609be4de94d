"""Carry-over of achievements: where each window of a payee begins (DESIGN 5.4).

The windows of a payee are walked in order of time; what each comes to above or below its quota is carried into the
next. A window after one of which something is held begins nobody knows where, and is held too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, period_named, period_of
from engine.documents.company.company import Company
from engine.documents.curves.carry import Carry
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.payees.windows.presence import Presence, common, presences
from engine.payees.windows.quotas import fiscal, quota_of_windows
from engine.periods import PeriodKind
from engine.texts import text

CARRIED = "carried:"
"""How the source of what was moved from one window into the next begins."""
WINDOW = ["payee_id", "window"]
A_YEAR = timedelta(days=366)
"""How far surplus moves beyond the last deal where nobody says which day it is."""


@dataclass(frozen=True)
class Chain:
    """A component that carries, over which windows, and how far time has come."""

    plan: Plan
    component: Component
    carry: Carry
    over: PeriodKind
    quotas: dy.DataFrame[f.Quotas]
    book: Book
    company: Company
    through: date | None

    @property
    def moves(self) -> bool:
        """Whether surplus is paid in the next window."""
        return self.carry.surplus == "moved"

    def windows(self, payee: str, first: date, last: date) -> Iterator[Period]:
        """The windows of a payee from the first that counts to the last; surplus that moves may go on until today."""
        if self.carry.deficit is not None:
            first = min(first, self._since(payee) or first)
        farthest = max(last, self.through or last + A_YEAR) if self.moves else last
        period = period_of(first, self.over, self.company)
        while period.starts_on <= farthest and self.plan.effective.covers(
            max(period.starts_on, self.plan.effective.from_on)
        ):
            yield period
            period = period_of(period.ends_on, self.over, self.company)

    def asks(self, payee: str, window: Period) -> bool:
        """Whether the payee is on the plan, and the component in force, on any day of the window."""
        presence, life = self._presences.get(payee), self._life
        days = (window.starts_on, window.ends_on)
        return presence is not None and any(common(*days, span, life, self.plan.effective) for span in presence.spans)

    def goes_on(self, payee: str, window: Period) -> bool:
        """Whether anything is carried out of a window: it is over, and payee, plan file and component go on.

        Out of a fiscal year only where the component does not say otherwise.
        """
        day = window.ends_on
        ends_year = period_of(window.starts_on, "year", self.company).ends_on <= day
        is_over = self.through is None or day <= self.through
        presence = self._presences.get(payee)
        there = presence is not None and any(span.covers(day) for span in presence.spans)
        return is_over and there and self._life.covers(day) and not (ends_year and self.carry.within_year)

    def left(self, above: int) -> int:
        """What of a window's surplus (below zero: deficit) the next begins with."""
        return above if (self.carry.surplus if above > 0 else self.carry.deficit) else 0

    @property
    def _life(self) -> Window:
        return self.component.effective or self.plan.effective

    @cached_property
    def _presences(self) -> Mapping[str, Presence]:
        return presences(self.plan, self.book)

    def _since(self, payee: str) -> date | None:
        """The first day on which the payee is on the plan, the component in force."""
        presence = self._presences.get(payee)
        return None if presence is None else max(presence.begins_on, self._life.from_on, self.plan.effective.from_on)


def continued(valued: pl.DataFrame, held: pl.DataFrame, chain: Chain, statement: PeriodKind) -> pl.DataFrame:
    """The rows with the running total `after` of windows that go on from each other, and `trouble` where none is known.

    Surplus that moves is a row of its own; what is ahead or behind is where a window begins.
    """
    starts = starts_of(valued, held, chain)
    rows, moved = valued, chain.moves
    if moved:
        every = pl.concat([moved_in(starts, chain, statement), valued], how="diagonal")
        rows = every.sort("payee_id", "dated_on", maintain_order=True).select(valued.columns)
    begun = pl.when((pl.col("start") < 0) | (not moved)).then("start").fill_null(0)
    return (
        rows.join(starts, on=WINDOW, how="left", maintain_order="left")
        .with_columns(
            after=pl.col("base").cum_sum().over(WINDOW) + begun,
            trouble=pl.when("unknown").then(pl.lit("carry_unknown")),
        )
        .drop("start", "unknown")
    )


def bounded(rows: pl.DataFrame, carry: Carry) -> pl.DataFrame:
    """The rows with `before` and `after` as far as they count: up to the quota there is, or from 0 on."""
    ends = {"before": pl.col("after") - pl.col("base"), "after": pl.col("after")}
    if carry.surplus == "moved":
        most = pl.when(pl.col("quota_micros") >= 0).then("quota_micros")
        ends = {name: pl.min_horizontal(end, most) for name, end in ends.items()}
    if carry.deficit == "made_up":
        ends = {name: pl.max_horizontal(end, pl.lit(0, dtype=pl.Int128)) for name, end in ends.items()}
    return rows.with_columns(**ends)


def starts_of(valued: pl.DataFrame, held: pl.DataFrame, chain: Chain) -> pl.DataFrame:
    """By payee and window the `start` (Int128), and `unknown` where nobody knows it; none of those that begin at 0.

    `held` is what could not be counted.
    """
    day = pl.col("dated_on")
    sums = valued.group_by(WINDOW).agg(pl.col("base").sum())
    days = pl.concat([valued.select("payee_id", day), held.select("payee_id", day)])
    every = days.group_by("payee_id", maintain_order=True).agg(day.min(), last=day.max())
    periods = {payee: list(chain.windows(payee, first, last)) for payee, first, last in every.iter_rows()}
    asked = [(payee, window.label) for payee, windows in periods.items() for window in windows]
    frame = pl.DataFrame(asked, schema=dict.fromkeys(WINDOW, pl.String), orient="row")
    found = quota_of_windows(frame, chain.quotas, chain.component.quota or "", fiscal(chain.over, chain.company))
    quotas = {(payee, window): quota for payee, window, quota in found.select(*WINDOW, "quota_micros").iter_rows()}
    totals = {(payee, window): base for payee, window, base in sums.select(*WINDOW, "base").iter_rows()}
    waiting = set(held.select(WINDOW).iter_rows())
    rows = [
        row
        for payee, windows in sorted(periods.items())
        for row in _of_payee(payee, windows, _Known(quotas, totals, waiting), chain)
    ]
    schema = {**dict.fromkeys(WINDOW, pl.String), "start": pl.Int128, "unknown": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True, slots=True)
class _Known:
    """By payee and window: quotas, what was achieved, and where something is held."""

    quotas: Mapping[tuple[str, str], int | None]
    totals: Mapping[tuple[str, str], int]
    waiting: set[tuple[str, str]]


def _of_payee(payee: str, windows: list[Period], known: _Known, chain: Chain) -> Iterator[tuple[str, str, int, bool]]:
    start, unknown = 0, False
    for window in windows:
        key = (payee, window.label)
        if start or unknown:
            yield *key, start, unknown
        unknown |= key in known.waiting
        start = chain.left(_above(start, key, known, asked=chain.asks(payee, window), moves=chain.moves))
        if not chain.goes_on(payee, window):
            start, unknown = 0, False


def _above(start: int, key: tuple[str, str], known: _Known, *, asked: bool, moves: bool) -> int:
    """What a window came to above its quota; where it has none and nothing in it, what it began with."""
    quota, achieved = known.quotas.get(key), known.totals.get(key)
    if quota is not None and (asked or achieved is not None):
        return start + (achieved or 0) - quota
    return start if achieved is None and not (moves and start > 0) else 0


def moved_in(starts: pl.DataFrame, chain: Chain, statement: PeriodKind) -> pl.DataFrame:
    """What surplus moved into windows as rows of their own, on the first day of each."""
    rows = starts.filter((pl.col("start") > 0) & ~pl.col("unknown"))
    days = [period_named(label, chain.company).starts_on for label in rows["window"]]
    periods = [period_of(day, statement, chain.company).label for day in days]
    none = pl.lit(None, dtype=pl.Int64)
    return rows.select(
        *WINDOW,
        base="start",
        dated_on=pl.Series(days, dtype=pl.Date),
        period=pl.Series(periods, dtype=pl.String),
        credit_id=text(CARRIED + "{}:{}:{}", pl.lit(chain.component.id), "payee_id", "window"),
        deal_id=pl.lit(None, dtype=pl.String),
        kind=pl.lit("direct", dtype=f.Credits.kind.dtype),
        currency=pl.lit(chain.plan.currency),
        fx_num=none,
        fx_den=none,
    )
