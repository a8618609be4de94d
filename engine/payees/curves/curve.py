"""Payout curves: a component's earnings F as an exact function of what was achieved so far (DESIGN 3.2).

Every component is piecewise linear in the achievement x, in shares of the quota or in amounts. One list of segments,
and what bounds it from below and above, say it all; amounts of lines, drawings and "what would it take" are read off
the same curve. Below the first start the first segment goes on through zero, so that returns take back what they
earned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from engine.money import round_ratio

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Segment:
    """From `from_share * quota + from_micros` on, F(x) = slope * x + lift * x / quota + at_share * quota + at_micros.

    x, quota and F are micro-units; `slope` is pay for each micro-unit of the measure, `lift` for the whole quota.
    The starting point is in, unless the segment is `open`.
    """

    slope: Fraction
    from_share: Fraction = ZERO
    from_micros: Fraction = ZERO
    at_share: Fraction = ZERO
    at_micros: Fraction = ZERO
    lift: Fraction = ZERO
    open: bool = False

    def start(self, quota: int) -> Fraction:
        """The least x of the segment."""
        return self.from_share * quota + self.from_micros

    def line(self, quota: int) -> tuple[Fraction, Fraction]:
        """Slope and intercept of the segment's line for a quota."""
        steep = self.slope + self.lift / quota if self.lift else self.slope
        return steep, self.at_share * quota + self.at_micros

    def value(self, x: Fraction | int, quota: int) -> Fraction:
        """F(x), for an x of this segment."""
        slope, at = self.line(quota)
        return slope * x + at


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap: of what F is above `micros`, only the share `then` is paid."""

    micros: Fraction
    then: Fraction = ZERO

    def apply(self, value: Fraction) -> Fraction:
        """What is left of a value."""
        return value if value <= self.micros else self.micros + self.then * (value - self.micros)


@dataclass(frozen=True, slots=True)
class RoundedRate:
    """A target rate, `target / quota`, rounded half up to a multiple of `unit` before anything is paid by it."""

    target: Fraction
    unit: Fraction

    def factor(self, quota: int) -> Fraction:
        """What rounding the rate makes of every amount: the rounded rate over the exact one."""
        if not self.target:
            return ONE
        if not quota:
            return Fraction(0)  # where no quota is allowed, nothing is paid by it
        steps = self.target / quota / self.unit
        return round_ratio(steps.numerator, steps.denominator, 1, "half_up") * self.unit * quota / self.target


@dataclass(frozen=True, slots=True)
class Curve:
    """Segments in order of their starts, the first at zero, and the cap on what they pay.

    `by_rate`: a segment pays by a rate for a part of the achievement, so that reaching it lifts a part that is known;
    otherwise reaching it changes pay by a lump.
    """

    segments: tuple[Segment, ...]
    limit: Limit | None = None
    rounded_rate: RoundedRate | None = None
    by_rate: bool = True

    def place(self, x: Fraction | int, quota: int) -> int:
        """Which segment x lies in."""
        starts = ((place, segment.open, segment.start(quota)) for place, segment in enumerate(self.segments))
        return max((place for place, is_open, start in starts if start < x or (start == x and not is_open)), default=0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight part of a curve for one quota: from `start` on, F(x) = slope * x + at; `capped` above the cap."""

    start: Fraction
    open: bool
    slope: Fraction
    at: Fraction
    segment: int
    capped: bool = False

    def value(self, x: Fraction | int) -> Fraction:
        """F(x), for an x of this piece."""
        return self.slope * x + self.at


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way from one achievement to another: `amount` = `base` * `slope`, exactly.

    A `slice` lies inside one segment, a `capped` slice in the part of it above the cap. What crossing a segment's start
    changes is a `jump` of the rate for `base` before it, or a `lump` (base 1).
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


def value_at(curve: Curve, x: Fraction | int, quota: int = 0) -> Fraction:
    """F(x) in micro-units, exact."""
    value = curve.segments[curve.place(x, quota)].value(x, quota)
    if curve.rounded_rate is not None:
        value *= curve.rounded_rate.factor(quota)
    return value if curve.limit is None else curve.limit.apply(value)


