"""Attainments in steps: the whole attainment of a window is rounded, each time that something is added to it."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from engine.documents.plans.component import Component


def in_steps(component: Component, total: Fraction | int, quota: Fraction | None) -> Fraction | int:
    """What of a total is paid: whole steps of the quota, to the nearest or down; below zero nothing is rounded.

    A step is a whole number of micro-units, on the side of the bracket that owns its point.
    """
    steps = component.rounded_attainment
    if steps is None or total <= 0 or quota is None or quota <= 0:
        return total
    reached, rest = divmod(Fraction(total) / quota / steps.to, 1)
    nearest = reached + 1 if steps.rounding == "half_up" and rest >= Fraction(1, 2) else reached
    place = nearest * steps.to * quota
    return floor(place) if component.boundary == "upper" else ceil(place)
