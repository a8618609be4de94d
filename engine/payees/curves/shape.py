"""The payout curve that a component's document describes, on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.documents.curves.bracket import Bracket, Point, Row
from engine.documents.plans.component import Component
from engine.documents.values import Dated
from engine.model import MICROS
from engine.payees.curves.curve import ONE, ZERO, Curve, Limit, RoundedRate, Segment
from engine.payees.curves.matrix import segments_of

Place = tuple[Fraction, Fraction]
"""A share of quota and micro-units, one of which is zero."""
Rate = tuple[Fraction, Fraction]
"""Pay for each micro-unit of the measure, and pay for the whole quota; one of which is zero."""

PER_CENT = Fraction(100 * MICROS)
BELOW_ZERO = -1
"""Where a window begins in which a result of exactly 0 pays: a millionth below it, where nothing is paid."""


def needs_quota(component: Component) -> bool:
    """Whether the component's pay depends on a quota; attainments in steps of one do, however they are paid."""
    of_steps = component.rounded_attainment is not None and component.quota is not None
    return of_steps or component.over_quota or any(row.from_share for row in component.rows)


def versions(component: Component) -> tuple[date, ...]:
    """The days on which the component's curve changes, first the day from which it has one."""
    steps = [leaf.steps for _, leaf in component.dated()]
    begins = max((step[0][0] for step in steps), default=date.min)
    return tuple(sorted({begins, *(day for step in steps for day, _ in step if day > begins)}))


def curve_of(component: Component, day: date, own_target: int | None = None) -> Curve:
    """The component's curve with the values in force on the day, and for a payee's own target where targets are that.

    A cap on its window bends it as it does where all deals of the window pay by these values. Without the payee's own
    target the curve is that of a target of 100 units: it pays in per cent of the target. ValueError when a value is
    not there yet: ask `versions` first.
    """
    return _Drawn(component, day, own_target).curve()


def target_of(component: Component, day: date, own_target: int | None = None) -> Fraction | None:
    """What 100 % pays on the day, in micro-units; None for a component without a target."""
    return _Drawn(component, day, own_target).target() if component.has_target else None


def uncapped(component: Component, day: date, own_target: int | None = None) -> Curve:
    """The curve without its cap: lines are capped by what they come to (see `window_cap` and `deal_cap`)."""
    return replace(curve_of(component, day, own_target), limit=None)


def limit_of(component: Component, day: date, own_target: int | None = None) -> Limit | None:
    """The cap in force on the day, on a deal or a window."""
    return _Drawn(component, day, own_target).limit()


class _Drawn:
    """A component on a day, for a payee."""

    def __init__(self, component: Component, day: date, own_target: int | None) -> None:
        self.component, self.day, self.own_target = component, day, own_target

    def curve(self) -> Curve:
        """All of it."""
        part = self.component
        by_rate = not part.points and not part.row_ways & {"share", "lump"}
        by_rate &= part.matrix is None or not part.matrix.pays
        segments = _points(part, self._values()) if part.points else self._segments()
        limit = self.limit() if part.cap_on_curve else None
        return Curve(tuple(segments), limit, self._rounded_rate(), by_rate)

    def _segments(self) -> Iterator[Segment]:
        part = self.component
        if part.rate is not None:
            return iter([Segment(self._in_force(part.rate))])
        if part.matrix is not None and not part.matrix.factors:
            return iter(segments_of(part.matrix, self.target() if part.matrix.in_percent else ZERO))
        if part.rates or part.rate_by is not None:
            return iter([Segment(ONE)])
        if part.pays is not None:
            return iter([Segment(self._each(part.pays))])
        if part.times is not None:
            return iter([Segment(ZERO, lift=self._in_force(part.times) * self.target())])
        if part.row_ways & {"share", "lump"}:
            return _rows(part, self._values())
        return _tiers(part, [self._rate(bracket) for bracket in part.brackets])

    def _rate(self, bracket: Bracket) -> Rate:
        if bracket.rate is not None:
            return self._in_force(bracket.rate), ZERO
        if bracket.times is not None:
            return ZERO, self._in_force(bracket.times) * self.target()
        return self._each(bracket.pays), ZERO

    def _values(self) -> list[Fraction]:
        """What each row pays in all, in micro-units."""
        return [self._value(row) for row in self.component.rows]

    def _value(self, row: Bracket | Point) -> Fraction:
        if isinstance(row, Bracket) and row.lump is not None:
            return self._in_force(row.lump)
        value = self._in_force(row.pays)
        return value * self.target() if row.way == "share" else value

    def _each(self, pays: Dated[Any] | None) -> Fraction:
        """An amount for each unit, or for each `per`, as pay for a micro-unit."""
        return self._in_force(pays) / (self.component.per or MICROS)

    def target(self) -> Fraction:
        """The component's part of the target."""
        weight = self.component.weight
        own = PER_CENT if self.own_target is None else Fraction(self.own_target)
        return (own if self.component.own_targets or self._to_date else self._in_force(self.component.target)) * (
            ONE if weight is None else self._in_force(weight)
        )

    @property
    def _to_date(self) -> bool:
        """Whether the target is that of several windows together."""
        return self.component.to_date is not None and self.own_target is not None

    def limit(self) -> Limit | None:
        """The cap, and what is paid above it."""
        cap = self.component.cap
        if cap is None:
            return None
        height = self._in_force(cap.of_target) * self.target() if cap.of_target else self._in_force(cap.amount)
        return Limit(height, self._in_force(cap.then_pays) if cap.then_pays else ZERO)

    def _rounded_rate(self) -> RoundedRate | None:
        decimals = self.component.rate_decimals
        return None if decimals is None else RoundedRate(self.target(), Fraction(1, 100 * 10**decimals))

    def _in_force(self, leaf: Dated[Any] | None) -> Fraction:
        value = leaf.at(self.day) if leaf is not None else None
        if value is None:
            msg = f"component {self.component.id} has no rate on {self.day}"
            raise ValueError(msg)
        return Fraction(value)


