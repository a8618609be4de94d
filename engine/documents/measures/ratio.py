"""Ratios: what one measure comes to over what another comes to, in the same window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from engine.documents.document import Document, MeasureName
from engine.documents.problems import Problem


class Ratio(Document):
    """One measure over another: `{of: held, to: booked}` is a show rate.

    14 meetings held of 20 booked are 70 %, whichever came first. While there is nothing to divide by, or less than
    nothing, nothing is reached; something over that, when the window is looked at, is held and reported. Each deal
    moves the ratio, up or down, so that what is paid on it is settled with the last deal of the window; where cash is
    in it, each payment does, with a line of its own. A percentage is rounded half up to parts of 10^15 of the whole,
    amounts and numbers to millionths; more than 100,000 % (or 10^12) either way
    counts as that.
    """

    of: MeasureName = Field(examples=["held"])
    """What is divided."""
    to: MeasureName = Field(examples=["booked"])
    """By what."""
    told_as: Literal["percent", "amount", "number"] = Field(default="percent", alias="as", examples=["amount"])
    """What the ratio is: a `percent`; an `amount` of the plan's currency, as sales by hours are; or a `number`. What
    is compared with it is written so."""

    def problems(self) -> Iterator[Problem]:
        """Two measures."""
        if self.of == self.to:
            yield Problem(("to",), f"{self.to} over itself is always 100%.", "Name another measure.")
