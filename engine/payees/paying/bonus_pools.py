"""Bonus pools: an amount for the people of a plan, divided among them when its period is over.

A pool whose numbers are not known yet, because a credit is held, keeps what was posted for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, period_of
from engine.documents.company.company import Company
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.bonus_pool import BonusPool, PoolGate
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.model import MICROS, Issue, Severity
from engine.money import allocate, round_ratio
from engine.payees.attain import STATEMENT, Attainment
from engine.payees.curves.earn import Earnings
from engine.payees.windows.presence import Presence, common, presences
from engine.payees.windows.quotas import fiscal, quota_of_windows

Row = dict[str, Any]
Key = tuple[str, str | None]
"""A measure and the quota beside it."""
POOL = "pool"


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
        return _days(self.period, self.ground.plan, spans, leaves)

    def _numbers(self, gate: PoolGate) -> Numbers:
        return self.numbers[gate.measure, gate.quota]


@dataclass(frozen=True, slots=True)
class Part:
    """One member's part by weight, and what was found at the gate that the member does not pass."""

    payee: str
    weight: Fraction
    lacks: Row | None


def pooled(
    pool: BonusPool, came_to: Mapping[str, Attainment], ground: Ground, others: Sequence[Attainment] = ()
) -> Earnings:
    """What a pool pays for every period that ends by `through`, from what everybody came to by its measures.

    `others` is what people of another plan came to, where the pool is a share of that.

    Without `through` as far as the period in which the last achievement lies.
    """
    attained = {key: came_to[key[0]] for key in _keys(pool)}
    rows: list[Row] = []
    held: list[tuple[str, str, str, str]] = []
    issues: list[Issue] = []
    everything = [*attained.values(), *others]
    for period in _periods(pool, ground, ground.through or _reach(everything, pool, ground.company)):
        there = {payee: one for payee, one in ground.people.items() if _days(period, ground.plan, one.spans)}
        numbers = {
            key: _numbers(of, key[1], period, [EVERYBODY] if _of_all(key, ground) else there, ground)
            for key, of in attained.items()
        }
        division = Division(pool, period, ground, there, numbers, _of_others(others, period))
        trouble = _trouble(period, everything, numbers)
        if trouble is not None:
            held += [(ground.plan.plan, pool.id, payee, division.source) for payee in there]
            issues += [_waits(division, payee, trouble) for payee in sorted(there)]
            continue
        parts = list(_parts(division))
        rows += _lines(division, parts)
        if there and not any(part.weight for part in parts):
            issues += [_unshared(division, payee) for payee in sorted(there)]
    types = {name: column.dtype for name, column in f.Lines.columns().items()}
    lines = pl.DataFrame([{**dict.fromkeys(types), **row} for row in rows], schema=types)
    waiting = pl.DataFrame(held, schema=dict.fromkeys(f.HeldSources.column_names(), pl.String), orient="row")
    return Earnings(f.Lines.cast(lines), f.HeldSources.cast(waiting), tuple(issues))


def _of_all(key: Key, ground: Ground) -> bool:
    """Whether a measure is of all people together."""
    return ground.plan.measures[key[0]].across is not None


def _keys(pool: BonusPool) -> list[Key]:
    """Every measure that the pool looks at, with the quota beside it."""
    sized = (pool.multiplied_by,) if pool.multiplied_by is not None else ()
    gates = [(one.measure, one.quota) for one in (*pool.only_if, *pool.members_need, *sized)]
    return [*gates, *([(pool.of, None)] if pool.of else []), *([(pool.by, pool.quota)] if pool.by else [])]


def _of_others(others: Sequence[Attainment], period: Period) -> int:
    """What everybody on another plan came to in a period."""
    rows = (of.rows.filter(pl.col("window") == period.label) for of in others)
    return sum(int(of["base_micros"].cast(pl.Int128).sum()) for of in rows)


def _reach(attained: Sequence[Attainment], pool: BonusPool, company: Company) -> date:
    """The end of the period that the last achievement lies in."""
    days = [last for of in attained if isinstance(last := of.rows["dated_on"].max(), date)]
    return period_of(max(days), pool.per, company).ends_on if days else date.min


def _periods(pool: BonusPool, ground: Ground, through: date) -> Iterator[Period]:
    """The periods that are over and whose last day is the plan file's."""
    if not ground.people:
        return
    plan = ground.plan
    day = max(plan.effective.from_on, min(one.begins_on for one in ground.people.values()))
    while (period := period_of(day, pool.per, ground.company)).ends_on <= through:
        if plan.effective.covers(period.ends_on - timedelta(days=1)):
            yield period
        day = period.ends_on


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


def _trouble(period: Period, attained: Sequence[Attainment], numbers: Mapping[Key, Numbers]) -> str | None:
    """Why nobody can say what the pool comes to; None where it is known."""
    if any(period.label in of.waiting["window"] for of in attained):
        return "achievements in it are held"
    for (measure, quota), of in numbers.items():
        lacking = sorted(payee for payee, value in of.values.items() if value and of.quotas.get(payee, 0) <= 0)
        if quota is not None and lacking:
            return f"{lacking[0]} has no quota {quota} beside {measure}"
    return None


