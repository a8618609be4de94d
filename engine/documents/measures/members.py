"""Members: how many of a manager's people reached what they had to reach, or what they attained on average."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Count, Name, Rate


class Newcomers(Document):
    """How members count who have not been on their plan for long."""

    months: Count = Field(examples=["3"])
    """For so many months from their first day on the plan, whatever came between."""
    least: Rate | None = Field(default=None, examples=["50%"])
    """What they have to reach in these months; without it, they are left out of the count."""

    def problems(self) -> Iterator[Problem]:
        """There is a month in which somebody is new."""
        if self.months < 1:
            yield Problem(("months",), "nobody is new for no month.", "Write 1 or more.")


class Members(Document):
    """How many of the people below a manager attain their quota, counted at the end of each window.

    `{attaining: [base], least: 100%}` with five people who report to the manager, of whom four are at 100 % of the
    quota of their component `base` or above: 80 %. Members are those below (see `levels`) who on the window's last day
    are on a plan with one of the components; who sold nothing is one of them, and has attained nothing. Their
    attainment is that of their own window up to that day; while anything of it is held, or its quota missing, nobody
    knows it. It is known when the window is over, from the first of their windows in which anything counts.

    With `{attaining: [base], counted_as: mean}` and attainments of 120 %, 90 % and 60 % it is 90 %: everybody counts
    for as much, whatever the quota. The sum of all they sold over the sum of their quotas is a roll-up with a quota.
    """

    attaining: Annotated[tuple[Name, ...], *FILLED] = Field(examples=["[base]"])
    """The components, in whatever plan, whose attainment is asked for: each has a quota (or is a percentage by itself)
    and fiscal windows of all customers, not paid to date. Somebody with several has to reach each; the mean is of the
    lowest."""
    least: Rate | None = Field(default=None, examples=["100%"])
    """The attainment that has to be reached; the mean has none."""
    counted_as: Literal["share", "members", "mean"] = Field(default="share", examples=["members"])
    """`share`: those who reached it, of all members. `members`: how many they are. `mean`: the mean of what all of them
    attain."""
    newcomers: Newcomers | None = Field(default=None, examples=["{months: 3, least: 50%}"])
    """Another floor for members who are new, or none of them; without it, they count as everybody."""

    def problems(self) -> Iterator[Problem]:
        """There is something to reach, but for the mean."""
        mean = self.counted_as == "mean"
        if not mean and self.least is None:
            yield Problem(("least",), "missing.", "Add least, such as least: 100%, or counted_as: mean.")
        message, remedy = "the mean is of what everybody attains.", "Remove least."
        if mean and self.least is not None:
            yield Problem(("least",), message, remedy)
        if mean and self.newcomers is not None and self.newcomers.least is not None:
            yield Problem(("newcomers", "least"), message, remedy)
