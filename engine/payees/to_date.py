"""The year (half, quarter) to date: what its windows so far came to together, less what they were paid (DESIGN 5.4).

Once a window is over, two rows replace those of its credits: one takes back what the windows before were paid for, by
the quota and target that they had, and one counts everything by those of today. Each is a way along one curve, so that
what all of them pay is what the last of them is worth.
"""

from __future__ import annotations

import json
import re
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
from engine.documents.company import Company
from engine.documents.component import Component
from engine.documents.plan import Plan
from engine.documents.values import Window
from engine.payees.attain import STATEMENT, WINDOW, Attainment
from engine.payees.presence import common, presences
from engine.payees.quotas import fiscal, quota_of_windows
from engine.payees.shape import needs_quota
from engine.periods import PeriodKind

TO_DATE = "to-date:"
"""How the rows of a window to date are called: 2 counts, 1 takes off what the windows before were paid for."""
_SIDE = ":[12]$"
PAID_BEFORE = "paid before"
"""How the window is called of what the windows before were paid for."""


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


def both_sides(source_id: str) -> str:
    """What the two rows of a window are called together; any other source is called as it is."""
    return re.sub(_SIDE, "", source_id) if source_id.startswith(TO_DATE) else source_id


def as_one(rows: pl.DataFrame, component: Component, source: str = "source_id") -> pl.DataFrame:
    """Rows of a component as those see it that read it: both rows of a window are one earning, of that window."""
    if component.to_date is None:
        return rows
    sides = pl.col(source).str.starts_with(f"{TO_DATE}{component.id}:")
    found = {source: pl.when(sides).then(pl.col(source).str.replace(_SIDE, "")).otherwise(source)}
    if "window" in rows.columns:
        found["window"] = pl.col("window").str.strip_suffix(f" {PAID_BEFORE}")
    return rows.with_columns(**found)


def unknown_from(told: pl.DataFrame) -> pl.DataFrame:
    """The rows with `stuck`, where a window is, for the windows after it in its year: nobody knows what it was paid."""
    since = pl.col("cohort").str.json_path_match("$.since")
    return told.with_columns(stuck=pl.col("stuck").forward_fill().over("payee_id", since))


def paid_before(rows: dy.DataFrame[f.Attained]) -> dy.DataFrame[f.Attained]:
    """The rows with those that take off what the window before was paid for, by its factors too, as it was counted."""
    found: list[dict[str, Any]] = []
    paid: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows.iter_rows(named=True):
        told = json.loads(row["cohort"])
        year = row["payee_id"], told["since"]
        if told["counts"]:
            found.append(row)
            paid[year] = row
        elif year in paid:
            found.append(_less(paid.pop(year), row))
    return f.Attained.cast(pl.DataFrame(found, schema=rows.schema))


def kept(rows: dy.DataFrame[f.Attained], lines: dy.DataFrame[f.Lines]) -> dy.DataFrame[f.Attained]:
    """The rows of a component that takes nothing back: a window that is worth no more than was paid has none.

    What was paid is what the best window before it in its year was worth, by its own quota and target; a year that is
    worth less than nothing so far takes nothing, either.
    """
    worth = {(payee, source): amount for payee, source, amount in lines.select(_LINE).iter_rows()}
    best: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    found: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        told = json.loads(row["cohort"])
        year, now = (row["payee_id"], told["since"]), worth.get((row["payee_id"], row["credit_id"]), 0)
        paid, of = best.get(year, (0, None))
        if not told["counts"] or now < paid or (of is not None and now == paid):
            continue
        found += [_less(of, row)] if of is not None else []
        found.append(row)
        best[year] = now, row
    return f.Attained.cast(pl.DataFrame(found, schema=rows.schema))


_LINE = ("payee_id", "source_id", "amount_micros")


def _less(paid: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What a window was paid for, taken off in a later one."""
    back = {"base_micros": -paid["base_micros"], "before_micros": paid["after_micros"], "after_micros": 0}
    of_now = {name: row[name] for name in ("dated_on", "period")} | {"credit_id": row["credit_id"][:-1] + "1"}
    cohort = json.dumps(json.loads(paid["cohort"]) | {"counts": False})
    window = f"{row['window'].removesuffix(PAID_BEFORE).rstrip()} {PAID_BEFORE}"
    return {**paid, **back, **of_now, "window": window, "cohort": cohort}


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
    stand, year, unknown, promised = None, "", None, False
    for window in windows:
        key, now = (payee, window.label), period_of(window.starts_on, of.whole, of.company).label
        if now != year:
            stand, year, unknown, promised = None, now, None, False
        before = stand or Stand(window.label, window)
        quota = sums.quotas.get(key, 0)
        target = _target(key, sums, of, window) if quota or of.component.quota is None else 0
        unknown = unknown or _trouble(key in sums.waiting, quota, target)
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
        lacks = "quota_missing" if needs_quota(of.component) and stand.quota <= 0 and stand.achieved else None
        lacks = lacks or ("target_missing" if stand.achieved and not promised else None)
        if before.achieved:
            yield _row(payee, before, stand, unknown or lacks, of)
        if stand.achieved:
            yield _row(payee, stand, stand, unknown or lacks, of)


def _target(key: tuple[str, str], sums: _Sums, of: Stretch, window: Period) -> int | None:
    """What 100 % pays for the window: the plan's target, or the payee's own."""
    if of.component.target is None:
        return sums.targets.get(key, 0)
    return of.component.target.at(window.ends_on - timedelta(days=1))


def _trouble(waits: bool, quota: int | None, target: int | None) -> str | None:  # noqa: FBT001 - one of three facts
    """Why nobody knows the window."""
    if waits:
        return "gauge_held"
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
