"""Measures: what a plan adds up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.problems import Problem


class Measure(Document):
    """What is added up, of which credits, on which day. Exactly one of `sum` and `count`."""

    sum: Literal["amount", "acv"] | None = Field(default=None, examples=["acv"])
    """Which value of the credits is added up."""
    count: Literal["deals"] | None = Field(default=None, examples=["deals"])
    """Counts deals in place of adding up a value; a share of a deal counts as that share."""
    dated_by: Literal["closed_on"] = Field(default="closed_on", examples=["closed_on"])
    """The day on which a credit counts."""
    credits: tuple[Literal["direct", "overlay", "rollup"], ...] = Field(
        default=("direct",), examples=["[direct, overlay]"]
    )
    """Which credits count: `direct`, `overlay` (on top of the 100 %) and `rollup` (of everybody below a manager)."""
    when: When = Field(default=When(), examples=["{motion: new_business, term_months: {min: 36}}"])
    """Which deals count; without it, all."""

    def problems(self) -> Iterator[Problem]:
        """There is one thing to add up, of at least one kind of credit."""
        if (self.sum is None) == (self.count is None):
            yield Problem((), "a measure has either sum or count.", "Write sum: acv, sum: amount or count: deals.")
        if not self.credits:
            yield Problem(("credits",), "empty.", "Write at least one of direct, overlay, rollup.")
        if len(set(self.credits)) < len(self.credits):
            yield Problem(("credits",), "names the same credits twice.", "Name each once.")
