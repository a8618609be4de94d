"""What becomes of one earning on its way to being payable: released step by step, held back in a reserve, taken.

A clawback takes from what is still held first: from the last step first, then from what was forfeited, then from the
reserve that was held back last. Only what is left of it is to be paid back, so that nobody pays back what was never
payable. What is then still held of a step is released by the same occasions, in the same proportion of what they had
left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from typing import Any

from engine.documents.plans.plan import Plan
from engine.documents.plans.release import ReleaseStep, Reserve
from engine.money import allocate, round_ratio
from engine.payees.paying.occasions import Known, Moment, occasions

Line = Mapping[str, Any]
Row = dict[str, Any]
TAKES, RELEASES = 0, 1
"""What comes first of one day."""


@dataclass(slots=True)
class Held:
    """What is held of one step, or of one amount in the reserve."""

    name: str
    step: int
    wait: ReleaseStep | Reserve
    line: Line
    since: date
    base: int
    """What was held when the last clawback took from it."""
    left: int
    until_on: date | None = None
    since_on: date | None = None
    released: Fraction = Fraction(0)
    """The share released so far."""
    start: Fraction = Fraction(0)
    """The share that had been released when `base` was held."""
    whole: int = 0
    """What was put in at first."""

    def take(self, amount: int) -> int:
        """Take as much of the amount as is there; answers how much."""
        taken = min(amount, self.left)
        if taken:
            self.left -= taken
            self.base, self.start = self.left, self.released
        return taken

    def share(self, reached: Fraction) -> Fraction:
        """A share of all as a share of `base`."""
        return (reached - self.start) / (1 - self.start)


@dataclass
class Unreleased:
    """One earning with what is known of its deal; `rows` are its payables so far."""

    plan: Plan
    steps: Sequence[ReleaseStep]
    known: Known
    rows: list[Row] = field(default_factory=list)
    _held: list[Held] = field(default_factory=list)
    _reserved: list[Held] = field(default_factory=list)
    _forfeited: int = 0
    """Of what was forfeited, how much no clawback took yet."""
    _due: list[tuple[date, int, int, Any]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)

    def run(self, line: Line, clawbacks: Sequence[Line]) -> list[Row]:
        """The payables of an earning above zero and of its clawbacks below zero."""
        amounts = amounts_of(line, self.steps, self.plan)
        for nth, (step, amount) in enumerate(zip(self.steps, amounts, strict=True), start=1):
            name = f"{line['part']}: {nth} {step.on}"
            self._hold(Held(name, nth, step, line, line["dated_on"], amount, amount, whole=amount), self._held)
        for taken in clawbacks:
            self._later(taken["dated_on"], TAKES, taken)
        while self._due:
            _, kind, _, due = heappop(self._due)
            if kind == TAKES:
                self._take(due)
            else:
                self._release(*due)
        for held in (*self._held, *self._reserved):
            if held.left:
                self.rows.append(self._waiting(held))
        return self.rows

    def _hold(self, held: Held, among: list[Held]) -> None:
        """Put money where it waits, and note when it will be released."""
        found = occasions(held.wait, held.since, self.known)
        held.until_on, held.since_on = found.until_on, found.since_on
        among.append(held)
        for moment in found.moments:
            self._later(moment.on, RELEASES, (held, moment))

    def _later(self, day: date, kind: int, what: Any) -> None:
        heappush(self._due, (day, kind, next(self._number), what))

    def _release(self, held: Held, moment: Moment) -> None:
        """What a moment makes payable of what is held, less the reserve."""
        if held.start == 1:
            return
        before, after = held.share(held.released), held.share(moment.reached)
        amount = part_of(held.base, after, self.plan) - part_of(held.base, before, self.plan)
        held.released, held.left = moment.reached, held.left - amount
        if not amount:
            return
        self._forfeited += amount if moment.forfeits else 0
        row = self._row(held, moment) | {"amount_micros": amount, "before": str(before), "after": str(after)}
        self.rows.append(row)
        if isinstance(held.wait, ReleaseStep) and not moment.forfeits:
            self._reserve(row, held)

    def _reserve(self, row: Row, held: Held) -> None:
        """Hold back a share of what became payable; where a deal is waited for, only of what is of one."""
        reserve = self.plan.reserve
        if reserve is None or (self.known.deal is None and reserve.on != "payable"):
            return
        amount = part_of(row["amount_micros"], reserve.share, self.plan)
        back = {"kind": "reserve", "amount_micros": -amount, "base_micros": row["amount_micros"]}
        shares = {"before": "0", "after": str(reserve.share), "taken_micros": 0}
        name = f"{row['part']}, reserve"
        if amount:
            self.rows.append({**row, **back, **shares, "part": name})
            kept = Held(name, held.step, reserve, held.line, row["payable_on"], amount, amount, whole=amount)
            self._hold(kept, self._reserved)

    def _take(self, clawback: Line) -> None:
        """A clawback: from what was never payable first, then from the reserve; the rest is to be paid back."""
        wanted = -clawback["amount_micros"]
        spares = clawback["kind"] == "clawback" and self.plan.clawback is not None and self.plan.clawback.of == "paid"
        taken = 0
        for one in () if spares else reversed(self._held):
            taken += one.take(wanted - taken)
        forfeited = 0 if spares else min(wanted - taken, self._forfeited)
        self._forfeited, taken = self._forfeited - forfeited, taken + forfeited
        for one in reversed(self._reserved):
            taken += one.take(wanted - taken)
        if forfeited:
            self.rows.append(_of_clawback(clawback, "forfeited", forfeited, taken=0))
        self.rows.append(_of_clawback(clawback, "payable", wanted, taken=taken))

    def _row(self, held: Held, moment: Moment) -> Row:
        on_its_day = moment.occasion in ("invoice", "cash")
        name = held.name if moment.occasion == held.wait.on else f"{held.name} {moment.occasion}"
        reserve = isinstance(held.wait, Reserve)
        return _facts(held.line) | {
            "part": f"{name} {moment.since_on}" if on_its_day else f"{name} release" if reserve else name,
            "kind": "reserve_release" if reserve else "release",
            "state": "forfeited" if moment.forfeits else "payable",
            "payable_on": moment.on,
            "step": held.step,
            "occasion": moment.occasion,
            "since_on": moment.since_on,
            "base_micros": held.base,
            "taken_micros": held.whole - held.base if reserve else 0,
        }

    def _waiting(self, held: Held) -> Row:
        """What is still held."""
        reserve = isinstance(held.wait, Reserve)
        return _facts(held.line) | {
            "part": f"{held.name} held",
            "kind": "reserve_release" if reserve else "release",
            "state": "held",
            "payable_on": held.until_on,
            "step": held.step,
            "occasion": held.wait.on,
            "since_on": held.since_on,
            "amount_micros": held.left,
            "base_micros": held.base,
            "before": str(held.share(held.released)) if held.start < 1 else "1",
            "after": "1",
            "taken_micros": 0,
        }


def amounts_of(line: Line, steps: Sequence[ReleaseStep], plan: Plan) -> list[int]:
    """The earning by steps, largest remainder, in whole rounding units where it is made of them."""
    unit = plan.unit_micros if line["amount_micros"] % plan.unit_micros == 0 else 1
    return [part * unit for part in allocate(line["amount_micros"] // unit, [step.share for step in steps])]


def released_by(line: Line, plan: Plan, steps: Sequence[ReleaseStep], known: Known) -> int:
    """How much of an earning, of which no clawback took anything, was released by the day `known.through`."""
    if line["amount_micros"] <= 0:
        return int(line["amount_micros"])
    total = 0
    for step, amount in zip(steps, amounts_of(line, steps, plan), strict=True):
        found = occasions(step, line["dated_on"], known)
        reached = [one.reached for one in found.moments if one.on <= known.through and not one.forfeits]
        total += part_of(amount, max(reached, default=Fraction(0)), plan)
    return total


def part_of(base: int, share: Fraction, plan: Plan) -> int:
    """A share as lines are rounded; all of it is all of it."""
    if share == 1:
        return base
    exact = base * share
    return round_ratio(exact.numerator, exact.denominator, plan.unit_micros, plan.rounding)


def _of_clawback(clawback: Line, state: str, base: int, *, taken: int) -> Row:
    """What a clawback takes off what is payable, or off what was forfeited."""
    return (
        _facts(clawback)
        | {"part": f"{clawback['part']}: {'taken' if state == 'payable' else state}", "kind": "clawback", "step": 1}
        | {"payable_on": clawback["dated_on"], "occasion": "clawback", "since_on": clawback["rated_on"]}
        | {"amount_micros": taken - base, "base_micros": base, "before": "0", "after": "1"}
        | {"taken_micros": taken, "state": state}
    )


OF_THE_LINE = ("plan", "component", "payee_id", "source_id", "deal_id", "currency", "plan_version")


def _facts(line: Line) -> Row:
    """What a payable has of its line."""
    return {
        **{name: line[name] for name in OF_THE_LINE},
        "line_part": line["part"],
        "earned_on": line["dated_on"],
        "earned_in": line["period"],
    }
