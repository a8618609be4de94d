"""The payout curve F: what a component pays in all for what was achieved so far, exactly.

Achievement is in micro-units of the measure, pay in micro-units of the plan's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.documents.curves.bracket import Bracket, Point
from engine.documents.curves.cases import RateCase
from engine.documents.plans.component import Component
from tests.reference.money import WHOLE, rounded


class MissingQuotaError(Exception):
    """A quota or target that the pay depends on is not there, or not above zero: the lines are held."""


@dataclass(frozen=True)
class Terms:
    """What a curve refers to: the day of its rates, and quota and target of the window."""

    day: date
    quota: Fraction | None
    own_target: Fraction | None
    case: RateCase | None = None
    """Of rates by what the deal is: that of this one."""
    rate: Fraction | None = None
    """Of a rate that follows the deal: that of this one."""
    cell: Fraction | None = None
    """Of a matrix of amounts or rates: what it says."""
    summed_target: Fraction | None = None
    """Of windows to date: what 100 % pays for all of them."""

    def needed_quota(self) -> Fraction:
        """The quota, where the pay depends on it."""
        if self.quota is None or self.quota <= 0:
            raise MissingQuotaError
        return self.quota

    def value(self, dated: Any) -> Any:
        """A dated value on the day."""
        return dated.at(self.day)

    def target(self, component: Component) -> Fraction:
        """What 100 % pays."""
        whole = self.own_target if component.own_targets is not None else self.value(component.target)
        whole = self.summed_target if component.to_date is not None else whole
        if whole is None:
            raise MissingQuotaError
        return whole * (self.value(component.weight) if component.weight is not None else Fraction(1))


def payout(component: Component, achieved: Fraction | int, terms: Terms) -> Fraction:
    """F of the component, before factors and caps. Nothing achieved pays nothing, whatever the first row says.

    But a result of exactly 0 pays it, where the component says so.
    """
    if component.only_full:
        achieved = _full(achieved, component.per or WHOLE)
    pays_for_whole_rows = bool(component.row_ways & {"share", "lump"})
    if pays_for_whole_rows and (achieved < 0 or (achieved == 0 and component.at_zero != "first_row")):
        return Fraction(0)
    if component.points:
        return _through_points(component, achieved, terms)
    if component.brackets:
        return _by_brackets(component, achieved, terms)
    if terms.cell is not None:
        return _of_matrix(component, achieved, terms, terms.cell)
    return achieved * _flat(component, terms)


def depends_on_quota(component: Component) -> bool:
    """Whether a quota is used, and not only shown: by a target rate, rows that begin above 0 %, or steps of it."""
    of_steps = component.rounded_attainment is not None and component.quota is not None
    return of_steps or component.over_quota or any(row.from_share for row in component.rows)


def _full(achieved: int, per: int) -> int:
    """What of it is full, above zero or below it."""
    return abs(achieved) // per * per * (1 if achieved > 0 else -1)


def _flat(component: Component, terms: Terms) -> Fraction:
    """Pay for a micro-unit of the measure, whatever was achieved before."""
    if terms.rate is not None:
        return terms.rate
    if terms.case is not None:
        value = terms.value(terms.case.value)
        return Fraction(value) if terms.case.in_percent else _each(component, value)
    if component.rate is not None:
        return Fraction(terms.value(component.rate))
    if component.times is not None:
        return Fraction(terms.value(component.times) * target_rate(component, terms))
    return _each(component, terms.value(component.pays))


def _of_matrix(component: Component, achieved: Fraction | int, terms: Terms, cell: Fraction) -> Fraction:
    """A share of what was achieved; or an amount or a part of the target, once anything was."""
    assert component.matrix is not None
    if component.matrix.rates:
        return achieved * cell
    if achieved <= 0:
        return Fraction(0)
    return cell * terms.target(component) if component.matrix.in_percent else cell


def target_rate(component: Component, terms: Terms) -> Fraction:
    """Target over quota; rounded in per cent where the component says to how many decimals."""
    rate = terms.target(component) / terms.needed_quota()
    if component.rate_decimals is None:
        return rate
    steps = 100 * 10**component.rate_decimals
    return Fraction(rounded(rate * steps), steps)


def _each(component: Component, amount: int) -> Fraction:
    """Pay for a micro-unit of the measure, from an amount for each unit, or for each `per` of it."""
    return Fraction(amount, component.per or WHOLE)


def _starts(rows: Sequence[Bracket | Point], terms: Terms) -> list[Fraction]:
    """Where rows begin, in micro-units of the measure."""
    return [_start(row, terms) for row in rows]


def _start(row: Bracket | Point, terms: Terms) -> Fraction:
    if row.from_share is None:
        return Fraction(row.from_micros or 0)
    return row.from_share * terms.needed_quota() if row.from_share else Fraction(0)


def _reached(achieved: Fraction | int, starts: Sequence[Fraction], boundary: str) -> int:
    """The place of the bracket that owns the achievement; the first one owns everything below it."""
    own = [start <= achieved if boundary == "lower" else start < achieved for start in starts]
    return max((place for place, reached in enumerate(own) if reached), default=0)


def _by_brackets(component: Component, achieved: Fraction | int, terms: Terms) -> Fraction:
    starts = _starts(component.brackets, terms)
    place = _reached(achieved, starts, component.boundary)
    row = component.brackets[place]
    if row.way == "lump":
        return Fraction(terms.value(row.lump))
    if row.way == "share":
        return terms.value(row.pays) * terms.target(component)
    rates = [_rate(component, each, terms) for each in component.brackets]
    return _by_tiers(component, achieved, starts, rates, place)


def _rate(component: Component, row: Bracket, terms: Terms) -> Fraction:
    if row.way == "rate":
        return Fraction(terms.value(row.rate))
    if row.way == "times":
        return terms.value(row.times) * target_rate(component, terms)
    return _each(component, terms.value(row.pays))


def _by_tiers(
    component: Component, achieved: Fraction | int, starts: list[Fraction], rates: list[Fraction], place: int
) -> Fraction:
    """Which part of the achievement is paid at which rate; the rate reached is that of `place`."""
    if component.tiers == "whole":
        return achieved * rates[place]
    if component.tiers == "marginal" or place == 0:
        return _slices(achieved, starts, rates)
    since = starts[1] if component.tiers == "overage_cliff" else starts[place - 1]
    return _slices(since, starts, rates) + (achieved - since) * rates[place]


def _slices(achieved: Fraction | int, starts: list[Fraction], rates: list[Fraction]) -> Fraction:
    """Each rate for its own slice; below zero at the first rate."""
    if achieved < 0:
        return achieved * rates[0]
    total = Fraction(0)
    for place, (start, rate) in enumerate(zip(starts, rates, strict=True)):
        end = starts[place + 1] if place + 1 < len(starts) else achieved
        total += max(min(achieved, end) - start, 0) * rate
    return total


def _through_points(component: Component, achieved: Fraction | int, terms: Terms) -> Fraction:
    """Straight lines between points; below and beyond them as the component says."""
    xs = _starts(component.points, terms)
    ys = [_paid_at(component, point, terms) for point in component.points]
    if achieved < xs[0]:
        return _below(component, achieved, xs, ys)
    for (x, y), (next_x, next_y) in pairwise(zip(xs, ys, strict=True)):
        if achieved <= next_x:
            return y + (achieved - x) * (next_y - y) / (next_x - x)
    slope = (ys[-1] - ys[-2]) / (xs[-1] - xs[-2]) if component.beyond == "continue" else 0
    return ys[-1] + (achieved - xs[-1]) * slope


def _below(component: Component, achieved: Fraction | int, xs: list[Fraction], ys: list[Fraction]) -> Fraction:
    if component.below == "flat":
        return ys[0]
    if component.below != "continue":
        return Fraction(0)
    return max(ys[0] + (achieved - xs[0]) * (ys[1] - ys[0]) / (xs[1] - xs[0]), Fraction(0))


def _paid_at(component: Component, point: Point, terms: Terms) -> Fraction:
    paid = terms.value(point.pays)
    return paid * terms.target(component) if point.way == "share" else Fraction(paid)
