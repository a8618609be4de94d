"""What of an earning is payable, held or forfeited, after what clawbacks and the reserve took of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from engine.documents.plans.plan import Plan
from engine.documents.plans.release import ReleaseStep
from tests.reference.entries import Line
from tests.reference.facts import Facts
from tests.reference.money import divided, rounded
from tests.reference.releases import Due, Waiting

BOOKING = (ReleaseStep(),)


@dataclass(frozen=True)
class Payable:
    """A part of a line: payable or forfeited since a day, or held."""

    line: Line
    amount: int
    state: str
    day: date | None
    period: str | None
    """The statement period of the day."""


@dataclass(eq=False)
class Pot:
    """Money that waits for one thing."""

    waiting: Waiting
    dues: list[Due]
    amount: int
    """What waited when the first of the dues was still to come."""
    passed: Fraction = Fraction(0)

    @property
    def left(self) -> int:
        """What waits still."""
        return self.amount - self._part(self.passed)

    def take(self, amount: int) -> int:
        """Takes as much as there is; the rest is due as before, in the same proportion of what it had left."""
        took = min(amount, self.left)
        if took:
            self.amount = self.left - took
            self.dues = [replace(due, share=(due.share - self.passed) / (1 - self.passed)) for due in self.dues]
            self.passed = Fraction(0)
        return took

    def next_on(self) -> date | None:
        """The day of what comes next; None where nothing does, or only what is held."""
        return self.dues[0].day if self.dues and self.dues[0].state != "held" else None

    def pop(self) -> Payable:
        """What comes next."""
        due, before = self.dues.pop(0), self._part(self.passed)
        self.passed = due.share
        period = None if due.state == "held" or due.day is None else self.waiting.period(due.day)
        return Payable(self.waiting.line, self._part(due.share) - before, due.state, due.day, period)

    def _part(self, share: Fraction) -> int:
        plan = self.waiting.plan
        return self.amount if share == 1 else rounded(self.amount * share, plan.unit_micros, plan.rounding)


@dataclass
class Account:
    """An earning above zero: its steps, what is in the reserve, and what became of it so far."""

    waiting: Waiting
    steps: list[Pot]
    reserved: list[Pot] = field(default_factory=list)
    told: list[Payable] = field(default_factory=list)

    def until(self, day: date | None) -> None:
        """What comes before a day (without one: all that comes), in order, each part less what is reserved of it."""
        while True:
            coming = [(on, pot) for pot in (*self.steps, *self.reserved) if (on := pot.next_on())]
            if not coming or (day is not None and min(coming, key=_first)[0] >= day):
                return
            _, pot = min(coming, key=_first)
            came = pot.pop()
            self.told.append(came)
            if pot in self.steps and came.state == "payable":
                self._reserve(came)

    def take(self, amount: int, *, spares_held: bool) -> tuple[int, int]:
        """Of a clawback: what is taken of what was forfeited, and what is left to be paid back.

        It takes what is held first, from the last step first, then what was forfeited, then what is in the reserve,
        what came there last first. A clawback of what was paid takes nothing that was never payable.
        """
        forfeited = 0
        if not spares_held:
            for pot in reversed(self.steps):
                amount -= pot.take(amount)
            forfeited = min(amount, sum(part.amount for part in self.told if part.state == "forfeited"))
        rest = amount - forfeited
        for pot in reversed(self.reserved):
            rest -= pot.take(rest)
        return forfeited, rest

    def held(self) -> Iterator[Payable]:
        """What is held in the end."""
        for pot in (*self.steps, *self.reserved):
            yield Payable(self.waiting.line, pot.left, "held", None, None)

    def _reserve(self, came: Payable) -> None:
        """Holds back a share of what became payable; where a deal is waited for, only of what is of one."""
        reserve, of = self.waiting.plan.reserve, self.waiting
        if reserve is None or came.day is None or (of.line.deal is None and reserve.on != "payable"):
            return
        back = rounded(came.amount * reserve.share, of.plan.unit_micros, of.plan.rounding)
        self.told.append(replace(came, amount=-back))
        self.reserved.append(Pot(of, of.dues(reserve, came.day), back))


def payables_of(waiting: Waiting, clawbacks: Sequence[Line]) -> Iterator[Payable]:
    """What becomes of a line and of its clawbacks.

    What is below zero, of a cap or of a pool is payable at once, and so is what is against it; but what a component
    takes off by its own terms waits as what others earn.

    A clawback comes before what becomes payable on its day, but not before what nobody lets wait at all.
    """
    line, plan = waiting.line, waiting.plan
    assert line.amount is not None
    if line.amount < 0 and _takes_off(waiting):
        turned = payables_of(replace(waiting, line=_turned(line)), [_turned(each) for each in clawbacks])
        yield from (replace(part, line=_turned(part.line), amount=-part.amount) for part in turned)
        return
    if line.amount <= 0 or line.kind in ("cap", "pool") or not (plan.reserve or _steps(waiting)):
        yield from (_at_once(each, each.amount or 0) for each in (line, *clawbacks))
        return
    of = Account(waiting, list(_pots(waiting)))
    spares = plan.clawback is not None and plan.clawback.of == "paid"
    for each in clawbacks:
        assert each.amount is not None
        of.until(each.day)
        forfeited, rest = of.take(-each.amount, spares_held=spares)
        of.told += [replace(_at_once(each, -forfeited), state="forfeited"), _at_once(each, -rest)]
    of.until(None)
    yield from (*of.told, *of.held())


def reach(line: Line, clawbacks: Sequence[Line], facts: Facts, through: date) -> date:
    """How far days are over for a line: as far as something happened to its deal that is known."""
    events = [] if line.deal is None else facts.events_of(line.deal.id)
    facts_on: list[date] = [row["happened_on"] for row in events if row["kind"] in ("invoice", "payment")]
    return max([through, *facts_on, *(each.day for each in clawbacks)])


def paid_by(waiting: Waiting) -> int:
    """How much of a line became payable by the day until which days are over, the reserve included.

    Below zero it is all of it.
    """
    line = waiting.line
    assert line.amount is not None
    if line.amount < 0 and _takes_off(waiting):
        return -paid_by(replace(waiting, line=_turned(line)))
    if line.amount <= 0:
        return line.amount
    paid = 0
    for pot in _pots(waiting):
        while (on := pot.next_on()) is not None and on <= waiting.through:
            came = pot.pop()
            paid += came.amount if came.state == "payable" else 0
    return paid


def defers(files: Sequence[Plan]) -> bool:
    """Whether the plan tells what is earned from what is payable, by any of its files."""
    return any(plan.release or plan.reserve or any(part.release for part in plan.components) for plan in files)


def _takes_off(waiting: Waiting) -> bool:
    """Whether the line is of a component with a rate, or an amount, below zero."""
    of = waiting.line
    return of.kind not in ("cap", "pool") and any(
        value < 0
        for part in waiting.plan.components
        if part.id == of.component
        for flat in (part.rate, part.pays, *(row.rate or row.pays for row in part.brackets))
        if flat is not None
        for _, value in flat.steps
    )


def _turned(line: Line) -> Line:
    assert line.amount is not None
    return replace(line, amount=-line.amount)


def _pots(waiting: Waiting) -> Iterator[Pot]:
    """The earning by the steps of its component's release, in whole rounding units."""
    line, plan = waiting.line, waiting.plan
    assert line.amount is not None
    steps = _steps(waiting) or BOOKING
    parts = divided(line.amount // plan.unit_micros, [Fraction(step.share) for step in steps])
    for step, part in zip(steps, parts, strict=True):
        yield Pot(waiting, waiting.dues(step, line.day), part * plan.unit_micros)


def _steps(waiting: Waiting) -> Sequence[ReleaseStep]:
    """Those of the component, else those of the plan."""
    plan, name = waiting.plan, waiting.line.component
    return next(part.release for part in plan.components if part.id == name) or plan.release


def _first(coming: tuple[date, Pot]) -> date:
    return coming[0]


def at_once_of(line: Line) -> Payable:
    """A line that is payable in the statement in which it is earned."""
    return _at_once(line, line.amount or 0)


def _at_once(line: Line, amount: int) -> Payable:
    return Payable(line, amount, "payable", line.day, line.period)
