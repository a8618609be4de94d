"""Experiments: accounts are drawn into arms, rules and plans treat the arms differently, and a report compares them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StrictStr

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Name, Share, Window, percent_text

Stratum = Literal["segment", "territory", "industry", "country", "channel"]
OF_AN_ACCOUNT = frozenset(
    {"segment", "territory", "industry", "country", "channel", "employees", "revenue", "lifetime_months", "currency"}
)
"""Fields that say something of the customer and not of one sale."""
LEAST_ARMS = 2


class Experiment(Document):
    """A question put to the customers themselves, such as whether paying reps on renewals changes anything.

    Every account that has signed before the end is drawn into one arm, in the order in which they signed, and stays in
    it. Within each stratum the arm that is furthest behind its share gets the next account; where arms are level, a
    hash of the experiment's id and the account's decides. Deals of the window are in their account's arm, and
    `when: {arm: EXPERIMENT/ARM}` tests it. `worker.py experiment report ID` compares the arms.
    """

    id: Name = Field(examples=["renewal-pay"])
    """Its name, which salts the draw."""
    because: StrictStr = Field(default="", examples=["Does paying reps on renewals change anything?"])
    """The question."""
    effective: Window = Field(examples=["{from: 2026-02-01, until: 2027-02-01}"])
    """From its start to its end; deals of other days are in no arm."""
    accounts: When = Field(default=When(), examples=["{segment: SMB}"])
    """Which accounts take part, by what is said of the customer; without it, all."""
    strata: tuple[Stratum, ...] = Field(default=(), examples=["[segment, territory]"])
    """Accounts that agree in these are shared out among the arms by themselves."""
    arms: Annotated[dict[Name, Share], *FILLED] = Field(examples=["{paid: 50%, unpaid: 50%}"])
    """The arms and the share of accounts for each; together 100 %."""

    def problems(self) -> Iterator[Problem]:
        """There is something to compare, it ends, and accounts are drawn before their sales are known."""
        if len(self.arms) < LEAST_ARMS:
            yield Problem(("arms",), "one arm has nothing to be compared with.", "Write at least two.")
        elif sum(self.arms.values(), Fraction(0)) != 1:
            message = f"the shares add up to {percent_text(sum(self.arms.values(), Fraction(0)))}, not 100%."
            yield Problem(("arms",), message, "Mend the shares.")
        if self.effective.until_on is None:
            yield Problem(("effective",), "an experiment that never ends.", "Add until.")
        for test in self.accounts.tests:
            if test.field not in OF_AN_ACCOUNT and test.fact is None:
                message = f"{test.field} is of a sale, and accounts are drawn before it."
                remedy = f"Test one of {', '.join(sorted(OF_AN_ACCOUNT))}, a list or a fact."
                yield Problem(("accounts", test.field), message, remedy)

    def names(self) -> tuple[str, ...]:
        """What conditions call its arms."""
        return tuple(f"{self.id}/{arm}" for arm in self.arms)
