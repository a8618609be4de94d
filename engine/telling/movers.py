"""Gates and multipliers that move with what a component counts: what more of it makes of them.

A gauge moves where its number grows by as much as the component counts, or is the size of the next deal. What looks at
another measure, at a place among others or at an earlier window stays as it is, however much is achieved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

from engine.documents.curves.gauge import Gate, Gauge, Multiplier, Over
from engine.documents.curves.matrix import Matrix
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan

LENGTHS: tuple[str, ...] = get_args(Over)
"""Windows from the shortest on."""
ONE, ZERO = Fraction(1), Fraction(0)


@dataclass(frozen=True, slots=True)
class Mover:
    """A gauge that moves, with what it found for the last line; one that looks at each deal by itself begins anew."""

    gauge: Gate | Multiplier
    value: int
    quota: int
    of_deal: bool = False

    @property
    def judged(self) -> str:
        """What the number is of that decides: all that the window holds, or what it held with or before the deal."""
        return "deal" if self.of_deal else self.gauge.judged

    def factor(self, more: int) -> Fraction:
        """What it makes of the payout once so much more is achieved; of a gate 0 or 1."""
        began, value = Fraction(self.value), Fraction(self.value + more)
        if isinstance(self.gauge, Gate):
            return ONE if all(_within(name, value, self.place(bound)) for name, bound in _bounds(self.gauge)) else ZERO
        of = self.quota if self.gauge.in_shares else 1
        if self.gauge.judged == "in_parts":
            return self.gauge.mean_factor(began / of, value / of)
        return self.gauge.factor_at(value / of)

    def turns(self) -> Iterator[Fraction]:
        """How much more leads to each threshold ahead."""
        for _, threshold in self.gauge.thresholds():
            yield self.place(threshold) - self.value

    def place(self, threshold: Fraction | int) -> Fraction:
        """Where a threshold lies, in micro-units of the number."""
        return threshold * self.quota if isinstance(threshold, Fraction) else Fraction(threshold)


def movers_of(component: Component, plan: Plan, found: Sequence[Mapping[str, Any]]) -> dict[int, Mover]:
    """Those of a component, by their place among what was found for the last line."""
    axes = len(component.gauges()) - 2
    return {
        place: _mover(gauge, found[place], component, plan)
        for place, gauge in enumerate(component.gauges())
        if found[place]["value"] is not None and _moves(gauge, component, plan) and not _falls(gauge)
        if component.matrix is None or place < axes or _rises(component.matrix, place - axes)
    }


def _mover(gauge: Gate | Multiplier, found: Mapping[str, Any], component: Component, plan: Plan) -> Mover:
    of_deal = _over(gauge, component, plan) == "transaction"
    return Mover(gauge, 0 if of_deal else found["value"], found["quota"] or 1, of_deal)


def _over(gauge: Gauge, component: Component, plan: Plan) -> Over:
    """How long it adds up."""
    if gauge.attainment_of is not None:
        return next(part for part in plan.components if part.id == gauge.attainment_of).accumulates
    return gauge.over or component.accumulates


def _rises(matrix: Matrix, axis: int) -> bool:
    """Whether the cells along an axis never fall where they are interpolated: else nothing is said of it."""
    lists = matrix.cells if axis else list(zip(*matrix.cells, strict=True))
    steps = matrix.columns.starts if axis else matrix.rows.starts
    return bool(steps) or all(lower <= upper for cells in lists for lower, upper in pairwise(cells))


def _moves(gauge: Gauge, component: Component, plan: Plan) -> bool:
    """Whether its number grows by what the component counts."""
    counted = plan.measures[component.measure]
    if gauge.ranked is not None or gauge.ending == "before" or counted.unit == "percent":
        return False
    if counted.of_a_window is not None and counted.across is None:
        return False
    if gauge.attainment_of is not None:
        other = next(part for part in plan.components if part.id == gauge.attainment_of)
        exact = other.rounded_attainment is None and other.carry is None and other.to_date is None
        same = (other.measure, other.accumulates, other.for_each) == (component.measure, component.accumulates, None)
        return exact and same
    over = _over(gauge, component, plan)
    longer = over == "transaction" or LENGTHS.index(over) >= LENGTHS.index(component.accumulates)
    same = gauge.measure == component.measure or (over != "transaction" and _of_all(gauge.measure, counted, plan))
    return same and longer


def _of_all(name: str | None, counted: Measure, plan: Plan) -> bool:
    """Whether a measure adds up the same over people of whom the payee is one."""
    whole = plan.measures[name] if name is not None else None
    if whole is None or whole.across is None:
        return False
    among = not whole.across.plans or plan.plan in whole.across.plans
    return among and whole.model_copy(update={"across": None}) == counted


def _falls(gauge: Gauge) -> bool:
    """Whether a straight line of its factors falls: then less may pay more, and nothing is said of it."""
    points = gauge.points if isinstance(gauge, Multiplier) else ()
    return any(upper.factor < lower.factor for lower, upper in pairwise(points))


def _bounds(gate: Gate) -> Iterator[tuple[str, Fraction | int]]:
    yield from ((str(name), bound) for (name, *_), bound in gate.thresholds())


def _within(name: str, value: Fraction, bound: Fraction) -> bool:
    inside = {"min": value >= bound, "above": value > bound, "max": value <= bound, "below": value < bound}
    return inside[name]
