"""Where commissions stand in the general ledger (`config/journal.yaml`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Count, spelt
from engine.model import LineKind

LONGEST_LIFE = 240
YEAR = 12
Motion = Literal["new_business", "renewal", "upsell", "cross_sell", "downgrade", "churn", "services"]
_number = spelt(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", 'Write it as text, such as "6100".', "an account number")


class Account(Document):
    """An account of the general ledger."""

    number: Annotated[StrictStr, _number[0], _number[1]] = Field(examples=['"6100"'])
    """As the accounting system writes it, in quotes."""
    name: StrictStr = Field(default="", examples=["Commission expense"])
    """Shown beside the number."""


class Capitalised(Document):
    """Commissions that are an asset, as they are incremental costs of obtaining a contract."""

    motions: Annotated[tuple[Motion, ...], *FILLED] = Field(examples=["[new_business, upsell, cross_sell]"])
    """Of deals of these motions."""
    kinds: Annotated[tuple[LineKind, ...], *FILLED] = Field(
        default=("commission", "spiff"), examples=["[commission, spiff, manager_override]"]
    )
    """Components with lines of these kinds; what is taken back of them (clawbacks, caps) goes with them."""
    months: Count | None = Field(default=None, examples=["36"])
    """The stated expected life, from the contract's start; without it, the contract's own term."""

    def problems(self) -> Iterator[Problem]:
        """A life is at least a month, and no lifetime."""
        if self.months is not None and not 1 <= self.months <= LONGEST_LIFE:
            yield Problem(("months",), f"{self.months} is no expected life.", f"Write 1 to {LONGEST_LIFE}.")


class Journal(Document):
    """Where commissions stand in the general ledger. Without the file, or without an entry, the defaults hold."""

    expense: Account = Field(
        default=Account(number="6100", name="Commission expense"), examples=['{number: "6100", name: Commissions}']
    )
    """Debited with what is earned, credited with what is taken back. Default `6100`."""
    accrued: Account = Field(
        default=Account(number="2150", name="Accrued commissions"), examples=['{number: "2150", name: Accrued}']
    )
    """Earned and not payable yet. Default `2150`."""
    payable: Account = Field(
        default=Account(number="2160", name="Commissions payable"), examples=['{number: "2160", name: Payable}']
    )
    """Payable and not paid yet; give the number of `accrued` to have one account for both. Default `2160`."""
    cash: Account = Field(
        default=Account(number="1090", name="Payroll clearing"), examples=['{number: "1090", name: Clearing}']
    )
    """Credited with what is paid. Default `1090`."""
    by_kind: dict[LineKind, Account] = Field(
        default_factory=dict, examples=['{draw_advance: {number: "1350"}, draw_recovery: {number: "1350"}}']
    )
    """Another account in place of `expense` for kinds of lines, such as an asset for recoverable draws."""

    capitalise: tuple[Capitalised, ...] = Field(
        default=(), examples=["[{motions: [new_business, upsell], months: 36}, {motions: [renewal]}]"]
    )
    """What `export amortisation` capitalises (ASC 340-40-25-1, IFRS 15.91): the first entry that fits. Without any,
    everything is expensed as it is earned."""
    expedient_months: Count = Field(default=12, examples=["12"])
    """The practical expedient (ASC 340-40-25-4, IFRS 15.94): what would be amortised over this many months or fewer is
    expensed at once; 0 makes no use of it."""

    def problems(self) -> Iterator[Problem]:
        """The expedient ends at a year."""
        if not 0 <= self.expedient_months <= YEAR:
            message = f"{self.expedient_months} months are more than the year that the expedient allows."
            yield Problem(("expedient_months",), message, f"Write 0 to {YEAR}.")

    def capitalised(self, motion: str, kinds: Collection[str]) -> Capitalised | None:
        """The first entry for a deal of this motion and a component with lines of these kinds."""
        fits = (each for each in self.capitalise if motion in each.motions and set(each.kinds) & set(kinds))
        return next(fits, None)

    def against(self, kind: str) -> Account:
        """The account that faces what is earned of a kind."""
        return next((account for known, account in self.by_kind.items() if known == kind), self.expense)
