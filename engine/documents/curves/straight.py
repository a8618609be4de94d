"""Straight lines between points, and what becomes of what lies outside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeVar

from engine.documents.problems import Loc, Problem

Ends = Literal["none", "flat", "continue"]
"""Outside the points: nothing, as much as at the nearest, or the last line goes on (never below zero)."""
Place = tuple[Fraction, Fraction]
"""Where a point is, and what is found there."""
N = TypeVar("N", Fraction, int, Fraction | int)


def along(places: Sequence[Place], below: Ends, beyond: Ends, at: Fraction) -> Fraction:
    """What is found at a place on the lines through two points or more, in climbing order."""
    if at < places[0][0]:
        return _outside(below, (places[0], places[1]), at)
    if at > places[-1][0]:
        return _outside(beyond, (places[-1], places[-2]), at)
    return _on(next(line for line in pairwise(places) if at <= line[1][0]), at)


def point_problems(starts: Sequence[N], loc: Loc = ("points",)) -> Iterator[Problem]:
    """A line needs two points, and they climb."""
    if len(starts) == 1:
        yield Problem(loc, "one point makes no line.", "Write at least two points.")
    for position, (lower, upper) in enumerate(pairwise(starts), start=1):
        if upper <= lower:
            message = "does not lie above the point before it."
            yield Problem((*loc, position, "at"), message, "Write points in climbing order, each once.")


def _outside(end: Ends, line: tuple[Place, Place], at: Fraction) -> Fraction:
    """What is found beyond the first of the two points."""
    if end == "continue":
        return max(_on(line, at), Fraction(0))
    return line[0][1] if end == "flat" else Fraction(0)


def _on(line: tuple[Place, Place], at: Fraction) -> Fraction:
    """What is found on the line through both points."""
    (first, found), (other, other_found) = line
    return found + (other_found - found) * (at - first) / (other - first)