def pieces(curve: Curve, quota: int = 0) -> list[Piece]:
    """The curve for one quota, cut where it crosses its cap."""
    found: list[Piece] = []
    factor = curve.rounded_rate.factor(quota) if curve.rounded_rate is not None else ONE
    starts = [segment.start(quota) for segment in curve.segments]
    for place, (segment, start, end) in enumerate(zip(curve.segments, starts, [*starts[1:], None], strict=True)):
        if place == 0 or end is None or start < end:
            slope, at = (factor * part for part in segment.line(quota))
            found += _capped(Piece(start, segment.open, slope, at, place), end, curve.limit)
    return found


def _capped(piece: Piece, end: Fraction | None, limit: Limit | None) -> Iterator[Piece]:
    """A piece as it is paid: whole, or in two parts where it crosses the cap."""
    if limit is None:
        yield piece
        return
    at = limit.then * piece.at + (1 - limit.then) * limit.micros
    above = replace(piece, slope=limit.then * piece.slope, at=at, capped=True)
    starts_above = piece.value(piece.start) > limit.micros
    yield above if starts_above else piece
    if piece.slope < 0 if starts_above else piece.slope > 0:
        crossing = (limit.micros - piece.at) / piece.slope
        if end is None or crossing < end:
            is_open = piece.open and crossing == piece.start
            yield replace(piece if starts_above else above, start=crossing, open=is_open)


def scaled(curve: Curve, factor: Fraction) -> Curve:
    """The curve that pays so many times as much at every point, up to the same cap."""
    segments = (
        replace(
            segment,
            slope=segment.slope * factor,
            at_share=segment.at_share * factor,
            at_micros=segment.at_micros * factor,
            lift=segment.lift * factor,
        )
        for segment in curve.segments
    )
    return replace(curve, segments=tuple(segments))


def inverse(curve: Curve, payout: Fraction | int, quota: int = 0) -> Fraction | None:
    """The least achievement, from zero on, that pays at least `payout`; None when none does."""
    every = pieces(curve, quota)
    for piece, following in zip(every, [*every[1:], None], strict=True):
        x = _least(piece, payout)
        if x is not None and (following is None or x < following.start or (x == following.start and following.open)):
            return x
    return None


def _least(piece: Piece, payout: Fraction | int) -> Fraction | None:
    """The least achievement on the line of a piece, not before its start, that pays at least `payout`."""
    first = Fraction(piece.start // 1 + 1) if piece.open else piece.start
    if piece.value(first) >= payout:
        return first
    return (payout - piece.at) / piece.slope if piece.slope > 0 else None


def walk(curve: Curve, before: int, after: int, quota: int = 0) -> list[Step]:
    """The way from `before` to `after`, part by part; the amounts add up to F(after) - F(before) exactly."""
    low, high = min(before, after), max(before, after)
    steps = list(_climb(curve, low, high, quota))
    if after >= before:
        return steps
    return [_reversed(step) for step in reversed(steps)]


def _reversed(step: Step) -> Step:
    if step.kind == "lump":
        return Step(step.kind, step.segment, step.base, -step.slope)
    return Step(step.kind, step.segment, -step.base, step.slope)


def _climb(curve: Curve, low: int, high: int, quota: int) -> Iterator[Step]:
    every = pieces(curve, quota)
    first, last = _place(every, low), _place(every, high)
    starts = [piece.start for piece in every[first + 1 : last + 1]]
    for place, (start, end) in enumerate(pairwise([Fraction(low), *starts, Fraction(high)]), start=first):
        piece = every[place]
        if place > first:
            yield from _crossed(every[place - 1], piece, by_rate=curve.by_rate)
        if end > start:
            yield Step("capped" if piece.capped else "slice", piece.segment, end - start, piece.slope)


def _place(every: list[Piece], x: int) -> int:
    reached = (place for place, piece in enumerate(every) if piece.start < x or (piece.start == x and not piece.open))
    return max(reached, default=0)


def _crossed(before: Piece, piece: Piece, *, by_rate: bool) -> Iterator[Step]:
    """What reaching a piece changes: the rate of all since the point where both lines meet, or a lump."""
    change = piece.value(piece.start) - before.value(piece.start)
    if not change:
        return
    steeper = piece.slope - before.slope
    if by_rate and steeper and not (piece.capped or before.capped):
        yield Step("jump", piece.segment, change / steeper, steeper)
    else:
        yield Step("lump", piece.segment, ONE, change)
