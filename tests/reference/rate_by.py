"""Rates that follow a percentage of the deal in straight lines."""

from __future__ import annotations

from fractions import Fraction

from engine.documents.curves.rate_by import RateBy
from tests.reference.entries import Entry
from tests.reference.matching import value_of
from tests.reference.straight import through


def rate_of(by: RateBy, entry: Entry) -> Fraction | None:
    """The exact rate of the entry's deal; None where the deal lacks the percentage."""
    ratio = None if entry.deal is None else value_of(by.deal, entry.deal)
    if ratio is None:
        return None
    xs = [Fraction(point.at) for point in by.points]
    ys = [Fraction(point.rate.at(entry.day) or 0) for point in by.points]
    return through(xs, ys, ratio, below=by.below, beyond=by.beyond)
