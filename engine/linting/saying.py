"""Sentences about amounts, for people who sell and for those who pay them."""

from __future__ import annotations

from fractions import Fraction

from engine.linting.world import World
from engine.model import MICROS
from engine.telling.wording import money, percent, pieces


def worth(world: World, measure: str, micros: int) -> str:
    """An achievement in the unit of its measure."""
    unit = world.measure(measure).unit
    if unit == "amount":
        return money(micros, world.plan.currency)
    return percent(Fraction(micros, MICROS)) if unit == "percent" else f"{pieces(micros)} of {measure}"


def pay(world: World, micros: int) -> str:
    """An amount of the plan's currency."""
    return money(micros, world.plan.currency)
