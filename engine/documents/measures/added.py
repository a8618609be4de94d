"""Sums of measures: several measures added up to one number, each times what it counts for."""

from __future__ import annotations

from fractions import Fraction

from pydantic import Field

from engine.documents.document import Document, MeasureName
from engine.documents.values import Times


class Addend(Document):
    """One of the measures that are added up: `{measure: meetings, times: 10}`.

    Points of `{adds: [{measure: acv, times: 0.1%}, {measure: meetings, times: 10}], as: number}`: 50,000 of ACV and two
    meetings are 50 + 20 = 70. Each deal moves the sum by what it moves any of them, whichever came first; of the sum
    millionths are rounded half up.
    """

    measure: MeasureName = Field(examples=["meetings"])
    """What is added up: deals, cash, earnings or imported amounts and numbers."""
    times: Times = Field(default=Fraction(1), examples=["10"])
    """How much each of it counts for: `10`, or `50%`."""
