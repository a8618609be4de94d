"""Clawbacks: what is taken back when a customer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.documents.document import ComponentName, Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Count


class CancelledTest(Document):
    """The contract was cancelled fewer than this many days after the deal's date."""

    within_days: Count = Field(examples=["180"])
    """Days after the deal's date, one or more."""

    def problems(self) -> Iterator[Problem]:
        """There is at least one day."""
        if self.within_days < 1:
            yield Problem(("within_days",), f"{self.within_days} days are none.", "Write 1 or more.")


class ClawbackWhen(Document):
    """The business cause of a clawback."""

    cancelled: CancelledTest = Field(examples=["{within_days: 180}"])
    """The contract that the deal started was cancelled."""


class Clawback(Document):
    """What is taken back, of which components."""

    when: ClawbackWhen = Field(examples=["{cancelled: {within_days: 180}}"])
    """The cause."""
    takes_back: Literal["all"] = Field(examples=["all"])
    """How much of what was earned."""
    applies_to: Annotated[tuple[ComponentName, ...], *FILLED] = Field(examples=["[base, multi-year]"])
    """The components whose earnings are taken back."""

    def problems(self) -> Iterator[Problem]:
        """Nothing is taken back twice."""
        for position, name in enumerate(self.applies_to):
            if name in self.applies_to[:position]:
                yield Problem(("applies_to", position), f"{name} is named twice.", "Name each component once.")
