"""What more achievement takes where attainments are paid in steps (`engine.payees.curves.rounded`).

Places on the curve are whole steps there; a step is paid from half a step before it on, or once it is reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from engine.documents.plans.component import Component
from engine.model import MICROS


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one window's attainment, in micro-units of the measure."""

    width: Fraction
    early: Fraction
    """So much before a step it is paid already."""

    def nearest(self, place: int) -> int:
        """Which step a place on the curve is: steps that are no whole number of micro-units lie beside it."""
        return max(round(place / self.width), 0)

    def first(self, start: Fraction, *, is_open: bool) -> int:
        """The first step in what begins at `start`, or behind it where that is open."""
        return floor(start / self.width) + 1 if is_open else ceil(start / self.width)

    def paid_from(self, step: int) -> Fraction:
        """The least achievement that is paid as the step; below zero nothing is rounded."""
        return max(step * self.width - self.early, Fraction(0))

    def paid_as(self, achieved: Fraction | int) -> Fraction:
        """The place on the curve as which so much is paid; below zero nothing is rounded."""
        return floor((achieved + self.early) / self.width) * self.width if achieved >= 0 else Fraction(achieved)

    def holds(self, place: int, achieved: int) -> bool:
        """Whether so much is paid as a place on the curve."""
        step = self.nearest(place)
        if place < 0 or achieved < 0:
            return place == achieved
        return self.paid_from(step) <= achieved < self.paid_from(step + 1)


def steps_of(component: Component, quota: int) -> Steps | None:
    """The steps of a component for a quota, or of 100 %; None where attainments are paid as they are."""
    rounded = component.rounded_attainment
    if rounded is None:
        return None
    width = rounded.to * (quota or MICROS)
    return Steps(width, width / 2 if rounded.rounding == "half_up" else Fraction(0))


def before_rounding(component: Component, place: int, quota: int, bases: Iterable[int]) -> int | None:
    """What the lines of a window achieved together; None where that is not what is paid as `place`."""
    steps, achieved = steps_of(component, quota), sum(bases)
    return achieved if steps is not None and steps.holds(place, achieved) else None
