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
    r"""A question put to the customers themselves, such as whether paying reps on renewals changes anything.

    Every account that has signed before the end is drawn into one arm, in the order in which they first signed (of one
    day by id), and stays in it. What an account is, for `accounts` and `strata`, its last won deal before the start
    says, or without one its first. Deals of the window are in their account's arm, and `when: {arm: EXPERIMENT/ARM}`
    tests it. `worker.py experiment report ID` compares the arms.

    The draw can be done again by hand. Where n accounts of a stratum have been drawn, an arm of which the share is s
    and that has c of them is s x n - c behind; the arm that is furthest behind gets the next account. Where several are
    level, it is the one with the smallest SHA-256 (in hexadecimal) of the experiment's id, the stratum, the account's
    id and the arm, in UTF-8 with a zero byte between them. The stratum is the account's values in the order of
    `strata` with ` / ` between them, `unknown` for what is not known; without `strata` it is `all`. The first account
    of segment SMB in the experiment `renewal-pay`, 001A, is drawn into `unpaid`, because of these two the second begins
    with 90c1 and the first with c55d:

        printf '%s\0%s\0%s\0%s' renewal-pay SMB 001A paid | sha256sum
        printf '%s\0%s\0%s\0%s' renewal-pay SMB 001A unpaid | sha256sum
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
            if test.field not in OF_AN_ACCOUNT and (test.fact is None or test.counts_days):
                message = f"{test.field} is of a sale, and accounts are drawn before it."
                remedy = f"Test one of {', '.join(sorted(OF_AN_ACCOUNT))}, a list or a fact."
                yield Problem(("accounts", test.field), message, remedy)

    def names(self) -> tuple[str, ...]:
        """What conditions call its arms."""
        return tuple(f"{self.id}/{arm}" for arm in self.arms)
