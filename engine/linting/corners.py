"""Where a component's pay turns: the kinks of its curve, its cap, and the thresholds of its gates and multipliers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from engine.documents.plans.component import Component
from engine.linting.world import NOTIONAL, World
from engine.payees.curves.curve import inverse, pieces


def corners(world: World, part: Component) -> dict[str, list[int]]:
    """By measure, the achievements at which the component's pay turns, in micro-units; its own measure comes first."""
    found: dict[str, set[int]] = defaultdict(set)
    found[part.measure] = set(_own(world, part))
    for measure, _, gauge, quota in world.gauges(part):
        for _, threshold in gauge.thresholds():
            at: Fraction | int | None = threshold * quota if isinstance(threshold, Fraction) else threshold
            if gauge.payout_of is not None:
                read = next(each for each in world.plan.components if each.id == gauge.payout_of)
                curve, of = world.curve(read)
                at = inverse(curve, threshold, of)
            if at:
                found[measure].add(int(at))
    return {name: sorted(places) for name, places in found.items()}


def _own(world: World, part: Component) -> Iterator[int]:
    """The kinks of the curve, and where it reaches what is paid at most or at least for a deal or by the plan."""
    curve, quota = world.curve(part)
    yield from (int(piece.start) for piece in pieces(curve, quota) if piece.start > 0)
    for pay in _limits(world, part):
        reached = inverse(curve, pay, quota)
        if reached:
            yield int(reached)


def _limits(world: World, part: Component) -> Iterator[int]:
    """What a cap that is not on the curve, a floor or a cap of the plan pays at most or at least."""
    day = world.days(part).first
    amounts = [] if part.cap is None or part.cap_on_curve else [part.cap.amount]
    amounts += [] if part.floor is None else [part.floor.amount]
    yield from (pay for pay in (amount.at(day) for amount in amounts if amount is not None) if pay is not None)
    for cap in (cap for cap in world.plan.caps if cap.covers(part.id)):
        yield cap.amount if cap.amount is not None else world.promised(cap)


def stations(world: World, measure: str, places: list[int]) -> list[int]:
    """Achievements to try: just below, at and just above every corner, half a quota, and twice the last corner."""
    step = world.step(measure)
    usual = NOTIONAL[world.measure(measure).unit]
    found = {usual // 2, 2 * max([usual, *places])}
    for place in places:
        at = -(-place // step) * step
        found |= {at - step, at, at + step}
    return sorted({-(-each // step) * step for each in found if each > 0})
