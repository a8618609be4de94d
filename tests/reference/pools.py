"""Bonus pools: an amount for everybody on a plan file, divided when its period is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.bonus_pool import BonusPool, PoolGate
from engine.documents.plan import Plan
from tests.reference.calendar import STATEMENTS, Span, span_of
from tests.reference.earn import Earnings
from tests.reference.entries import Entry, Line
from tests.reference.leave import is_away
from tests.reference.money import divided, rounded
from tests.reference.participants import Participant, enrolments_of, is_on


class UnknownPoolError(Exception):
    """Something that the pool looks at is held, or lacks its quota."""


@dataclass(frozen=True)
class Division:
    """A pool in one of its periods, and who was on the plan in it."""

    pool: BonusPool
    plan: Plan
    period: Span
    there: Sequence[Participant]
    earned: Earnings

    @property
    def last(self) -> date:
        """The day on which it is divided."""
        return self.period.end - timedelta(days=1)

    def lines(self) -> Iterator[Line]:
        """A line for every member; everybody's is held while the pool is not known."""
        try:
            self._check()
            amount = self._amount() if all(self._together(gate) for gate in self.pool.only_if) else 0
            members = [who for who in self.there if self._is_member(who)]
            weights = [self._weight(who) for who in members]
        except UnknownPoolError:
            yield from (self._line(who, None) for who in self.there)
            return
        unit, total = self.plan.unit_micros, sum(weights, Fraction(0))
        parts = divided(amount // unit, [weight / total for weight in weights]) if total else [0] * len(members)
        for who, part in zip(members, parts, strict=True):
            yield self._line(who, part * unit)

    def _check(self) -> None:
        """UnknownPoolError where anything of a measure is held, or who achieved something has no quota for it."""
        gates = [(gate.measure, gate.quota) for gate in (*self.pool.only_if, *self.pool.members_need)]
        by = [(self.pool.by, self.pool.quota)] if self.pool.by else []
        for measure, quota in [*gates, *by, *([(self.pool.of, None)] if self.pool.of else [])]:
            for who in self._everybody():
                if any(entry.base is None for entry in self._entries(who, measure)):
                    raise UnknownPoolError
            if quota is not None and any(self._came_to(w, measure) and self._quota(w, quota) <= 0 for w in self.there):
                raise UnknownPoolError

    def _everybody(self) -> Sequence[Participant]:
        payees = sorted({row["person_id"] for row in self.earned.facts.enrolments if row["plan"] == self.plan.plan})
        return [Participant(payee, self.plan) for payee in payees]

    def _entries(self, who: Participant, measure: str) -> list[Entry]:
        return [each for each in self.earned.entries_of(who, measure) if self.period.covers(each.day)]

    def _came_to(self, who: Participant, measure: str) -> int:
        return sum(entry.base or 0 for entry in self._entries(who, measure))

    def _quota(self, who: Participant, name: str) -> Fraction:
        return self.earned.quota(who, name, self.period) or Fraction(0)

    def _together(self, gate: PoolGate) -> bool:
        return self._opens(gate, self.there)

    def _opens(self, gate: PoolGate, people: Sequence[Participant]) -> bool:
        """Whether they reach it together; nothing achieved is 0 % of any quota, also of none."""
        came_to = sum(self._came_to(who, gate.measure) for who in people)
        if gate.quota is None or not isinstance(gate.min, Fraction):
            return came_to >= gate.min
        quota = sum(self._quota(who, gate.quota) for who in people)
        return came_to >= gate.min * quota if quota > 0 else gate.min <= 0

    def _amount(self) -> int:
        """How much it is: an amount, or a share of what everybody came to."""
        if self.pool.of is None or self.pool.share is None:
            assert self.pool.amount is not None
            exact = Fraction(self.pool.amount.at(self.last) or 0)
        else:
            came_to = sum(self._came_to(who, self.pool.of) for who in self.there)
            exact = max(came_to, 0) * Fraction(self.pool.share.at(self.last) or 0)
        return rounded(exact, self.plan.unit_micros, self.plan.rounding)

    def _is_member(self, who: Participant) -> bool:
        away = is_away(who.payee, self.last, self.earned.facts, protected_too=False)
        if self.pool.on_leave == "left_out" and away:
            return False
        return self.pool.members == "any_day" or is_on(who, self.last, self.earned.facts)

    def _weight(self, who: Participant) -> Fraction:
        if not all(self._opens(gate, [who]) for gate in self.pool.members_need):
            return Fraction(0)
        if self.pool.divided_by == "headcount":
            return Fraction(1)
        if self.pool.divided_by == "days":
            facts = self.earned.facts
            days = [self.period.first + timedelta(days=place) for place in range(self.period.days)]
            on = [day for day in days if is_on(who, day, facts)]
            return Fraction(sum(not is_away(who.payee, day, facts, protected_too=False) for day in on))
        assert self.pool.by is not None
        came_to = Fraction(max(self._came_to(who, self.pool.by), 0))
        if self.pool.divided_by == "measure" or not came_to:
            return came_to
        assert self.pool.quota is not None
        return came_to / self._quota(who, self.pool.quota)

    def _line(self, who: Participant, amount: int | None) -> Line:
        return Line(
            plan=self.plan.plan,
            component=self.pool.id,
            payee=who.payee,
            period=span_of(self.last, STATEMENTS[self.plan.pays], self.earned.company).label,
            source=f"{self.pool.id}:{self.period.label}",
            part=f"pool {self.period.label}",
            kind="pool",
            deal=None,
            day=self.last,
            amount=amount,
        )


def pool_lines(plan: Plan, earned: Earnings, through: date) -> Iterator[Line]:
    """What the pools of a plan file pay for every period that is over and whose last day is the file's."""
    facts = earned.facts
    payees = sorted({row["person_id"] for row in facts.enrolments if row["plan"] == plan.plan})
    people = [Participant(payee, plan) for payee in payees]
    for pool in plan.bonus_pools:
        starts = [row["from_on"] for who in people for row in enrolments_of(who, facts)]
        day = max(plan.effective.from_on, min(starts, default=date.max))
        while (period := span_of(day, pool.per, earned.company)).end <= through:
            day = period.end
            if plan.effective.covers(day - timedelta(days=1)):
                there = [who for who in people if _is_there(who, period, earned)]
                yield from Division(pool, plan, period, there, earned).lines()


def _is_there(who: Participant, period: Span, earned: Earnings) -> bool:
    """Whether the payee was on the plan file on any day of the period."""
    days = (period.first + timedelta(days=place) for place in range(period.days))
    return any(is_on(who, day, earned.facts) for day in days)
