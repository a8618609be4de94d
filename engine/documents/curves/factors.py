"""Factors of what is paid, by a number: in brackets, or in straight lines between points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from engine.documents.curves.straight import Ends, along, point_problems
from engine.documents.curves.threshold import Threshold
from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Times


class FactorBracket(Document):
    """From where a factor counts; the lower bound is in."""

    since: Threshold = Field(alias="from", examples=["120%"])
    """Where the bracket begins."""
    factor: Times = Field(examples=["150%"])
    """What the component's payout is multiplied by: `150%`, or `1.5`."""


class FactorPoint(Document):
    """A factor at exactly this number; between two points it runs straight."""

    at: Threshold = Field(examples=["80%"])
    """Where the point is."""
    factor: Times = Field(examples=["50%"])
    """What the component's payout is multiplied by there: `150%`, or `1.5`."""


class Factors(Document):
    """What multiplies a payout, by the number that it goes with."""

    brackets: Annotated[tuple[FactorBracket, ...], *FILLED] = Field(
        default=(), examples=["[{from: 0%, factor: 100%}, {from: 120%, factor: 150%}]"]
    )
    """Brackets that begin at 0 and climb; below 0 the first counts."""
    points: Annotated[tuple[FactorPoint, ...], *FILLED] = Field(
        default=(), examples=["[{at: 80%, factor: 50%}, {at: 100%, factor: 100%}]"]
    )
    """In place of `brackets`: two points or more, in climbing order, between which the factor runs straight."""
    below: Ends | None = Field(default=None, examples=["none"])
    """The factor below the first point: the one there (`flat`, as without a word), 0 (`none`), or what the first line
    comes to if it goes on (`continue`; never less than 0)."""
    beyond: Ends | None = Field(default=None, examples=["continue"])
    """The factor beyond the last point, in the same words."""

    def factor_at(self, number: Fraction) -> Fraction:
        """The factor of a number, a share or micro-units: on the lines through the points, or that of its bracket."""
        if self.brackets:
            reached = [bracket for bracket in self.brackets if number >= Fraction(bracket.since)]
            return (reached or self.brackets)[-1 if reached else 0].factor
        places = [(Fraction(point.at), point.factor) for point in self.points]
        return along(places, self.below or "flat", self.beyond or "flat", number)

    def parts(self, one: Fraction, other: Fraction) -> list[Fraction]:
        """Which part of the way between two numbers lies in each bracket; between equal ones, all in theirs."""
        low, high = min(one, other), max(one, other)
        starts = [Fraction(bracket.since) for bracket in self.brackets]
        if low == high:
            reached = max((nth for nth, start in enumerate(starts) if start <= high), default=0)
            return [Fraction(nth == reached) for nth in range(len(starts))]
        edges = [low, *(min(max(start, low), high) for start in starts[1:]), high]
        return [(until - start) / (high - low) for start, until in pairwise(edges)]

    def mean_factor(self, one: Fraction, other: Fraction) -> Fraction:
        """What a deal is multiplied by that is divided at the brackets."""
        of_each = zip(self.brackets, self.parts(one, other), strict=True)
        return sum((bracket.factor * part for bracket, part in of_each), Fraction(0))

    @property
    def in_shares(self) -> bool:
        """Whether it is percentages that numbers are compared with."""
        return any(isinstance(at, Fraction) and at for _, at in self.thresholds())

    def thresholds(self) -> Iterator[tuple[tuple[str | int, ...], Fraction | int]]:
        """Where brackets begin, and where points are."""
        for position, bracket in enumerate(self.brackets):
            yield ("brackets", position, "from"), bracket.since
        for position, point in enumerate(self.points):
            yield ("points", position, "at"), point.at

    def problems(self) -> Iterator[Problem]:
        """Brackets leave no gap, and they or points climb."""
        yield from super().problems()
        if bool(self.brackets) == bool(self.points):
            message = "has both brackets and points." if self.points else "has neither brackets nor points."
            yield Problem((), message, "Write brackets for steps, or points for straight lines.")
        for end in ("below", "beyond"):
            if getattr(self, end) is not None and not self.points:
                yield Problem((end,), f"{end} without points.", f"Add points, or remove {end}.")
        yield from point_problems([point.at for point in self.points])
        if self.brackets and self.brackets[0].since != 0:
            remedy = "Begin at 0% or 0, even if the factor there is 100%."
            yield Problem(("brackets", 0, "from"), "the first bracket does not begin at 0.", remedy)
        for position, (lower, upper) in enumerate(pairwise(self.brackets), start=1):
            if upper.since <= lower.since:
                message = "does not begin above the bracket before it."
                yield Problem(("brackets", position, "from"), message, "Write brackets in climbing order, each once.")
