"""Releases and reserves: when what was earned becomes payable (DESIGN 5.15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal, get_args

from pydantic import AfterValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document, written
from engine.documents.problems import Problem
from engine.documents.values import Count, Day, Share, percent_text

Occasion = Literal["booking", "contract_start", "delivery", "go_live", "invoice", "cash"]
MOST_PARTS = 120
COUNTED = ("invoice", "cash")
"""Occasions with an amount each, which add up to the deal's."""


class LastDay(Document):
    """A day after which nobody waits any longer. Exactly one of `after_days` and `after_months`."""

    after_days: Count | None = Field(default=None, examples=["180"])
    """So many days after the earning."""
    after_months: Count | None = Field(default=None, examples=["12"])
    """So many months after the earning."""
    then: Literal["release", "forfeit"] = Field(examples=["forfeit"])
    """What becomes of what is still held on that day: `release` makes it payable, `forfeit` never."""

    def problems(self) -> Iterator[Problem]:
        """There is one such day."""
        yield from _delays(self.after_days, self.after_months)
        if self.after_days is None and self.after_months is None:
            yield Problem((), "does not say which day.", "Write after_days or after_months.")


class Wait(Document):
    """What is waited for before money becomes payable."""

    end_of: Literal["month", "quarter", "half", "year"] | None = Field(default=None, examples=["quarter"])
    """The last day of the fiscal period in which it comes, in place of the day itself; a delay counts from there."""
    after_days: Count | None = Field(default=None, examples=["30"])
    """So many days after it."""
    after_months: Count | None = Field(default=None, examples=["3"])
    """So many months after it, in place of `after_days`."""
    once: Share | None = Field(default=None, examples=["20%"])
    """With `invoice` and `cash`: nothing before at least this part of the deal's amount has been invoiced or received:
    a down payment, a minimum of cash; `100%` is when the deal is paid in full."""
    leavers: Literal["keep", "release", "forfeit"] = Field(default="keep", examples=["forfeit"])
    """What becomes of what is still held when the payee's last enrolment in any plan has ended: `keep` waits on as for
    everybody, `release` makes it payable on that day, `forfeit` never. What comes on that first day without a plan is
    in time."""

    def problems(self) -> Iterator[Problem]:
        """Delays and amounts that the occasion has."""
        yield from _delays(self.after_days, self.after_months)
        if self.once is not None and getattr(self, "on", None) not in COUNTED:
            yield Problem(("once",), "only invoices and cash come in parts.", "Write on: invoice or on: cash.")


class ReleaseStep(Wait):
    """A share of what is earned, and when it becomes payable. A word alone (`release: cash`) is `{on: cash}`.

    What an invoice or a payment makes payable is so at once; what only time makes payable (a delay, a start of the
    contract, a delivery), when its month is over, or once an invoice, a payment or a clawback of the deal came
    after it. Nothing is payable before it is earned. What a component with a rate or amount below zero takes off (a
    fee, an advance paid before) waits by its own release in the same way; any other negative earning, and what a
    cap over several components takes off, is payable at once. What was earned without a deal (a part of a bonus on
    a result) waits for nothing but time. A window that is paid to date earns what it is worth less what the windows
    before were paid: that is divided among the steps.

    A clawback comes before what is released on its day; what waits for no release and no reserve is payable at once,
    before it. It takes from what is still held first (from the last step first), then from what was forfeited, then
    from the reserve (from what came there last first); only the rest is to be paid back, so that nobody pays back what
    was never payable. What is left of a step is released by the same occasions, in the same proportion of what they had
    left.
    """

    share: Share = Field(default=Fraction(1), examples=["50%"])
    """Which part of the earning; all steps together are 100%."""
    on: Occasion = Field(default="booking", examples=["cash"])
    """The occasion. `booking`: the day it was earned. `contract_start`: the deal's start, or an event that says
    otherwise. `delivery`, `go_live`: the first such event. `invoice`, `cash`: invoices and payments; they are events
    in the deal's currency, and never count beyond the deal's amount. A refund takes nothing that was released back;
    that is a clawback's."""
    pays: Literal["in_proportion", "all"] | None = Field(default=None, examples=["all"])
    """With `invoice` and `cash`: each makes its part of the deal's amount payable (`in_proportion`, what cash does
    unless you say otherwise), or the first one everything (`all`, what an invoice does unless you say otherwise)."""
    at_latest: LastDay | None = Field(default=None, examples=["{after_months: 12, then: forfeit}"])
    """How long is waited; without it, for ever."""
    parts: Count | None = Field(default=None, examples=["12"])
    """In so many equal parts, the first of them when the step comes, each later one `every_months` after the one
    before: `{on: booking, parts: 3}` pays thirds in three months. What cannot be divided comes with the first parts."""
    every_months: Count = Field(default=1, examples=["3"])
    """With `parts`: how many months lie between two."""

    def spread(self) -> tuple[ReleaseStep, ...]:
        """The step itself, or its parts as steps of their own."""
        if self.parts is None:
            return (self,)
        first, share = self.after_months or 0, self.share / self.parts
        months = (first + part * self.every_months for part in range(self.parts))
        own = {"parts": None, "every_months": 1, "share": share}
        return tuple(self.model_copy(update={**own, "after_months": after or None}) for after in months)

    @property
    def proportional(self) -> bool:
        """Whether every invoice or payment releases its own part."""
        return self.on in COUNTED and (self.pays or ("in_proportion" if self.on == "cash" else "all")) != "all"

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """The occasion alone, or a mapping."""
        return super().spelled({"on": written} if isinstance(written, str) else written, found)

    def problems(self) -> Iterator[Problem]:
        """Only what comes in parts can be in proportion."""
        yield from super().problems()
        if self.parts is None and self.every_months != 1:
            yield Problem(("every_months",), "nothing comes in parts.", "Add parts, such as parts: 12.")
        if self.parts is not None and self.parts not in range(2, MOST_PARTS + 1):
            yield Problem(("parts",), f"{self.parts} is no division.", f"Write 2 to {MOST_PARTS}.")
        if self.parts is not None and self.every_months < 1:
            yield Problem(("every_months",), f"{self.every_months} is no distance.", "Write 1 or more.")
        if self.parts is not None and (self.after_days is not None or self.proportional):
            message = "parts are months apart; a delay in days, or payments in proportion, are not."
            yield Problem(("parts",), message, "Write after_months, or pays: all.")
        if self.pays is not None and self.on not in COUNTED:
            yield Problem(("pays",), "only invoices and cash come in parts.", "Write on: invoice or on: cash.")


