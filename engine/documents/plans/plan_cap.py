"""Caps and least payments over several components or a whole plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, StrictStr

from engine.documents.company.compensation import Promise
from engine.documents.document import ComponentName, Document
from engine.documents.problems import Problem
from engine.documents.values import Name, Pay, Rate, YesNo


class PlanCap(Document):
    """The most that several components, or all of them, pay together in a month, quarter, half or year.

    It counts what is paid: after splits, gates, multipliers, caps of components and clawbacks, and before the draw.
    What is above it is taken off (rounded half up) by a line of its own in the statement period in which it arises, and
    comes back where a clawback later makes room. `{id: year, per: year, share: 200%, of: variable}` pays at most twice
    the variable pay. Where people data promises nothing of which it could be a share, all that it covers is held; and
    while anything of the payee's on the plan (by any of its files) is held, so are the caps that come after it.

    With `then: carry` it is not lost: it is added to what the next period pays, under that period's cap, and so on. A
    cap of 5,000 a month with 8,000 earned in January and 1,000 in February pays 5,000 and 4,000. With `since: contract`
    each deal is paid at most so much a month, and the rest of it in the months after.
    """

    id: Name = Field(examples=["year"])
    """How lines name the cap."""
    title: StrictStr = Field(default="", examples=["Cap of 200 % of variable pay"])
    """What statements call it."""
    components: tuple[ComponentName, ...] = Field(default=(), examples=["[base, kicker]"])
    """Which components count; without it, all of the plan."""
    per: Literal["month", "quarter", "half", "year"] = Field(examples=["year"])
    """How long a window is, after which it starts again."""
    since: Literal["fiscal_year", "enrolment", "contract"] = Field(default="fiscal_year", examples=["enrolment"])
    """From when windows are counted: `fiscal_year`: they are fiscal periods; `enrolment`: calendar months from each
    payee's first day on the plan, so that `per: year` ends on anniversaries; `contract`: each deal by itself, calendar
    months from the day on which its contract starts (what was earned before counts in the first; lines of no deal do
    not count). A plan file cuts a window where it ends."""
    amount: Pay | None = Field(default=None, examples=["250_000"])
    """An amount of the plan's currency for each period."""
    share: Rate | None = Field(default=None, examples=["200%"])
    """In place of `amount`: a percentage of what people data promises for the period."""
    of: Promise | None = Field(default=None, examples=["variable"])
    """With `share`: of what."""
    at_least: Pay | None = Field(default=None, examples=["50"])
    """Nothing is paid for a period that comes to less than this (and more than nothing): with `then: carry` it waits
    for the next one, as payout thresholds have it; else it is lost."""
    then: Literal["lost", "carry"] = Field(default="lost", examples=["carry"])
    """What becomes of what is not paid: with `carry` the next period pays it, as far as it may. It does so once the
    period is over, while the payee is on the plan and this plan file in force."""
    within_year: YesNo = Field(default=False, examples=["true"])
    """With `then: carry`: what is still carried when the fiscal year ends is lost."""
    then_pays: Rate | None = Field(default=None, examples=["50%"])
    """The share of what lies above the cap that is still paid (50 %: what is above pays half); without it, nothing."""

    def problems(self) -> Iterator[Problem]:
        """One height, and a share of what lies above that is less than all of it."""
        if (self.amount is None) == (self.share is None) and (self.amount is not None or self.at_least is None):
            yield Problem((), "a cap has either amount or share.", "Write amount: 250_000, or share: 200% and of.")
        if self.amount is not None and self.at_least is not None and self.at_least > self.amount:
            yield Problem(("at_least",), "is more than is ever paid.", "Write at most the amount.")
        if self.then_pays is not None and self.then == "carry":
            message = "what lies above the cap is either paid in part or carried."
            yield Problem(("then_pays",), message, "Remove then_pays, or then.")
        if self.within_year and self.then != "carry":
            yield Problem(("within_year",), "nothing is carried.", "Remove within_year, or add then: carry.")
        if (self.share is None) != (self.of is None):
            yield Problem((), "share and of go together.", "Write both, such as share: 200% and of: variable.")
        if self.share is not None and self.since != "fiscal_year":
            message = "people data promises pay for fiscal periods, and these are none."
            yield Problem(("since",), message, "Write an amount, or remove since.")
        if self.then_pays is not None and self.then_pays >= 1:
            yield Problem(("then_pays",), "pays all that lies above the cap.", "Write less than 100%.")

    def covers(self, component: str) -> bool:
        """Whether what the component pays counts."""
        return not self.components or component in self.components
