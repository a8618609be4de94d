"""Payout curves: a component's earnings F as an exact function of what was achieved so far (DESIGN 3.2).

Every component is piecewise linear in the achievement x and, where brackets are shares of quota, in the quota too.
One list of segments says it all; amounts of lines, drawings and "what would it take" are read off the same list.
Below the first start the first segment goes on through zero, so that returns take back what they earned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from engine.documents.component import Bracket, Component
from engine.model import MICROS

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Segment:
    """From `from_share * quota + from_micros` on (that point is in), F(x) = slope * x + at_share * quota + at_micros.

    x, quota and F are micro-units; `slope` is pay for each micro-unit of the measure.
    """

    slope: Fraction
    from_share: Fraction = ZERO
    from_micros: Fraction = ZERO
    at_share: Fraction = ZERO
    at_micros: Fraction = ZERO

    def start(self, quota: int) -> Fraction:
        """The least x of the segment."""
        return self.from_share * quota + self.from_micros

    def value(self, x: Fraction | int, quota: int) -> Fraction:
        """F(x), for an x of this segment."""
        return self.slope * x + self.at_share * quota + self.at_micros


@dataclass(frozen=True, slots=True)
class Curve:
    """Segments in order of their starts; the first starts at zero."""

    segments: tuple[Segment, ...]

    def place(self, x: Fraction | int, quota: int) -> int:
        """Which segment x lies in."""
        starts = (place for place, segment in enumerate(self.segments) if segment.start(quota) <= x)
        return max(starts, default=0)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way from one achievement to another: `amount` = `base` * `slope`, exactly.

    A `slice` lies inside one segment; a `jump` is what crossing a segment's start changes for everything before it.
    `segment` is the place of the segment walked through or jumped into (on the way down: out of).
    """

    kind: str
    segment: int
    base: Fraction
    slope: Fraction

    @property
    def amount(self) -> Fraction:
        """Exact pay of this part, in micro-units."""
        return self.base * self.slope


def needs_quota(component: Component) -> bool:
    """Whether the component's brackets are shares of a quota."""
    return any(bracket.from_share for bracket in component.brackets)


def versions(component: Component) -> tuple[date, ...]:
    """The days on which the component's curve changes, first the day from which it has one."""
    leaves = [leaf for leaf in (component.rate, component.pays) if leaf is not None]
    steps = [leaf.steps for leaf in (*leaves, *(bracket.rate for bracket in component.brackets))]
    begins = max(step[0][0] for step in steps)
    return tuple(sorted({begins, *(day for step in steps for day, _ in step if day > begins)}))


def curve_of(component: Component, day: date) -> Curve:
    """The component's curve with the rates in force on the day.

    ValueError when a rate has no value yet: ask `versions` first.
    """
    if component.rate is not None:
        return Curve((Segment(_in_force(component, component.rate.at(day), day)),))
    if component.pays is not None:
        return Curve((Segment(_in_force(component, component.pays.at(day), day) / MICROS),))
    rates = [_in_force(component, bracket.rate.at(day), day) for bracket in component.brackets]
    whole = component.tiers == "whole"
    return Curve(tuple(_whole(component.brackets, rates) if whole else _marginal(component.brackets, rates)))


def value_at(curve: Curve, x: Fraction | int, quota: int = 0) -> Fraction:
    """F(x) in micro-units, exact."""
    return curve.segments[curve.place(x, quota)].value(x, quota)


def inverse(curve: Curve, payout: Fraction | int, quota: int = 0) -> Fraction | None:
    """The least achievement, from zero on, that pays at least `payout`; None when none does."""
    starts = [segment.start(quota) for segment in curve.segments]
    for segment, start, end in zip(curve.segments, starts, [*starts[1:], None], strict=True):
        if segment.value(start, quota) >= payout:
            return start
        if segment.slope > 0:
            x = (payout - segment.value(ZERO, quota)) / segment.slope
            if end is None or x < end:
                return x
    return None


def walk(curve: Curve, before: int, after: int, quota: int = 0) -> list[Step]:
    """The way from `before` to `after`, part by part; the amounts add up to F(after) - F(before) exactly."""
    low, high = min(before, after), max(before, after)
    steps = list(_climb(curve, low, high, quota))
    if after >= before:
        return steps
    return [Step(step.kind, step.segment, -step.base, step.slope) for step in reversed(steps)]


def _climb(curve: Curve, low: int, high: int, quota: int) -> Iterator[Step]:
    first, last = curve.place(low, quota), curve.place(high, quota)
    starts = [segment.start(quota) for segment in curve.segments[first + 1 : last + 1]]
    for place, (start, end) in enumerate(pairwise([Fraction(low), *starts, Fraction(high)]), start=first):
        segment = curve.segments[place]
        if place > first:
            jump = segment.value(start, quota) - curve.segments[place - 1].value(start, quota)
            if jump:
                yield Step("jump", place, start, jump / start)
        if end > start:
            yield Step("slice", place, end - start, segment.slope)


def _marginal(brackets: tuple[Bracket, ...], rates: list[Fraction]) -> Iterator[Segment]:
    """Each rate pays for its own slice: a segment starts at the value where the one before it ends."""
    at_share, at_micros, below = ZERO, ZERO, rates[0]
    for bracket, rate in zip(brackets, rates, strict=True):
        share, micros = _from(bracket)
        at_share += (below - rate) * share
        at_micros += (below - rate) * micros
        below = rate
        yield Segment(rate, share, micros, at_share, at_micros)


def _whole(brackets: tuple[Bracket, ...], rates: list[Fraction]) -> Iterator[Segment]:
    """The rate reached pays for everything from zero."""
    for bracket, rate in zip(brackets, rates, strict=True):
        yield Segment(rate, *_from(bracket))


def _from(bracket: Bracket) -> tuple[Fraction, Fraction]:
    return bracket.from_share or ZERO, Fraction(bracket.from_micros or 0)


def _in_force(component: Component, value: Fraction | int | None, day: date) -> Fraction:
    if value is None:
        msg = f"component {component.id} has no rate on {day}"
        raise ValueError(msg)
    return Fraction(value)