def _parts(division: Division) -> Iterator[Part]:
    """The members with their weights, by id."""
    pool = division.pool
    for payee, one in sorted(division.there.items()):
        stays = any(span.covers(division.last) for span in one.spans)
        away = any(leave.covers(division.last) for leave in one.unprotected)
        if (pool.members == "last_day" and not stays) or (pool.on_leave == "left_out" and away):
            continue
        closed = division.closed(pool.members_need, payee)
        weight = _weight(division, payee, one) if closed is None else Fraction(0)
        yield Part(payee, weight, division.told(pool.members_need, closed, payee))


def _weight(division: Division, payee: str, one: Presence) -> Fraction:
    pool = division.pool
    if pool.divided_by == "days":
        return Fraction(division.days(one.spans) - division.days(one.spans, one.unprotected))
    if pool.by is None:
        return Fraction(1)
    value, quota = division.numbers[pool.by, pool.quota].of(payee)
    return Fraction(max(value, 0), (quota or 1) if pool.divided_by == "attainment" else 1)


def _days(period: Period, plan: Plan, spans: Sequence[Window], leaves: Sequence[Window] | None = None) -> int:
    windows = [(span,) for span in spans] if leaves is None else [(span, away) for span in spans for away in leaves]
    return sum(common(period.starts_on, period.ends_on, *of, plan.effective) for of in windows)


def _lines(division: Division, parts: Sequence[Part]) -> Iterator[Row]:
    """A line for every member, also of a pool that stays empty: it says why."""
    pool, plan = division.pool, division.ground.plan
    closed = division.closed(pool.only_if)
    counted = division.numbers[pool.of, None].of(None)[0] if pool.of is not None else None
    counted = division.others if pool.of_others is not None else counted
    multiplied, unit = division.multiplied(), plan.unit_micros
    money = 0 if closed is not None else _money(division, counted, multiplied)
    total = sum((part.weight for part in parts), Fraction(0))
    shares = [part.weight / total if total else Fraction(0) for part in parts]
    units = allocate(money // unit, shares)
    for part, share, mine in zip(parts, shares, units, strict=True):
        found = {
            "members": len(parts),
            "counted": counted,
            "odd": (mine - floor(money // unit * share)) * unit,
            "closed": division.told(pool.only_if, closed),
            "lacks": part.lacks,
            **({"multiplied": multiplied} if multiplied is not None else {}),
        }
        yield {
            **_key(division, part.payee),
            "kind": POOL,
            "amount_micros": mine * unit,
            "currency": plan.currency,
            "plan_version": plan.version,
            "base_micros": money,
            "before_micros": _shown(part.weight, pool),
            "after_micros": _shown(total, pool),
            "window": division.period.label,
            "factors": json.dumps([found]),
            "share": str(share),
        }


def _key(division: Division, payee: str) -> Row:
    """Whose line it is, and of which day."""
    plan, last = division.ground.plan, division.last
    return {
        "plan": plan.plan,
        "component": division.pool.id,
        "payee_id": payee,
        "period": period_of(last, STATEMENT[plan.pays], division.ground.company).label,
        "source_id": division.source,
        "part": f"pool {division.period.label}",
        "dated_on": last,
        "rated_on": last,
    }


def _money(division: Division, counted: int | None, multiplied: Row | None) -> int:
    """How much the pool is, in whole units of the plan."""
    pool, plan = division.pool, division.ground.plan
    amount = pool.amount.at(division.last) if pool.amount is not None else None
    rate = pool.share.at(division.last) if pool.share is not None else None
    above = pool.above.at(division.last) if pool.above is not None else None
    exact = Fraction(amount or 0) if counted is None else max(counted - (above or 0), 0) * (rate or Fraction(0))
    exact *= Fraction(multiplied["factor"]) if multiplied is not None else 1
    return round_ratio(exact.numerator, exact.denominator, plan.unit_micros, plan.rounding)


def _shown(weight: Fraction, pool: BonusPool) -> int:
    """A weight as the line shows it: of attainments in millionths, for the eye only."""
    scale = MICROS if pool.divided_by == "attainment" else 1
    return round_ratio(weight.numerator * scale, weight.denominator, 1, "half_up")


def _waits(division: Division, payee: str, why: str) -> Issue:
    pool, plan, window = division.pool.id, division.ground.plan.plan, division.period.label
    return Issue(
        code="pool_waits",
        severity=Severity.HOLDS,
        subject=f"payee {payee}",
        message=f"shares pool {pool!r} of plan {plan!r} for {window}, which stays as it was: {why}.",
        remedy="Mend what holds them, or add the quota.",
    )


def _unshared(division: Division, payee: str) -> Issue:
    pool, plan, window = division.pool.id, division.ground.plan.plan, division.period.label
    return Issue(
        code="pool_unshared",
        severity=Severity.WARNS,
        subject=f"payee {payee}",
        message=f"was on plan {plan!r} in {window}, when nobody has a part in pool {pool!r}.",
        remedy="Check who its members are, and what they need for a part.",
    )
