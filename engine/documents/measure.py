"""Measures: what a plan adds up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count, Name

Unit = Literal["amount", "deals", "number", "percent"]
"""What a measure's numbers are: money of the plan's currency, deals, pieces of anything else, or shares of a whole."""

SOURCES = ("sum", "count", "imported")


class Levels(Document):
    """How far below the manager the people are whose credits roll up: 1 is everybody who reports to the manager."""

    min: Count = Field(default=1, examples=["2"])
    """The nearest level that counts."""
    max: Count | None = Field(default=None, examples=["1"])
    """The farthest level that counts; without it, however deep."""

    def problems(self) -> Iterator[Problem]:
        """There is a level between the two."""
        if self.min < 1:
            yield Problem(("min",), f"{self.min} is no level.", "Write 1 for one's own reports, or more.")
        elif self.max is not None and self.max < self.min:
            yield Problem(("max",), f"no level lies between {self.min} and {self.max}.", f"Write {self.min} or more.")


class Measure(Document):
    """What is added up, of which credits, on which day. Exactly one of `sum`, `count` and `import`."""

    sum: Literal["amount", "acv", "earnings"] | None = Field(default=None, examples=["acv"])
    """Which value of the credits is added up; `earnings` is what other components paid for them."""
    of: tuple[Name, ...] = Field(default=(), examples=["[base]"])
    """With `sum: earnings`: the components whose earnings are added up. With `credits: [rollup]` they are those of
    everybody below the manager, in whatever plan they are; otherwise the payee's own, in this plan."""
    count: Literal["deals"] | None = Field(default=None, examples=["deals"])
    """Counts deals in place of adding up a value; a share of a deal counts as that share."""
    imported: Name | None = Field(default=None, alias="import", examples=["nps"])
    """Takes results in place of credits: rows of this name in `config/people/results.csv`. A row counts on the last
    day of its window."""
    imported_as: Literal["amount", "number", "percent"] = Field(default="number", alias="as", examples=["percent"])
    """What imported results are: an `amount` of the plan's currency, a `number`, or a `percent`."""
    dated_by: Literal["closed_on"] = Field(default="closed_on", examples=["closed_on"])
    """The day on which a credit counts."""
    credits: tuple[Literal["direct", "overlay", "rollup"], ...] = Field(
        default=("direct",), examples=["[direct, overlay]"]
    )
    """Which credits count: `direct`, `overlay` (on top of the 100 %) and `rollup` (of everybody below a manager)."""
    levels: Levels | None = Field(default=None, examples=["{min: 1, max: 1}"])
    """Of roll-ups: whose, by the reporting lines up to the manager on that day; without it, of all below. Measures of
    different levels give each level its own rate."""
    when: When = Field(default=When(), examples=["{motion: new_business, term_months: {min: 36}}"])
    """Which deals count; without it, all."""

    @property
    def unit(self) -> Unit:
        """What the measure's numbers are."""
        if self.imported is not None:
            return self.imported_as
        return "deals" if self.count is not None else "amount"

    def problems(self) -> Iterator[Problem]:
        """There is one thing to add up, of at least one kind of credit."""
        if sum(getattr(self, name) is not None for name in SOURCES) != 1:
            remedy = "Write sum: acv, sum: amount, count: deals or import with the name of a result."
            yield Problem((), "a measure has exactly one of sum, count and import.", remedy)
        if not self.credits:
            yield Problem(("credits",), "empty.", "Write at least one of direct, overlay, rollup.")
        if len(set(self.credits)) < len(self.credits):
            yield Problem(("credits",), "names the same credits twice.", "Name each once.")
        if self.imported is not None:
            yield from self._of_credits_only()
        elif "imported_as" in self.model_fields_set:
            yield Problem(("as",), "says what an imported result is.", "Remove it, or write import.")
        if self.levels is not None and "rollup" not in self.credits:
            yield Problem(("levels",), "only roll-ups have levels.", "Remove levels, or add credits: [rollup].")
        yield from self._earnings_problems()

    def _of_credits_only(self) -> Iterator[Problem]:
        """An imported result is of no deal and no credit."""
        for key in sorted({"credits", "when", "dated_by"} & self.model_fields_set):
            yield Problem((key,), "asks about credits, and an imported result has none.", f"Remove {key}.")

    def _earnings_problems(self) -> Iterator[Problem]:
        """Earnings are of some components, and either one's own or the team's."""
        if self.sum == "earnings" and not self.of:
            yield Problem((), "sum: earnings without the components that earn.", "Add of, such as of: [base].")
        if self.of and self.sum != "earnings":
            yield Problem(("of",), "of names the components of sum: earnings.", "Remove of, or write sum: earnings.")
        if self.sum == "earnings" and "rollup" in self.credits and len(self.credits) > 1:
            message = "mixes one's own earnings with the team's."
            yield Problem(("credits",), message, "Write two measures: one with credits: [rollup], one without.")

    @property
    def of_the_team(self) -> bool:
        """Whether the earnings that are added up are those of everybody below the payee."""
        return self.credits == ("rollup",)
