"""From base to payout: which part of what lines pay is the base rate, and what tiers, multipliers and caps made of it.

Every line is taken apart on the payout curve that paid it. Sums are exact and rounded as they run, so that the steps of
a statement add up to its lines, cent for cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.curve import Curve, pieces, scaled, value_at
from engine.payees.curves.factors import factor_of, found_by
from engine.payees.curves.shape import curve_of
from engine.telling.settled import SETTLED

Parts = dict[str, Fraction]
"""By step, what it adds, in micro-units."""

FIRST = ("commission", "spiff", "bonus", "manager_override")
"""Kinds of lines that are paid by a curve: their base."""
ON_TOP = ("tiers", "multipliers", "caps")
ROUNDINGS = 2
"""Of a line, on the curve and when money is split: a difference of less than so many units is no cap's doing."""
STEPS = (*FIRST, *ON_TOP, "floor", "pool", "clawback", "draw_advance", "draw_recovery", "adjustment")
"""Every step in the order in which it is shown; a kind of line that is not named comes last."""


def steps_of(lines: Iterable[Mapping[str, Any]], plans: Mapping[str, Plan], currency: str) -> list[tuple[str, int]]:
    """The steps (name, micro-units) of lines (rows of `Lines`) in one currency; they add up to the lines exactly.

    `plans` are known by their content hash. A line whose plan is not at hand is base as a whole.
    """
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for line in lines:
        for step, part in parts_of(line, plans.get(line["plan_version"])).items():
            sums[step] += part
    return _rounded(sorted(sums.items(), key=lambda item: _place(item[0])), minor_unit_micros(currency))


def parts_of(line: Mapping[str, Any], plan: Plan | None) -> Parts:
    """What a line is made of; the parts add up to its amount."""
    kind, amount = line["kind"], Fraction(line["amount_micros"])
    if kind in SETTLED or plan is None or kind not in FIRST:
        return {"caps" if kind == "cap" else kind: amount}
    component = next(part for part in plan.components if part.id == line["component"])
    curve = curve_of(component, line["rated_on"], line["target_micros"])
    by_rate, factor = _rate_factor(line["factors"], component), factor_of(line["factors"])
    tiers = _moved(replace(scaled(curve, by_rate), limit=None), line)
    multiplied = _moved(replace(scaled(curve, factor), limit=None), line)
    base = _base(scaled(curve, by_rate), line)
    first = tiers if base is None else base
    rest = amount - multiplied
    rounded = rest if abs(rest) < ROUNDINGS * plan.unit_micros else Fraction(0)
    moved = {"tiers": tiers - first, "multipliers": multiplied - tiers, "caps": rest - rounded}
    return {kind: first + rounded, **moved}


def _base(curve: Curve, line: Mapping[str, Any]) -> Fraction | None:
    """What the first rate that pays anything would pay for all of it; None where the curve pays by no rate."""
    slopes = (piece.slope for piece in pieces(replace(curve, limit=None), line["quota_micros"] or 0))
    rate = next((slope for slope in slopes if slope > 0), None)
    return None if rate is None else rate * (line["after_micros"] - line["before_micros"])


def _moved(curve: Curve, line: Mapping[str, Any]) -> Fraction:
    quota = line["quota_micros"] or 0
    return value_at(curve, line["after_micros"], quota) - value_at(curve, line["before_micros"], quota)


def _rate_factor(factors: str | None, component: Component) -> Fraction:
    """The product of the factors that are the rate itself: cells, cases and ratios that say how much is paid.

    They come after gates and multipliers, in the order matrix, cases, factors of cases, ratio, split.
    """
    found = [one for one in found_by(factors) if "house" not in one]
    rated = found[len(component.gauges()) - (2 if component.matrix is not None else 0) :]
    if component.by_deal:
        del rated[(2 if component.matrix is not None else 0) + bool(component.rates)]
    return prod((Fraction(one["factor"]) for one in rated), start=Fraction(1))


def _rounded(steps: list[tuple[str, Fraction]], unit: int) -> list[tuple[str, int]]:
    """The steps in whole minor units, by what the running total gains; the last one ends exactly."""
    shown: list[tuple[str, int]] = []
    exact, before = Fraction(0), 0
    for name, part in steps:
        exact += part
        after = round_ratio(exact.numerator, exact.denominator, unit, "half_up")
        shown.append((name, after - before))
        before = after
    rest = int(exact) - before
    if shown and rest:
        shown[-1] = (shown[-1][0], shown[-1][1] + rest)
    return [(name, micros) for name, micros in shown if micros]


def _place(step: str) -> int:
    return STEPS.index(step) if step in STEPS else len(STEPS)
