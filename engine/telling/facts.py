"""The facts of a line: enough to compute its amount again, without the books (habit 9).

Amounts are micro-units; what may be no whole number of them (a slice, its product, a rate) is an exact fraction as
text, such as `3/20`, so that facts can be stored and printed as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from engine.documents.curves.gauge import Multiplier
from engine.documents.measures.measure import ROLL_UPS, Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.money import round_ratio
from engine.payees.curves import deal_cap, window_cap
from engine.payees.curves.curve import Curve, Limit, Step, scaled, value_at, walk
from engine.payees.curves.factors import factor_of, found_by
from engine.payees.curves.shape import limit_of, target_of, uncapped
from engine.payees.curves.unpaid import WITHOUT_QUOTA
from engine.payees.measures.measure import measured_column
from engine.payees.paying.alternatives import BEATEN_BY
from engine.telling.settled import SETTLED, settled_again, settled_facts

OF_THE_LINE = (
    *("deal_id", "part", "window", "base_micros", "before_micros", "after_micros", "quota_micros", "fx_num", "fx_den"),
    *("limit_micros", "amount_micros", "currency"),
)

APART = {"house", BEATEN_BY, WITHOUT_QUOTA}
"""What names the findings that are none of a gauge or table."""


def facts(line: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """What the line (a row of `Lines`) was computed from; `recomputed` makes the amount from it.

    `slices` are the parts of the way from `before` to `after`: their amounts add up to the exact change of F.
    `earned_before` is F(before); the amount is the difference of the two totals, each rounded to `unit` by `rounding`.
    """
    if line["kind"] in SETTLED:
        return settled_facts(line, plan)
    component = component_of(line, plan)
    measure = plan.measures[component.measure]
    day, own_target, quota = line["rated_on"], line["target_micros"], line["quota_micros"] or 0
    factor = factor_of(line["factors"])
    curve, target = scaled(uncapped(component, day, own_target), factor), target_of(component, day, own_target)
    limit = limit_of(component, day, own_target)
    way = walk(curve, line["before_micros"], line["after_micros"], quota)
    return {
        "plan": plan.plan,
        "plan_version": plan.version,
        "document": plan.document,
        "component": component.id,
        "title": component.title or component.id,
        "measured": measured_column(measure),
        "measured_in": measure.unit,
        "imported": measure.imported,
        "retention": _retention(measure),
        "cohort": json.loads(line["cohort"]) if line["cohort"] is not None else None,
        "hundred": _hundred(measure, line),
        "per": component.per if component.only_full else None,
        "factor": str(factor),
        "factors": found_by(line["factors"]),
        "multiplied": [str(one) for one in multiplying(line["factors"], component) if one != 1],
        "earned_by": earners_of(measure, plan),
        "rated_on": line["rated_on"].isoformat(),
        **{name: line[name] for name in OF_THE_LINE},
        "earned_before": str(value_at(curve, line["before_micros"], quota)),
        "slices": [_slice(step, curve, component, quota, target) for step in way],
        "target": str(target) if target is not None else None,
        "cap": str(limit.micros) if limit is not None else None,
        "cap_per": component.cap.per if component.cap is not None else None,
        "beyond_limit": str(limit.then) if limit is not None else None,
        "by_rate": curve.by_rate,
        "unit": plan.unit_micros,
        "rounding": plan.rounding,
    }


def _retention(measure: Measure) -> dict[str, str] | None:
    """Which rate of which customers, where the measure is one."""
    of = measure.retention
    if of is None:
        return None
    goal = {"goal": str(of.goal)} if of.goal is not None else {}
    return {"kind": of.kind, "cohort": of.cohort, "transferred": of.transferred, **goal}


def earners_of(measure: Measure, plan: Plan) -> list[str]:
    """What the components are called that earned; those of people below, of whatever plan, by their ids."""
    own = {} if set(measure.credits) & set(ROLL_UPS) else {part.id: part.title for part in plan.components}
    return [own.get(name) or name for name in measure.of]


def _hundred(measure: Measure, line: Mapping[str, Any]) -> int:
    """What 100 % of a measured percentage is."""
    return int(line["quota_micros"]) if measure.divides_whole else MICROS


def component_of(line: Mapping[str, Any], plan: Plan) -> Component:
    """The component that a line is of."""
    return next(part for part in plan.components if part.id == line["component"])


def multiplying(factors: str | None, component: Component) -> list[Fraction]:
    """Which of a line's factors multiply what its rates pay, and are no gate and no rate themselves."""
    found = [one for one in found_by(factors) if not one.keys() & APART]
    gauges = component.gauges()
    single = len(gauges) - (2 if component.matrix is not None else 0)
    places = [nth for nth, gauge in enumerate(gauges[:single]) if isinstance(gauge, Multiplier)]
    if component.matrix is not None and component.matrix.factors:
        places.append(len(gauges) - 1)
    if component.by_deal:
        places.append(len(gauges) + bool(component.rates))
    if component.split_of == "money":
        places.append(len(found) - 1)
    return [Fraction(found[place]["factor"]) for place in places]


def recomputed(known: Mapping[str, Any]) -> int:
    """The amount of a line from its facts alone."""
    if known.get("kind") in SETTLED:
        return settled_again(known)
    pay, room = on_the_curve(known), known["limit_micros"]
    if room is None:
        return pay
    then, rounded = Fraction(known["beyond_limit"]), (known["unit"], known["rounding"])
    if known["cap_per"] == "window":
        return window_cap.within(pay, room, then, *rounded)
    return deal_cap.within(pay, room, Limit(Fraction(room), then), *rounded)


def on_the_curve(known: Mapping[str, Any]) -> int:
    """What the curve alone pays for a line, before its cap."""
    before = Fraction(known["earned_before"])
    after = before + sum(Fraction(part["amount"]) for part in known["slices"])
    first, last = (
        round_ratio(end.numerator, end.denominator, known["unit"], known["rounding"]) for end in (before, after)
    )
    return last - first


def _slice(step: Step, curve: Curve, component: Component, quota: int, target: Fraction | None) -> dict[str, Any]:
    """One part of the way: a `slice` inside a bracket, or what reaching one changes.

    `bracket` says where the bracket begins, as it is written: a share of quota or micro-units; null without brackets.
    `times` is the multiple of the exact target rate, for a slice that pays by one.
    """
    segment = curve.segments[step.segment]
    of_quota = component.rows[0].from_share is not None if component.rows else None
    bracket = {None: None, True: {"share": str(segment.from_share)}, False: {"micros": int(segment.from_micros)}}
    by_target = component.over_quota and component.rate_decimals is None and step.kind == "slice"
    times = segment.lift / target if target and by_target else None
    return {
        "kind": step.kind,
        "bracket": bracket[of_quota],
        "starts_at": str(segment.start(quota)),
        "base": str(step.base),
        "rate": str(step.slope),
        "amount": str(step.amount),
        **({"times": str(times)} if times is not None else {}),
    }
