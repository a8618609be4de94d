"""Division: who shares a bonus pool of a period, and what each of them came to by what the pool looks at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period
from engine.documents.company.company import Company
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.bonus_pool import BonusPool, PoolGate
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.payees.attain import Attainment
from engine.payees.windows.presence import Presence, common, presences
from engine.payees.windows.quotas import fiscal, quota_of_windows

Row = dict[str, Any]
Key = tuple[str, str | None]
"""A measure and the quota beside it."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What each payee came to in a window and had to reach, of one measure."""

    values: Mapping[str, int]
    quotas: Mapping[str, int]

    def open(self, gate: PoolGate, payee: str | None = None) -> bool:
        """Whether a gate is open, for one payee or for all together; nothing is 0 % of any quota, or of none."""
        value, quota = self.of(payee)
        if isinstance(gate.min, Fraction) and gate.quota is not None:
            return value >= gate.min * quota if quota > 0 else gate.min <= 0
        return value >= gate.min

    def of(self, payee: str | None) -> tuple[int, int]:
        """What one, or everybody, came to, and the quota of it."""
        if payee is None:
            return sum(self.values.values()), sum(self.quotas.values())
        return self.values.get(payee, 0), self.quotas.get(payee, 0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What pools of a plan file look at beside achievements; `through` is how far time has gone."""

    plan: Plan
    quotas: dy.DataFrame[f.Quotas]
    people: Mapping[str, Presence]
    company: Company
    through: date | None

    @classmethod
    def of(
        cls, plan: Plan, quotas: dy.DataFrame[f.Quotas], book: Book, company: Company, *, through: date | None
    ) -> Ground:
        """The ground of a plan file."""
        return cls(plan, quotas, presences(plan, book), company, through)


@dataclass(frozen=True, slots=True)
class Division:
    """One pool of one period: who was there, and what each came to by every measure that it looks at."""

    pool: BonusPool
    period: Period
    ground: Ground
    there: Mapping[str, Presence]
    numbers: Mapping[Key, Numbers]
    others: int
    """What people of another plan came to, where the pool is a share of that."""

    @classmethod
    def of(
        cls,
        pool: BonusPool,
        period: Period,
        ground: Ground,
        came_to: Mapping[str, Attainment],
        others: Sequence[Attainment],
    ) -> Division:
        """The pool of a period, from what everybody came to by its measures, or on the plan that it is a share of."""
        there = {payee: one for payee, one in ground.people.items() if days_within(period, ground.plan, one.spans)}
        together = {name for name, measure in ground.plan.measures.items() if measure.across is not None}
        numbers = {
            (name, quota): _numbers(came_to[name], quota, period, [EVERYBODY] if name in together else there, ground)
            for name, quota in keys(pool)
        }
        return cls(pool, period, ground, there, numbers, _of_others(others, period))

    @property
    def last(self) -> date:
        """The day on which it is divided."""
        return self.period.ends_on - timedelta(days=1)

    @property
    def source(self) -> str:
        """How lines name it."""
        return f"{self.pool.id}:{self.period.label}"

    def closed(self, gates: Sequence[PoolGate], payee: str | None = None) -> int | None:
        """The place of the first closed gate, for one payee or for all together."""
        shut = (place for place, gate in enumerate(gates) if not self._numbers(gate).open(gate, payee))
        return next(shut, None)

    def told(self, gates: Sequence[PoolGate], place: int | None, payee: str | None = None) -> Row | None:
        """What was found at a closed gate."""
        if place is None:
            return None
        value, quota = self._numbers(gates[place]).of(payee)
        return {"gate": place, "value": value, "quota": quota}

    def multiplied(self) -> Row | None:
        """What everybody together came to, and the factor that it makes of the pool."""
        sized = self.pool.multiplied_by
        if sized is None:
            return None
        value, quota = self.numbers[sized.measure, sized.quota].of(None)
        number = Fraction(value) if sized.quota is None else Fraction(value, quota or 1)
        return {"value": value, "quota": quota, "factor": str(sized.factor_at(number))}

    def days(self, spans: Sequence[Window], leaves: Sequence[Window] | None = None) -> int:
        """Days of the period on the plan; with leaves, those of them on leave."""
        return days_within(self.period, self.ground.plan, spans, leaves)

    def _numbers(self, gate: PoolGate) -> Numbers:
        return self.numbers[gate.measure, gate.quota]


def keys(pool: BonusPool) -> list[Key]:
    """Every measure that the pool looks at, with the quota beside it."""
    sized = (pool.multiplied_by,) if pool.multiplied_by is not None else ()
    gates = [(one.measure, one.quota) for one in (*pool.only_if, *pool.members_need, *sized)]
    return [*gates, *([(pool.of, None)] if pool.of else []), *([(pool.by, pool.quota)] if pool.by else [])]


def days_within(period: Period, plan: Plan, spans: Sequence[Window], leaves: Sequence[Window] | None = None) -> int:
    """Days of a period on the plan; with leaves, those of them on leave."""
    windows = [(span,) for span in spans] if leaves is None else [(span, away) for span in spans for away in leaves]
    return sum(common(period.starts_on, period.ends_on, *of, plan.effective) for of in windows)


def _numbers(
    attained: Attainment,
    quota: str | None,
    period: Period,
    there: Collection[str],
    ground: Ground,
) -> Numbers:
    """What everybody of `there` came to in the period, and their quotas."""
    of_window = attained.rows.filter(pl.col("window") == period.label)
    last = of_window.group_by("payee_id", maintain_order=True).agg(pl.col("after_micros").last())
    values = {payee: value for payee, value in last.iter_rows() if payee in there}
    if quota is None:
        return Numbers(values, {})
    payees = pl.DataFrame({"payee_id": sorted(there)}, schema={"payee_id": pl.String})
    windows = payees.with_columns(window=pl.lit(period.label))
    known = quota_of_windows(windows, ground.quotas, quota, fiscal(period.kind, ground.company))
    known = known.drop_nulls("quota_micros")
    return Numbers(values, dict(known.select("payee_id", "quota_micros").iter_rows()))


def _of_others(others: Sequence[Attainment], period: Period) -> int:
    """What everybody on another plan came to in a period."""
    rows = (of.rows.filter(pl.col("window") == period.label) for of in others)
    return sum(int(of["base_micros"].cast(pl.Int128).sum()) for of in rows)
