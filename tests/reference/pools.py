"""Bonus pools: an amount for the people of a plan together, divided among them when its period is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.plans.bonus_pool import BonusPool, PoolGate
from engine.documents.plans.plan import Plan
from tests.reference.across import whose
from tests.reference.calendar import STATEMENTS, Span, span_of
from tests.reference.earn import Earnings
from tests.reference.entries import Line
from tests.reference.gauges import factor_at
from tests.reference.leave import is_away
from tests.reference.money import rounded
from tests.reference.participants import Participant, is_on

Gates = Sequence[PoolGate]


class UnknownPoolError(Exception):
    """Something that the pool looks at is held, or somebody who achieved something lacks the quota."""


@dataclass(frozen=True)
class Person:
    """Somebody who was on the plan in a period: on which days, and what everything looked at comes to."""

    who: Participant
    days: frozenset[date]
    earned: Earnings
    period: Span

    def came_to(self, measure: str) -> int:
        """What the person achieved in the period."""
        return achieved(self.who, measure, self.period, self.earned)

    def quota(self, name: str, measure: str) -> Fraction:
        """What was to be achieved; nothing where nobody says so, unless something was achieved."""
        quota = self.earned.quota(self.who, name, self.period) or Fraction(0)
        if quota <= 0 and self.came_to(measure):
            raise UnknownPoolError
        return quota

    def is_away(self, day: date) -> bool:
        """On leave that is not protected."""
        return is_away(self.who.payee, day, self.earned.facts, protected_too=False)


def pool_lines(plan: Plan, earned: Earnings, through: date) -> Iterator[Line]:
    """What the pools of a plan file pay for every period that is over and whose last day is the file's."""
    for pool in plan.bonus_pools:
        for period in _periods(pool, earned, through):
            last = period.end - timedelta(days=1)
            if plan.effective.covers(last):
                people = _people(plan, period, earned)
                for payee, amount in _parts(pool, plan, people, period, earned):
                    yield Line(
                        plan=plan.plan,
                        component=pool.id,
                        payee=payee,
                        period=span_of(last, STATEMENTS[plan.pays], earned.company).label,
                        source=f"{pool.id}:{period.label}",
                        part=f"pool {period.label}",
                        kind="pool",
                        deal=None,
                        day=last,
                        amount=amount,
                    )


def achieved(who: Participant, measure: str, period: Span, earned: Earnings) -> int:
    """What somebody came to in a period; UnknownPoolError where some of it is held."""
    total = 0
    for entry in earned.entries_of(who, measure):
        if period.covers(entry.day):
            if entry.base is None:
                raise UnknownPoolError
            total += int(entry.base)
    return total


def _periods(pool: BonusPool, earned: Earnings, through: date) -> Iterator[Span]:
    """Every fiscal period that is over, from the first in which anybody is on a plan."""
    period = span_of(min(row["from_on"] for row in earned.facts.enrolments), pool.per, earned.company)
    while period.end <= through:
        yield period
        period = span_of(period.end, pool.per, earned.company)


def _people(plan: Plan, period: Span, earned: Earnings) -> list[Person]:
    """Who was on the plan file on any day of the period, by id."""
    every_day = [period.first + timedelta(days=place) for place in range(period.days)]
    found = []
    for payee in sorted({row["person_id"] for row in earned.facts.enrolments}):
        who = Participant(payee, plan)
        days = frozenset(day for day in every_day if is_on(who, day, earned.facts))
        if days:
            found.append(Person(who, days, earned, period))
    return found


