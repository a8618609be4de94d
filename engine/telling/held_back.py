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
from engine.telling.gauges_told import bounds, subject_of, threshold
from engine.telling.movers import Mover
from engine.telling.wording import money, multiple, number, percent, pieces

Row = Mapping[str, Any]


def held_back(line: Row, plan: Plan, *, onwards: bool = False) -> str | None:
    """`0.00 USD, not 300.00 USD: sales is 4,000.00 USD short of 80 % as of now.`; None where nothing held it back.

    Of places among others no distance is told: it would say what others came to. `onwards`: only what goes on behind
    the line, and not what was of its deal alone.
    """
    component = component_of(line, plan)
    found = [one for one in found_by(line["factors"]) if not one.keys() & APART]
    seen = [_with_quota(*each, line, component) for each in zip(component.gauges(), found, strict=False)]
    first, last = len(component.needed), len(component.needed) + len(component.enough)
    if onwards and any(gauge.over == "transaction" or gauge.judged == "before_deal" for gauge, _ in seen):
        return None
    shut = [(gauge, what) for gauge, what in seen[:last] if what["factor"] == "0" and isinstance(gauge, Gate)]
    told = [short for gauge, what in shut if (short := _gate(gauge, what, plan))]
    if shut:
        either = len(shut) > 1 and not any(what["factor"] == "0" for _, what in seen[:first])
        return f"{_not_paid(line, component, plan)}{(' or ' if either else ' and ').join(told)}." if told else None
    single = len(component.gauges()) - (2 if component.matrix is not None else 0)
    said = [each for gauge, what in seen[last:single] for each in _factor(gauge, what, plan)]
    said += _cells(seen[single:], component, plan) if component.matrix is not None else []
    return " ".join(said) or None


def _with_quota(gauge: Gate | Multiplier, found: Row, line: Row, component: Component) -> tuple[Gate | Multiplier, Row]:
    """What it found, with the quota of its own component where nothing had counted before the deal."""
    is_own = gauge.attainment_of == component.id or (gauge.measure, gauge.quota) == (component.measure, component.quota)
    own = line["quota_micros"] if is_own and gauge.looks_back is None and gauge.over is None else None
    return gauge, {**found, "quota": own if found["quota"] is None else found["quota"]}


def _is_unknown(gauge: Gauge, found: Row) -> bool:
    """Whether nothing counted yet, so that nobody looked up of what it is a part."""
    return found["quota"] is None and (gauge.attainment_of is not None or gauge.quota is not None)


def _gate(gate: Gate, found: Row, plan: Plan) -> str | None:
    """How far a closed gate is from being open; None where nobody knows, or others decide."""
    if found["value"] is None or gate.ranked is not None:
        return None
    if _is_unknown(gate, found):
        return f"nothing counts for {subject_of(gate, plan)} yet, and {bounds(gate, plan)} is needed"
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


def _factor(multiplier: Gate | Multiplier, found: Row, plan: Plan) -> Iterator[str]:
    """The nearest bracket or point ahead that multiplies by more."""
    if isinstance(multiplier, Gate) or multiplier.ranked is not None or found["value"] is None:
        return
    steps = [(bracket.since, bracket.factor) for bracket in multiplier.brackets]
    steps += [(point.at, point.factor) for point in multiplier.points]
    for since, factor in steps:
        if factor > Fraction(found["factor"]) and (short := _short(multiplier, since, found, plan)):
            factors = f"Multiplied by {multiple(Fraction(found['factor']))}, not {multiple(factor)}"
            yield f"{factors}: {short.format(threshold(multiplier, since, plan))}."
            return


def _cells(seen: Sequence[tuple[Gate | Multiplier, Row]], component: Component, plan: Plan) -> Iterator[str]:
    """The nearest row and column ahead in which the matrix pays more."""
    matrix = component.matrix
    if matrix is None or any(what["value"] is None or _is_unknown(gauge, what) for gauge, what in seen):
        return
    here = [Mover(gauge, what["value"], what["quota"] or 1).factor(0) for gauge, what in seen]
    now = cell_at(matrix, *here)
    for nth, (name, axis) in enumerate((("row", matrix.rows), ("column", matrix.columns))):
        for place, since in enumerate(axis.lines, start=1):
            there = cell_at(matrix, *(Fraction(place) if nth == at else each for at, each in enumerate(here)))
            short = _short(seen[nth][0], since, seen[nth][1], plan) if axis.ranked is None and there > now else None
            if short is not None:
                told = short.format(f"the {name} {'from' if axis.starts else 'at'} {threshold(axis, since, plan)}")
                yield f"{_instead(now, there, matrix, plan)}: {told}."
                break


def _instead(now: Fraction, there: Fraction, matrix: Matrix, plan: Plan) -> str:
    """What a cell is worth, and what another would be."""
    if matrix.pays and not matrix.in_percent:
        return f"{money(now * MICROS, plan.currency)}, not {money(there * MICROS, plan.currency)}"
    if matrix.factors:
        return f"Multiplied by {multiple(now)}, not {multiple(there)}"
    return f"{percent(now)}, not {percent(there)}{' of the target' if matrix.pays else ''}"


def _short(gauge: Gauge, since: Fraction | int, found: Row, plan: Plan) -> str | None:
    """`sales is 4,000.00 USD short of {} as of now`; None where it is reached."""
    if _is_unknown(gauge, found):
        return f"nothing counts for {subject_of(gauge, plan)} yet, and {{}} is needed" if since else None
    away = (since * (found["quota"] or 1) if isinstance(since, Fraction) else Fraction(since)) - found["value"]
    if away <= 0:
        return None
    return f"{subject_of(gauge, plan)} is {_apart(gauge, away, found, plan)} short of {{}} {_when(gauge)}"


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
    """What is paid, and what would be if no gate were closed; where that is nothing too, that the gate is closed."""
    curve, quota = uncapped(component, line["rated_on"], line["target_micros"]), line["quota_micros"] or 0
    kept = (Fraction(one["factor"]) for one in found_by(line["factors"]) if one["factor"] != "0")
    way = value_at(curve, line["after_micros"], quota) - value_at(curve, line["before_micros"], quota)
    pay = way * prod(kept, start=Fraction(1))
    open_ = round_ratio(pay.numerator, pay.denominator, plan.unit_micros, plan.rounding)
    return f"{money(0, plan.currency)}, not {money(open_, plan.currency)}: " if open_ else "Its gate is closed: "
