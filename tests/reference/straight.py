"""Straight lines through points, and what is found beside them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def through(xs: Sequence[Fraction], ys: Sequence[Fraction], x: Fraction, *, below: str, beyond: str) -> Fraction:
    """What is found at x on the lines through the points."""
    if x < xs[0]:
        return _end(below, ys[0], _line(xs, ys, 0, x))
    if x > xs[-1]:
        return _end(beyond, ys[-1], _line(xs, ys, len(xs) - 2, x))
    return _line(xs, ys, max(place for place in range(len(xs) - 1) if xs[place] <= x), x)


def _line(xs: Sequence[Fraction], ys: Sequence[Fraction], place: int, x: Fraction) -> Fraction:
    """On the line through a point and the next."""
    return ys[place] + (x - xs[place]) * (ys[place + 1] - ys[place]) / (xs[place + 1] - xs[place])


def _end(how: str, last: Fraction, further: Fraction) -> Fraction:
    """Beside the points: nothing, what the nearest says, or the line as it goes on, never below zero."""
    return {"none": Fraction(0), "flat": last, "continue": max(further, Fraction(0))}[how]
