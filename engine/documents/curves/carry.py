"""Carry-over: what of an achievement above or below quota counts in the next window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import YesNo


class Carry(Document):
    """What is above or below the quota when a window ends, carried into the next one. At least one of the two.

    With a quota of 100,000 a quarter and 130,000 in the first, `surplus: ahead` pays all of the 130,000 there, and the
    second quarter begins at 30,000 of its quota: its tiers are reached sooner, and the 30,000 are not paid again.
    `surplus: moved` counts and pays 100,000 in the first quarter, and 30,000 as if they were achieved on the first day
    of the second. After 80,000 in the first, `deficit: behind` begins the second quarter at -20,000: what makes it up
    is paid by the first rate. `deficit: made_up` pays nothing for it.

    What a window comes to includes what was carried into it. It is carried once the window is over, where the payee is
    on the plan, and the component in force, on the first day of the next one. Nothing is carried over a window that has
    no quota but achievements, to which surplus that moves belongs; deficits begin with the first window in which the
    payee is on the plan, the component in force, and there is a quota. While something of a window is held, so is
    everything in those into which it would be carried.
    """

    surplus: Literal["ahead", "moved"] | None = Field(default=None, examples=["ahead"])
    """What lies above the quota; without it, nothing of it is carried."""
    deficit: Literal["behind", "made_up"] | None = Field(default=None, examples=["behind"])
    """What is missing to the quota; without it, every window begins at 0 again. With a quota of 0 that is what lies
    below zero: losses of earlier years that have to be made up first."""
    within_year: YesNo = Field(default=False, examples=["true"])
    """Whether the first window of a fiscal year begins without anything carried."""

    def problems(self) -> Iterator[Problem]:
        """Something is carried."""
        if self.surplus is None and self.deficit is None:
            yield Problem((), "carries nothing.", "Write surplus: ahead or moved, deficit: behind or made_up, or both.")