class Reserve(Wait):
    """A share of everything that becomes payable is held back, to be released later.

    Clawbacks take from it before anything has to be paid back, also those of what was `paid`: what is held back had
    become payable.
    """

    share: Share = Field(examples=["10%"])
    """Which part is held back, rounded as lines are."""
    on: Literal["payable", "contract_start", "delivery", "go_live", "invoice", "cash"] = Field(
        default="payable", examples=["go_live"]
    )
    """What is waited for: with `payable` the delay after the money itself became payable; else as in a release (and
    nothing is held back of what is earned without a deal)."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2027-01-31"])
    """In place of all others: the day on which it is released."""

    @property
    def proportional(self) -> bool:
        """Whether every payment releases its own part, as it does without `pays` in a release."""
        return self.on == "cash"

    def problems(self) -> Iterator[Problem]:
        """It waits for something."""
        yield from super().problems()
        delayed = (self.after_days, self.after_months, self.end_of) != (None, None, None)
        if self.until_on is not None and (delayed or self.once is not None or self.on != "payable"):
            yield Problem(("until",), "says when in 2 ways.", "Keep until, or the others.")
        if self.on == "payable" and not delayed and self.until_on is None:
            yield Problem((), "does not say how long it is held.", "Write after_months, until or on.")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict | str) else value


def _spread(steps: tuple[ReleaseStep, ...]) -> tuple[ReleaseStep, ...]:
    return tuple(part for step in steps for part in step.spread())


class _WordOrSteps:
    """Editors take an occasion, or the only step, for the list, too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A word, a step, or a list of steps."""
        listed = handler(core_schema)
        return {"anyOf": [{"enum": list(get_args(Occasion))}, listed["items"], listed]}


STEPS = written(_listed), AfterValidator(_spread), _WordOrSteps()
"""Annotations of the steps of a release, whose only one may stand by itself."""


def share_problems(steps: Sequence[ReleaseStep]) -> Iterator[Problem]:
    """All steps together are the whole earning."""
    total = sum(step.share for step in steps)
    if steps and total != 1:
        message = f"the shares add up to {percent_text(Fraction(total))}."
        yield Problem(("release",), message, "Let them be 100% together.")


def _delays(days: int | None, months: int | None) -> Iterator[Problem]:
    if days is not None and months is not None:
        yield Problem(("after_months",), "after_days stands there already.", "Keep one of them.")
    for name, length in (("after_days", days), ("after_months", months)):
        if length is not None and length < 1:
            yield Problem((name,), f"{length} is no delay.", "Write 1 or more.")
