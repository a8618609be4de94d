"""Leave, and those who have left: what becomes of quotas, targets, draws and deals of people who are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count


class Leave(Document):
    """What days of leave do, which are rows of `config/people/leave.csv`.

    Quotas shrink by them. Targets (the payee's own, and what people data promises) and draws shrink too, unless the
    leave is `protected`: then variable pay is earned in full by reaching what is left of the quota, without loss.
    """

    quota: Literal["days", "months", "none"] = Field(default="days", examples=["months"])
    """How much of them: `days` takes off the days of leave, `months` only whole fiscal months of it (of a quota of
    weeks, all of its days that lie in a month), `none` nothing. A
    quota of several months is divided evenly among them first: ten days of May are ten parts in 31 of a third of the
    quarter's. With `proration: days` of the plan it is the days of the window: ten parts in 91 of all of it."""
    deals: Literal["paid", "unpaid"] = Field(default="paid", examples=["unpaid"])
    """Deals and results of a payee that are dated on days of leave: `paid` as ever, or `unpaid` and not counted. Those
    of protected leave are always paid, and so is what is of a window and of no day: rates of retention, members at
    quota, what everybody came to, and what was earned by such a window."""


class Leavers(Document):
    """What becomes of deals that close once a payee, whose last day on any plan was on this one, has left."""

    paid_for_days: Count = Field(examples=["30"])
    """So many days after the last day on the plan they still count, as if the payee were there: those of a manager's
    team, too, for as long as the reporting lines name the manager, and imported results. Quotas, rates of
    retention and draws end with the last day. Without `leavers` they do not, which is an issue that names them."""

    def problems(self) -> Iterator[Problem]:
        """There is a day."""
        if self.paid_for_days < 1:
            yield Problem(("paid_for_days",), f"{self.paid_for_days} days are none.", "Write 1 or more.")