def _parts(
    pool: BonusPool, plan: Plan, people: Sequence[Person], period: Span, earned: Earnings
) -> Iterator[tuple[str, int | None]]:
    """What every member gets; of a pool that is not known everybody's is held."""
    last = period.end - timedelta(days=1)
    try:
        _look_at_everything(pool, plan, people, period, earned)
        open_ = all(_together(gate, people) for gate in pool.only_if)
        whole = _money(pool, plan, people, period, earned) if open_ else 0
        members = [person for person in people if _is_member(pool, person, last)]
        weights = {person.who.payee: _weight(pool, person) for person in members}
    except UnknownPoolError:
        yield from ((person.who.payee, None) for person in people)
        return
    units = _shared_out(whole // plan.unit_micros, weights)
    yield from ((payee, units[payee] * plan.unit_micros) for payee in weights)


def _look_at_everything(pool: BonusPool, plan: Plan, people: Sequence[Person], period: Span, earned: Earnings) -> None:
    """UnknownPoolError where anything is not known, also where it would not matter in the end."""
    gates = (*pool.only_if, *pool.members_need)
    asked = [(gate.measure, gate.quota) for gate in gates] + [(pool.by, pool.quota), (pool.of, None)]
    asked += [(pool.multiplied_by.measure, pool.multiplied_by.quota)] if pool.multiplied_by is not None else []
    for measure, quota in ((measure, quota) for measure, quota in asked if measure is not None):
        for payee in {row["person_id"] for row in earned.facts.enrolments}:
            achieved(Participant(payee, plan), measure, period, earned)
        for person in _all_of(people, measure) if quota is not None else ():
            person.quota(quota, measure)
    _of_others(pool, period, earned)


def _all_of(people: Sequence[Person], measure: str) -> Sequence[Person]:
    """Whose achievements add up: everybody's are one number."""
    across = [replace(person, who=whose(person.who, measure)) for person in people]
    return across if not across or across[0].who == people[0].who else across[:1]


def _money(pool: BonusPool, plan: Plan, people: Sequence[Person], period: Span, earned: Earnings) -> int:
    """How much it is, as lines are rounded: an amount, or a share of what people came to, if that is above nothing."""
    last = period.end - timedelta(days=1)
    factor = _factor(pool, people)
    if pool.share is None:
        assert pool.amount is not None
        return rounded(factor * (pool.amount.at(last) or 0), plan.unit_micros, plan.rounding)
    if pool.of is not None:
        came_to = sum(person.came_to(pool.of) for person in _all_of(people, pool.of))
    else:
        came_to = _of_others(pool, period, earned)
    threshold = pool.above.at(last) if pool.above is not None else None
    above = max(came_to - (threshold or 0), 0)
    return rounded(factor * above * Fraction(pool.share.at(last) or 0), plan.unit_micros, plan.rounding)


def _factor(pool: BonusPool, people: Sequence[Person]) -> Fraction:
    """What the pool is multiplied by: nothing achieved is 0 % of any quota, and of none."""
    sized = pool.multiplied_by
    if sized is None:
        return Fraction(1)
    people = _all_of(people, sized.measure)
    came_to = sum(person.came_to(sized.measure) for person in people)
    if sized.quota is None:
        return factor_at(sized, Fraction(came_to))
    quota = sum(person.quota(sized.quota, sized.measure) for person in people)
    return factor_at(sized, Fraction(came_to) / quota if quota > 0 else Fraction(0))


def _of_others(pool: BonusPool, period: Span, earned: Earnings) -> int:
    """What counted for anybody on the other plan, by whatever file of it."""
    asked = pool.of_others
    if asked is None:
        return 0
    files = [plan for plan in earned.plans if plan.plan == asked.plan]
    payees = {row["person_id"] for row in earned.facts.enrolments}
    each = (Participant(payee, plan) for plan in files for payee in payees)
    return sum(achieved(who, asked.measure, period, earned) for who in each)


def _together(gate: PoolGate, people: Sequence[Person]) -> bool:
    """Whether all of them reach it; nothing achieved is 0 % of any quota, and of none."""
    people = _all_of(people, gate.measure)
    came_to = sum(person.came_to(gate.measure) for person in people)
    if gate.quota is None or not isinstance(gate.min, Fraction):
        return came_to >= gate.min
    quota = sum(person.quota(gate.quota, gate.measure) for person in people)
    return came_to >= gate.min * quota if quota > 0 else gate.min <= 0


def _is_member(pool: BonusPool, person: Person, last: date) -> bool:
    if pool.on_leave == "left_out" and person.is_away(last):
        return False
    return pool.members == "any_day" or last in person.days


def _weight(pool: BonusPool, person: Person) -> Fraction:
    """The member's weight; none where a gate of members is closed."""
    if not all(_together(gate, [person]) for gate in pool.members_need):
        return Fraction(0)
    if pool.divided_by == "days":
        return Fraction(sum(not person.is_away(day) for day in person.days))
    if pool.by is None:
        return Fraction(1)
    came_to = max(person.came_to(pool.by), 0)
    return Fraction(came_to) / (person.quota(pool.quota, pool.by) if pool.quota and came_to else 1)


def _shared_out(units: int, weights: dict[str, Fraction]) -> dict[str, int]:
    """Whole units by weights: each what is whole of its part, and one more for the largest rest, the first by id."""
    total = sum(weights.values(), Fraction(0))
    exact = {payee: units * weight / total if total else Fraction(0) for payee, weight in weights.items()}
    parts = {payee: part.numerator // part.denominator for payee, part in exact.items()}
    by_rest = sorted(weights, key=lambda payee: (parts[payee] - exact[payee], payee))
    for payee in by_rest[: units - sum(parts.values()) if total else 0]:
        parts[payee] += 1
    return parts
