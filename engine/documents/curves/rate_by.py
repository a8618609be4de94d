"""Rates that follow a percentage of the deal in a straight line: the more discount, the lower the rate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.documents.curves.straight import Ends, along, point_problems
from engine.documents.document import Document
from engine.documents.problems import Loc, Problem
from engine.documents.values import FILLED, Dated, Percent, Rate

Ratio = Literal["discount_percent", "margin_percent", "uplift", "growth"]


class RatePoint(Document):
    """What is paid for a deal whose percentage is exactly this."""

    at: Percent = Field(examples=["40%"])
    """The percentage of the deal."""
    rate: Dated[Rate] = Field(examples=["4%"])
    """The rate there."""


class RateBy(Document):
    """A rate by a percentage of the deal: between two points it runs straight, and is kept exact.

    `{deal: discount_percent, points: [{at: 0%, rate: 10%}, {at: 40%, rate: 4%}]}`: a discount of 20 % pays 7 %, half
    way between the two. `rates` are steps in its place. A deal that lacks the percentage (it has no list price, no
    cost) is held and reported.
    """

    deal: Ratio = Field(examples=["discount_percent"])
    """Which percentage of the deal, as `when` tests it."""
    points: Annotated[tuple[RatePoint, ...], *FILLED] = Field(
        examples=["[{at: 0%, rate: 10%}, {at: 40%, rate: 4%}]"],
    )
    """Two points or more, in climbing order; rates may rise or fall."""
    below: Ends = Field(default="flat", examples=["none"])
    """What a deal below the first point is paid: the rate there (`flat`), nothing (`none`), or what the first line
    comes to if it goes on (`continue`; never less than 0%)."""
    beyond: Ends = Field(default="flat", examples=["none"])
    """What a deal beyond the last point is paid, in the same words."""

    def problems(self) -> Iterator[Problem]:
        """A line needs two points, and they climb."""
        yield from point_problems([point.at for point in self.points])

    def dated(self) -> Iterator[tuple[Loc, Dated[Any]]]:
        """The values that may change by date, and where they are written."""
        yield from ((("points", position, "rate"), point.rate) for position, point in enumerate(self.points))

    def rate_at(self, ratio: Fraction, day: date) -> Fraction:
        """The exact rate of a deal of this percentage on a day on which every point has a rate."""
        places = [(point.at, point.rate.at(day) or Fraction(0)) for point in self.points]
        return along(places, self.below, self.beyond, ratio)
