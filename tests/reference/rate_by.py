"""Rates that follow a percentage of the deal in straight lines."""

from __future__ import annotations

from fractions import Fraction

from engine.documents.rate_by import RateBy
from tests.reference.entries import Entry
from tests.reference.matching import value_of


def rate_of(by: RateBy, entry: Entry) -> Fraction | None:
    """The exact rate of the entry's deal; None where the deal lacks the percentage."""
    ratio = None if entry.deal is None else value_of(by.deal, entry.deal)
    if ratio is None:
        return None
    xs = [Fraction(point.at) for point in by.points]
    ys = [Fraction(point.rate.at(entry.day) or 0) for point in by.points]
    if ratio < xs[0]:
        return _end(by.below, ys[0], _line(xs, ys, 0, ratio))
    if ratio > xs[-1]:
        return _end(by.beyond, ys[-1], _line(xs, ys, len(xs) - 2, ratio))
    return _line(xs, ys, max(place for place in range(len(xs) - 1) if xs[place] <= ratio), ratio)


def _line(xs: list[Fraction], ys: list[Fraction], place: int, x: Fraction) -> Fraction:
    """On the line through a point and the next."""
    return ys[place] + (x - xs[place]) * (ys[place + 1] - ys[place]) / (xs[place + 1] - xs[place])


def _end(how: str, last: Fraction, further: Fraction) -> Fraction:
    """Beside the points: nothing, the rate of the nearest, or the line as it goes on, never below zero."""
    return {"none": Fraction(0), "flat": last, "continue": max(further, Fraction(0))}[how]
