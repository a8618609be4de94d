"""Why gates and multipliers left a line at less: how far their numbers are from where they would pay more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from engine.documents.curves.gauge import Gate, Gauge, Multiplier
from engine.documents.curves.matrix import Matrix
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.curve import value_at
from engine.payees.curves.factors import found_by
from engine.payees.curves.matrix import cell_at
from engine.payees.curves.shape import uncapped
from engine.telling.facts import APART, component_of
from engine.telling.gauges_told import subject_of, threshold
from engine.telling.movers import Mover
from engine.telling.wording import money, multiple, number, percent, pieces

Row = Mapping[str, Any]


def held_back(line: Row, plan: Plan) -> str | None:
    """`0.00 USD, not 300.00 USD: sales is 4,000.00 USD short of 80 % as of now.`; None where nothing held it back.

    Of places among others no distance is told: it would say what others came to.
    """
    component = component_of(line, plan)
    found = [one for one in found_by(line["factors"]) if not one.keys() & APART]
    single = len(component.gauges()) - (2 if component.matrix is not None else 0)
    gauges = [(gauge, found[nth]) for nth, gauge in enumerate(component.gauges()[:single])]
    shut = [_gate(gauge, what, plan) for gauge, what in gauges if isinstance(gauge, Gate) and what["factor"] == "0"]
    told = [short for short in shut if short]
    said = [f"{_not_paid(line, component, plan)}: {' and '.join(told)}."] if told else []
    if not shut:
        said += [told for gauge, what in gauges if isinstance(gauge, Multiplier) for told in _factor(gauge, what, plan)]
        said += _cell(component, found, plan)
    return " ".join(said) or None


def _gate(gate: Gate, found: Row, plan: Plan) -> str | None:
    """How far a closed gate is from being open; None where nobody knows, or others decide."""
    if found["value"] is None or gate.ranked is not None:
        return None
    for (name, *_), bound in gate.thresholds():
        place = bound * (found["quota"] or 1) if isinstance(bound, Fraction) else Fraction(bound)
        away = place - found["value"]
        if name in ("min", "above") and (away > 0 or (name == "above" and not away)):
            beyond = "short of" if away else "not beyond"
            gap = f"{_apart(gate, away, found, plan)} " if away else ""
            return f"{subject_of(gate, plan)} is {gap}{beyond} {threshold(gate, bound, plan)} {_when(gate)}"
        if name in ("max", "below") and (away < 0 or (name == "below" and not away)):
            gap = f"{_apart(gate, -away, found, plan)} " if away else ""
            beyond = "above" if away else "not below"
            return f"{subject_of(gate, plan)} is {gap}{beyond} {threshold(gate, bound, plan)} {_when(gate)}"
    return None


def _factor(multiplier: Multiplier, found: Row, plan: Plan) -> Iterator[str]:
    """The nearest bracket, or point, ahead that multiplies by more."""
    if multiplier.ranked is not None or found["value"] is None:
        return
    rows = [(bracket.since, bracket.factor) for bracket in multiplier.brackets]
    for since, factor in rows or [(point.at, point.factor) for point in multiplier.points]:
        place = since * (found["quota"] or 1) if isinstance(since, Fraction) else Fraction(since)
        if place > found["value"] and factor > Fraction(found["factor"]):
            factors = f"Multiplied by {multiple(Fraction(found['factor']))}, not {multiple(factor)}"
            gap = _apart(multiplier, place - found["value"], found, plan)
            short = f"{subject_of(multiplier, plan)} is {gap} short of {threshold(multiplier, since, plan)}"
            yield f"{factors}: {short} {_when(multiplier)}."
            return


def _cell(component: Component, found: Sequence[Row], plan: Plan) -> Iterator[str]:
    """The next row, and the next column, where the cell there is worth more."""
    matrix, seen = component.matrix, found[len(component.gauges()) - 2 : len(component.gauges())]
    if matrix is None or matrix.rows.at or matrix.columns.at or any(one["value"] is None for one in seen):
        return
    axes = [Mover(axis, one["value"], one["quota"] or 1) for axis, one in zip(matrix.axes, seen, strict=True)]
    row, column = (axis.factor(0) for axis in axes)
    for name, axis, one, beyond in zip(
        ("row", "column"), axes, seen, ((row + 1, column), (row, column + 1)), strict=True
    ):
        since = next((at for _, at in axis.gauge.thresholds() if axis.place(at) > axis.value), None)
        if since is None or axis.gauge.ranked is not None:
            continue
        here, there = cell_at(matrix, row, column), cell_at(matrix, *beyond)
        if there > here:
            gap = _apart(axis.gauge, axis.place(since) - axis.value, one, plan)
            start = f"the {name} from {threshold(axis.gauge, since, plan)}"
            short = f"{subject_of(axis.gauge, plan)} is {gap} short of {start} {_when(axis.gauge)}"
            yield f"{_cell_worth(matrix, here, plan)}, not {_cell_worth(matrix, there, plan)}: {short}."


def _cell_worth(matrix: Matrix, cell: Fraction, plan: Plan) -> str:
    """A cell as the matrix writes it."""
    amounts = matrix.pays and not matrix.in_percent
    return money(cell * MICROS, plan.currency) if amounts else percent(cell)


def _when(gauge: Gauge) -> str:
    then = {"window": "as of now", "before_deal": "before this deal"}
    return then.get(gauge.judged, "with this deal")


def _apart(gauge: Gauge, gap: Fraction, found: Row, plan: Plan) -> str:
    """A distance, to what is enough: in the measure's own unit, percentages by points."""
    name = gauge.measure or next((c.measure for c in plan.components if c.id == gauge.attainment_of), None)
    measure = plan.measures[name] if name is not None else None
    if measure is not None and (measure.unit == "percent" or measure.is_share):
        points = gap / (found["quota"] or MICROS) * 10_000
        return f"{number(Fraction(-(-points // 1), 100))} percentage points"
    if measure is None or measure.unit == "amount":
        step = minor_unit_micros(plan.currency)
        return money(-(-gap // step) * step, plan.currency)
    return pieces(gap)


def _not_paid(line: Row, component: Component, plan: Plan) -> str:
    """What is paid, and what would be if no gate were closed."""
    curve, quota = uncapped(component, line["rated_on"], line["target_micros"]), line["quota_micros"] or 0
    kept = (Fraction(one["factor"]) for one in found_by(line["factors"]) if one["factor"] != "0")
    way = value_at(curve, line["after_micros"], quota) - value_at(curve, line["before_micros"], quota)
    pay = way * prod(kept, start=Fraction(1))
    open_ = round_ratio(pay.numerator, pay.denominator, plan.unit_micros, plan.rounding)
    return f"{money(0, plan.currency)}, not {money(open_, plan.currency)}" if open_ else "Its gate is closed"
