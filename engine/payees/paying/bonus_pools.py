"""Bonus pools: an amount for the people of a plan, divided among them when its period is over.

A pool whose numbers are not known yet, because a credit is held, keeps what was posted for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import polars as pl

from engine import frames as f
from engine.calendar import Period, period_of
from engine.documents.company.company import Company
from engine.documents.plans.bonus_pool import BonusPool
from engine.model import MICROS, Issue, Severity
from engine.money import allocate, round_ratio
from engine.payees.attain import STATEMENT, Attainment
from engine.payees.curves.earn import Earnings
from engine.payees.paying.division import Division, Ground, Key, Numbers, Row, keys
from engine.payees.windows.presence import Presence

POOL = "pool"


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
    attained = [came_to[measure] for measure, _ in keys(pool)]
    rows: list[Row] = []
    held: list[tuple[str, str, str, str]] = []
    issues: list[Issue] = []
    everything = [*attained, *others]
    for period in _periods(pool, ground, ground.through or _reach(everything, pool, ground.company)):
        division = Division.of(pool, period, ground, came_to, others)
        there = division.there
        trouble = _trouble(period, everything, division.numbers)
        if trouble is not None:
            held += [(ground.plan.plan, pool.id, payee, division.source) for payee in there]
            issues += [_waits(division, payee, trouble) for payee in sorted(there)]
            continue
        parts = list(_parts(division))
        rows += _lines(division, parts)
        if there and not any(part.weight for part in parts):
            issues += [_unshared(division, payee) for payee in sorted(there)]
    waiting = pl.DataFrame(held, schema=dict.fromkeys(f.HeldSources.column_names(), pl.String), orient="row")
    return Earnings(f.Lines.filled(rows), f.HeldSources.cast(waiting), tuple(issues))


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