def _tiers(component: Component, rates: Sequence[Rate]) -> Iterator[Segment]:
    """The rate of a bracket pays for everything above the start of its anchor, which is a bracket at or below it.

    Below the anchor everything is paid as marginal tiers would.
    """
    starts = [_place(bracket) for bracket in component.brackets]
    marginal = _marginal(starts, rates)
    for place, (rate, start) in enumerate(zip(rates, starts, strict=True)):
        anchor = {"whole": 0, "overage_cliff": min(place, 1), "previous_cliff": max(place - 1, 0)}
        below = anchor.get(component.tiers or "marginal", place)
        at = _turned(marginal[below], rates[below], rate, starts[below])
        yield _segment(component, start, rate, at)


def _marginal(starts: Sequence[Place], rates: Sequence[Rate]) -> list[Place]:
    """The intercepts of marginal tiers: a segment starts at the value where the one before it ends."""
    ats = [(ZERO, ZERO)]
    for place, (before, rate) in enumerate(pairwise(rates), start=1):
        ats.append(_turned(ats[-1], before, rate, starts[place]))
    return ats


def _turned(at: Place, before: Rate, rate: Rate, where: Place) -> Place:
    """The intercept of a line that leaves another at a point, with another rate."""
    (slope, lift), (share, micros) = (before[0] - rate[0], before[1] - rate[1]), where
    return at[0] + slope * share, at[1] + slope * micros + lift * share


def _rows(component: Component, values: Sequence[Fraction]) -> Iterator[Segment]:
    """Each row pays its value for the whole of it. Nothing achieved pays nothing, whatever the first row says."""
    yield Segment(ZERO)
    for bracket, value in zip(component.brackets, values, strict=True):
        share, micros = _place(bracket)
        at_zero = not share and not micros
        if value or not at_zero:
            is_open = component.at_zero != "first_row" if at_zero else component.boundary == "upper"
            yield Segment(ZERO, share, micros, at_micros=value, open=is_open)


def _points(component: Component, values: Sequence[Fraction]) -> Iterator[Segment]:
    """Straight lines between points, and what the component says of both ends."""
    places = [_place(point) for point in component.points]
    lines = [_through(*pair) for pair in pairwise(zip(places, values, strict=True))]
    yield Segment(ZERO)
    yield from _below(component, places[0], values[0], lines[0])
    for place, line in zip(places, lines, strict=False):
        at_zero = not any(place) and component.at_zero != "first_row"
        is_open = at_zero or (component.boundary == "upper" and place == places[0])
        yield Segment(line.slope, *place, at_micros=line.at_micros, lift=line.lift, open=is_open)
    if component.beyond == "flat":
        yield Segment(ZERO, *places[-1], at_micros=values[-1])


def _below(component: Component, first: Place, value: Fraction, line: Segment) -> Iterator[Segment]:
    """What is paid below the first point, if anything."""
    if component.below in (None, "none") or not any(first):
        return
    if component.below == "flat":
        yield Segment(ZERO, at_micros=value, open=True)
        return
    steep = line.lift or line.slope
    zero = max(-line.at_micros / steep, ZERO) if steep > 0 else ZERO
    start = (zero, ZERO) if line.lift else (ZERO, zero)
    yield Segment(line.slope, *start, at_micros=line.at_micros, lift=line.lift, open=True)


def _through(one: tuple[Place, Fraction], other: tuple[Place, Fraction]) -> Segment:
    """The line through two points."""
    ((share, micros), value), ((next_share, next_micros), next_value) = one, other
    rise = next_value - value
    if next_share:
        lift = rise / (next_share - share)
        return Segment(ZERO, at_micros=value - lift * share, lift=lift)
    slope = rise / (next_micros - micros)
    return Segment(slope, at_micros=value - slope * micros)


def _segment(component: Component, start: Place, rate: Rate, at: Place) -> Segment:
    is_open = component.boundary == "upper" and any(start)
    return Segment(rate[0], *start, *at, lift=rate[1], open=is_open)


def _place(row: Row) -> Place:
    return row.from_share or ZERO, Fraction(row.from_micros or 0)
