"""Residuals: an earning that comes again every month, or year, while the customer stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count

MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}


class Residual(Document):
    """The component's earning on a deal is that of one month (or what `every` says), and paid again for every month.

    Months count from the start of the contract (from the deal's date where that is later or there is none) and are paid
    on that day of each month, until the contract is cancelled. A day that is not over yet is not paid yet.
    """

    every: Literal["month", "quarter", "half", "year"] = Field(default="month", examples=["year"])
    """How long one payment is for. What begins within the months that are paid is paid whole, on its first day: with
    `every: year`, `for_months: 24` and `starts_after_months: 12` the first and the second anniversary are paid."""
    for_months: Count | None = Field(default=None, examples=["24"])
    """How many months are paid; without it, those of the deal's term that are left by then, and without a term all
    until it is cancelled."""
    starts_after_months: Count = Field(default=0, examples=["3"])
    """Months from the start that pass before the first is paid."""

    def problems(self) -> Iterator[Problem]:
        """At least one month is paid, none before the start."""
        if self.for_months is not None and self.for_months < 1:
            yield Problem(("for_months",), f"{self.for_months} months are none.", "Write 1 or more.")
        if self.starts_after_months < 0:
            message = f"{self.starts_after_months} is below zero."
            yield Problem(("starts_after_months",), message, "Write 0 or more.")
