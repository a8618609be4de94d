"""Weighted attainments: several attainments as one, of which one curve pays."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from engine.documents.document import Document, MeasureName
from engine.documents.problems import Problem
from engine.documents.values import Name, Rate, Share


class WeightedAttainment(Document):
    """One of several attainments that are weighted: `{measure: bookings, quota: bookings, weight: 60%}`."""

    measure: MeasureName = Field(examples=["bookings"])
    """What is achieved."""
    quota: Name | None = Field(default=None, examples=["bookings"])
    """Of what: rows of the quota file. What is a percentage by itself (a rate of retention, a result in percent) needs
    none."""
    weight: Share = Field(examples=["60%"])
    """How much of the whole it is; all of them together are 100%."""
    least: Rate | None = Field(default=None, examples=["50%"])
    """An attainment below this counts as 0%."""
    most: Rate | None = Field(default=None, examples=["150%"])
    """An attainment above this counts as this."""

    def problems(self) -> Iterator[Problem]:
        """There is an attainment between the two."""
        if self.least is not None and self.most is not None and self.most < self.least:
            yield Problem(("most",), "lies below least.", "Write least or more.")


def weight_problems(parts: tuple[WeightedAttainment, ...]) -> Iterator[Problem]:
    """All weights together are the whole, and nothing is weighted twice."""
    if parts and sum(part.weight for part in parts) != 1:
        yield Problem(("weighted",), "weights do not add up to 100%.", "Let the weights of all parts be 100% together.")
    named = [(part.measure, part.quota) for part in parts]
    for position, name in enumerate(named):
        if name in named[:position]:
            yield Problem(("weighted", position), f"{name[0]} is weighted twice.", "Write it once.")
