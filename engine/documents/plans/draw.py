"""Draws: what a payee is paid at least, and how advances come back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from engine.documents.company.compensation import Promise
from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Count, Pay, Payout, Share, Window, YesNo


class Recovery(Document):
    """How advances are recovered from what is earned above the draw (above zero once the draw has ended)."""

    starts_after: Count = Field(default=0, examples=["3"])
    """Statement periods from the first draw on in which nothing is recovered yet."""
    ends_after: Count | None = Field(default=None, examples=["12"])
    """Statement periods from the first draw on after which what is still open is forgiven; without it, never."""
    max_share: Share = Field(default=Fraction(1), examples=["50%"])
    """How much of what is earned above the draw may be recovered in one period, rounded down."""

    def problems(self) -> Iterator[Problem]:
        """There is a period in which something can be recovered."""
        if self.starts_after < 0:
            yield Problem(("starts_after",), f"{self.starts_after} is below zero.", "Write 0 or more.")
        if self.ends_after is not None and self.ends_after <= self.starts_after:
            remedy = f"Write more than {self.starts_after}, or make the draw non_recoverable."
            yield Problem(("ends_after",), "recovery ends before it starts.", remedy)


class Draw(Document):
    """What a payee is paid at least for each statement period that is over: the greater of earnings and draw.

    While something that the payee would earn on the plan is held, so is the draw, for nobody knows what it comes to.
    Exactly one of `amount` and `amounts` says how much. An `amount` without `first_periods` and `effective` is paid for
    as long as the plan is in force and the payee enrolled. Files of one plan that follow one another keep one account:
    what is open goes on, periods are counted on, and a period in which a file begins has the draw of that file.
    """

    kind: Literal["recoverable", "non_recoverable"] = Field(examples=["recoverable"])
    """`recoverable`: what is paid above the earnings is an advance that later earnings pay back. `non_recoverable`: it
    is a guarantee, and the payee's to keep."""
    amount: Payout | None = Field(default=None, examples=["4_000"])
    """The draw of one statement period (see `pays`), all components of the plan and its clawbacks together: an amount,
    or a percentage of what `of` says."""
    amounts: Annotated[tuple[Payout, ...], *FILLED] | None = Field(default=None, examples=["[5_000, 3_750, 2_500]"])
    """In place of `amount` and `first_periods`: the draws of a payee's first statement periods, one after the other,
    such as a guarantee that declines. After the last of them there is none."""
    of: Promise | None = Field(default=None, examples=["variable"])
    """With percentages: of what people data promises the payee for the period. `amounts: [100%, 75%, 50%]` and `of:
    variable` guarantee all, three quarters and half of the variable pay in the first three months."""
    on_top: YesNo = Field(default=False, examples=["true"])
    """Whether it is paid beside what is earned, in place of up to it: 3,000 earned and a draw of 1,000 pay 4,000. One
    that is recoverable is recovered in periods in which no draw is paid."""
    against: Literal["earned", "payable"] = Field(default="earned", examples=["payable"])
    """What the draw is compared with, and recovered from. `earned`: earnings, whenever they become payable. `payable`:
    what became payable in the period, where the plan has releases or a reserve. A draw itself is payable at once."""
    most_open: Pay | None = Field(default=None, examples=["6_000"])
    """The most that may be open of advances: with 5,500 open, a draw of 2,000 advances 500 where this is 6,000, and
    then nothing until something is recovered."""
    first_periods: Count | None = Field(default=None, examples=["3"])
    """Only for so many statement periods, the first of them the one in which the payee was enrolled."""
    effective: Window | None = Field(default=None, examples=["{from: 2026-02-01, until: 2026-05-01}"])
    """Only for statement periods that begin in this window."""
    recovery: Recovery | None = Field(default=None, examples=["{starts_after: 3, max_share: 50%}"])
    """When and how fast advances are recovered; without it, at once and in full."""
    then: Draw | None = Field(default=None, examples=["{kind: recoverable, amount: 4_000, first_periods: 3}"])
    """The draw that follows when the periods of this one are over, such as an advance after a guarantee: its periods,
    and those of its `recovery`, are counted from there. What is still open goes on, and is recovered as the draw that
    came last says."""

    @property
    def recovers(self) -> Recovery:
        """How advances are recovered."""
        return self.recovery or Recovery()

    def of_period(self, place: int) -> Payout | None:
        """The draw of a payee's how-many-eth statement period, from 0; None where there is none."""
        if self.amounts is not None:
            return self.amounts[place] if place < len(self.amounts) else None
        return self.amount if self.first_periods is None or place < self.first_periods else None

    @property
    def periods(self) -> int | None:
        """For how many of a payee's statement periods it is; None without end."""
        return len(self.amounts) if self.amounts is not None else self.first_periods

    def problems(self) -> Iterator[Problem]:
        """It says how much, a guarantee is not recovered, and there is a period with a draw."""
        if (self.amount is None) == (self.amounts is None):
            message = "has both amount and amounts." if self.amount is not None else "says not how much it is."
            yield Problem((), message, "Write amount, such as amount: 4_000, or amounts, one for each first period.")
        said = [value for value in (self.amount, *(self.amounts or ())) if value is not None]
        if any(isinstance(value, Fraction) != (self.of is not None) for value in said):
            message = "percentages are of something, and amounts of nothing."
            yield Problem(("of",), message, "Write of: variable beside percentages alone.")
        if self.amounts is not None and self.first_periods is not None:
            yield Problem(("first_periods",), "amounts say by themselves how many they are.", "Remove first_periods.")
        if self.recovery is not None and self.kind == "non_recoverable":
            remedy = "Remove recovery, or write kind: recoverable."
            yield Problem(("recovery",), "a guarantee is never recovered.", remedy)
        if self.most_open is not None and self.kind == "non_recoverable":
            remedy = "Remove most_open, or write kind: recoverable."
            yield Problem(("most_open",), "a guarantee is never owed.", remedy)
        if self.first_periods is not None and self.first_periods < 1:
            yield Problem(("first_periods",), f"{self.first_periods} periods are none.", "Write 1 or more.")
        if self.then is not None and self.periods is None:
            yield Problem(("then",), "follows a draw without end.", "Add first_periods, or amounts, before it.")
        if self.then is not None and self.then.against != self.against:
            yield Problem(("then", "against"), "is another than that of the draw before it.", "Write both alike.")
