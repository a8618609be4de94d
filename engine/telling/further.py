"""What a window would pay for more than was achieved: its lines as they would be, and one further deal on their curve.

The least that earns a given pay is looked for between the places where the curve, or what multiplies it, turns: between
two of them pay only rises, only falls or stays. So what is found is what would be paid, cent for cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

from engine.documents.conditions import When
from engine.documents.plans.component import Component
from engine.payees.curves import deal_cap, window_cap
from engine.payees.curves.curve import Curve, Limit, pieces, value_at
from engine.payees.curves.factors import found_by
from engine.payees.curves.matrix import cell_at
from engine.payees.curves.shape import limit_of, uncapped
from engine.payees.curves.unpaid import WITHOUT_QUOTA
from engine.payees.paying.alternatives import BEATEN_BY
from engine.telling.facts import APART
from engine.telling.movers import Mover, movers_of
from engine.telling.outlook import Position

Row = Mapping[str, Any]
FAR = 10**27
"""Beyond this nothing is looked for, in micro-units: more than pays any amount that the books can hold."""
ONE = Fraction(1)


@dataclass(frozen=True)
class Further:
    """A window after its last line; `lines` are its rows of `Lines` in their order, without what only settles.

    What is paid deal by deal is a window that begins anew with the next one: there `anew` is set, and no line of those
    before is paid otherwise.
    """

    at: Position
    lines: Sequence[Row]
    earned: int
    """What it paid so far, in micro-units."""
    opened: bool = False
    """Whether gates that are closed, and that do not move, are taken to be open."""
    anew: bool = False
    beside: int = 0
    """What was taken back from these lines, or added to them."""

    @property
    def part(self) -> Component:
        """The component."""
        return self.at.component

    @property
    def last(self) -> Row:
        """The line after which more is achieved."""
        return self.lines[-1]

    @cached_property
    def found(self) -> list[dict[str, Any]]:
        """What gauges and tables found for the last line."""
        return [one for one in found_by(self.last["factors"]) if not one.keys() & APART]

    @cached_property
    def movers(self) -> dict[int, Mover]:
        """The gauges that move with what is achieved."""
        every = movers_of(self.part, self.at.plan, self.found)
        return {nth: each for nth, each in every.items() if not (self.anew and each.judged == "window")}

    @cached_property
    def closed(self) -> list[int]:
        """The gates that are closed and do not move, by their places."""
        either = self._either
        shut = [nth for nth in range(either.start) if self.found[nth]["factor"] == "0" and nth not in self.movers]
        if either and self.found[either.start]["factor"] == "0" and not any(nth in self.movers for nth in either):
            shut += either
        return shut

    @property
    def _either(self) -> range:
        """The places of the gates of which one is enough."""
        return range(len(self.part.needed), len(self.part.needed) + len(self.part.enough))

    @cached_property
    def beaten_by(self) -> Row | None:
        """The alternative that is paid in its place."""
        return next((one for one in found_by(self.last["factors"]) if BEATEN_BY in one), None)

    @property
    def without_quota(self) -> bool:
        """Whether nothing is paid because the quota is 0."""
        return any(WITHOUT_QUOTA in one for one in found_by(self.last["factors"]))

    @property
    def by_size(self) -> list[When]:
        """The cases that ask for the size of a deal: a further one might be another case than the last."""
        whens = (case.when for cases in self.part.tables for case in cases if case.when is not None)
        return [when for when in whens if any(test.type == "money" for test in when.tests)]

    def pays(self, more: int) -> int:
        """What the window pays after so much more; rounded as its lines are."""
        if self.part.to_date is not None:
            return self._to_date(more)
        new = self._line(self.at.x, self._place(more), self.last, self._factor(self.last, more, judged=None))
        if self.anew:
            return self.earned + self._of_deal(new)
        if not self._anew_paid:
            return self.earned + self._within(new)
        sums = [self._line(*self._way(row), row, self._now(row, more)) for row in self.lines]
        return self._under_cap(sum(sums) + new)

    def least(self, goal: int, *, sign: int = 1) -> int | None:
        """The least additional achievement, in whole steps, with which the window pays the goal; None where none does.

        With `sign` -1, how much less a result would have to be. Beyond the last turn pay goes on as it does there.
        """
        step, end = self.at.step, self.at.farthest if sign > 0 else self.at.lowest
        turns = [0, *self._ahead(sign, end)]
        far = self._far(turns[-1], goal) if end is None else end // step * step + step
        for start, following in pairwise([*turns, far]):
            if self.pays(sign * start) >= goal:
                return start
            if following - step > start and self.pays(sign * (following - step)) >= goal:
                return self._first(start, following - step, goal, sign)
        return None

    def most(self) -> int:
        """The most that it ever pays, where there is an end to it."""
        end = self.at.farthest
        places = [*self._ahead(1, end), FAR if end is None else end]
        if self.at.lowest is not None:
            places += [-place for place in (*self._ahead(-1, self.at.lowest), self.at.lowest)]
        return max(self.pays(place) for place in (0, *places))

    def _ahead(self, sign: int, end: int | None) -> list[int]:
        """The steps at which pay turns, and those behind them, up to the end."""
        every = {place for turn in self._turns() for place in _beside(sign * turn, self.at.step)}
        return sorted(place for place in every if place > 0 and (end is None or place <= end))

    def _first(self, low: int, high: int, goal: int, sign: int) -> int:
        """The first step above `low` that pays the goal, between which pay rises."""
        step = self.at.step
        while high - low > step:
            middle = low + (high - low) // step // 2 * step
            low, high = (low, middle) if self.pays(sign * middle) >= goal else (middle, high)
        return high

    def _far(self, start: int, goal: int) -> int:
        """A place beyond the last turn, just behind one that pays the goal if any does."""
        more = self.at.step
        while more < FAR and self.pays(start + more) < goal:
            more *= 2
        return start + more + self.at.step

    def _turns(self) -> Iterator[Fraction]:
        """How much more leads to where the curve or a gauge turns."""
        at, steps = self.at, self.at.steps
        achieved, width = at.achieved or 0, self.part.per or 0 if steps is None else steps.width
        for piece in pieces(self._curve(self.last), at.quota):
            yield from (piece.start - at.x, piece.start - achieved - width, piece.start - achieved + width)
        for mover in self.movers.values():
            yield from mover.turns()

    def _place(self, more: int) -> Fraction | int:
        """Where on the curve so much more leads."""
        at, per = self.at, self.part.per
        if at.steps is not None and at.achieved is not None:
            return at.paid_as(at.achieved + more)
        if self.part.only_full and per:
            return (self._counted + more) // per * per
        moved = self.part.carry is not None and self.part.carry.surplus == "moved"
        return min(at.x + more, max(at.quota, at.x)) if moved else at.x + more

    @cached_property
    def _counted(self) -> int:
        """What the lines achieved together, as far as nothing of it was left out."""
        summed = sum(row["base_micros"] for row in self.lines)
        per = self.part.per or 1
        return summed if not self.anew and summed // per * per == self.at.x else int(self.at.x)

    def _way(self, line: Row) -> tuple[Fraction, Fraction]:
        """From where to where a line of before led, in parts of the quota of the last one."""
        parts = Fraction(self.at.quota or 1, line["quota_micros"] or 1) if self.at.unit == "percent" else ONE
        return line["before_micros"] * parts, line["after_micros"] * parts

    def _curve(self, line: Row) -> Curve:
        return uncapped(self.part, line["rated_on"], line["target_micros"])

    def _line(self, before: Fraction | int, after: Fraction | int, line: Row, factor: Fraction) -> int:
        """What the way from one place to another pays, as a line is rounded, before any cap."""
        curve, quota = self._curve(line), self.at.quota
        first, last = (self.at.rounded(value_at(curve, x, quota) * factor) for x in (before, after))
        return last - first

    @property
    def _anew_paid(self) -> bool:
        """Whether lines of before are paid otherwise: a gauge moves for all of them, or they were not paid at all."""
        judged = {mover.judged for mover in self.movers.values()}
        return "window" in judged or self.beaten_by is not None or (self.opened and bool(self.closed))

    def _now(self, line: Row, more: int) -> Fraction:
        """By which factor a line of before would be paid."""
        if any(one.keys() & (APART - {BEATEN_BY}) for one in found_by(line["factors"])):
            return Fraction(0)
        return self._factor(line, more, judged="window")

    def _factor(self, line: Row, more: int, judged: str | None) -> Fraction:
        """The product of what was found for a line, with what movers make of it: all, or those that judge windows."""
        found = [one for one in found_by(line["factors"]) if not one.keys() & APART]
        moved = {
            nth: each.factor(self._seen(each, more))
            for nth, each in self.movers.items()
            if judged in (None, each.judged)
        }
        factors = [moved.get(nth, Fraction(one["factor"])) for nth, one in enumerate(found)]
        if self.part.matrix is not None and moved.keys() & {*self._axes}:
            row, column = (moved.get(nth) or self._place_on(nth, found[nth]) for nth in self._axes)
            factors[self._axes[0]], factors[self._axes[1]] = ONE, cell_at(self.part.matrix, row, column)
        if self._either:
            factors[self._either.start] = max(factors[nth] for nth in self._either)
        skipped = {*self._either[1:], *(self.closed if self.opened else ())}
        return prod((factor for nth, factor in enumerate(factors) if nth not in skipped), start=ONE)

    @property
    def _axes(self) -> list[int]:
        """The places of row and column."""
        count = len(self.part.gauges())
        return [count - 2, count - 1] if self.part.matrix is not None else []

    def _place_on(self, nth: int, found: Row) -> Fraction:
        """Which row or column was reached."""
        gauge = self.part.gauges()[nth]
        return Mover(gauge, found["value"], found["quota"] or 1).factor(0)

    def _seen(self, mover: Mover, more: int) -> int:
        """What a gauge sees of it: one that judges before each deal sees those of before."""
        if mover.gauge.judged != "before_deal" or self.part.to_date is not None:
            return more
        deal = self.last["deal_id"]
        return sum(row["base_micros"] for row in self.lines if row["deal_id"] == deal)

    def _to_date(self, more: int) -> int:
        """A window to date pays what all of it is worth less what was paid before."""
        worth = self._line(0, self._place(more), self.last, self._factor(self.last, more, judged=None))
        limit = self._limit()
        left = self.last["limit_micros"]
        paid = worth if limit is None or left is None else window_cap.within(worth, left, limit.then, *self._as_lines)
        before: int = self.earned - self.last["amount_micros"]
        return before + paid

    def _within(self, new: int) -> int:
        """What a cap leaves of a further line, where those of before stay as they are."""
        limit, left = self._limit(), self.last["limit_micros"]
        if limit is None or left is None:
            return new
        factor = self._factor_of_last
        used = self._line(*self._way(self.last), self.last, factor)
        return window_cap.within(new, left - used, limit.then, *self._as_lines)

    @property
    def _factor_of_last(self) -> Fraction:
        return prod((Fraction(one["factor"]) for one in found_by(self.last["factors"])), start=ONE)

    def _under_cap(self, total: int) -> int:
        """What a cap leaves of all lines of the window."""
        limit = self._limit()
        if limit is None:
            return total
        height = self.at.rounded(limit.micros)
        return height + window_cap.paid(total - height, limit.then, *self._as_lines)

    def _of_deal(self, pay: int) -> int:
        """What a cap and a floor make of what a deal by itself pays."""
        cap, floor = self.part.cap, self.part.floor
        if cap is not None and cap.per == "deal":
            limit = limit_of(self.part, self.last["rated_on"], self.last["target_micros"])
            if limit is not None:
                room = int(limit.micros)
                pay = deal_cap.within(pay, room, Limit(limit.micros, limit.then), *self._as_lines)
        least: int | None = floor.amount.at(self.last["rated_on"]) if floor is not None and pay > 0 else None
        return pay if least is None else max(pay, least)

    def _limit(self) -> Limit | None:
        """The cap on the window."""
        if self.part.cap is None or self.part.cap.per == "deal":
            return None
        return limit_of(self.part, self.last["rated_on"], self.last["target_micros"])

    @property
    def _as_lines(self) -> tuple[int, Any]:
        """How lines are rounded."""
        return self.at.plan.unit_micros, self.at.plan.rounding


def _beside(turn: Fraction, step: int) -> tuple[int, int]:
    """The step that reaches a turn, and the one behind it, for a turn that is not reached by its own point."""
    place = -(-turn // step) * step
    return place, place + step
