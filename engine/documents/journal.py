"""Where commissions stand in the general ledger (`config/journal.yaml`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.values import spelt

LineKind = Literal[
    "commission",
    "spiff",
    "bonus",
    "manager_override",
    "clawback",
    "draw_advance",
    "draw_recovery",
    "cap",
    "floor",
    "pool",
    "adjustment",
]
_number = spelt(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", 'Write it as text, such as "6100".', "an account number")


class Account(Document):
    """An account of the general ledger."""

    number: Annotated[StrictStr, _number[0], _number[1]] = Field(examples=['"6100"'])
    """As the accounting system writes it, in quotes."""
    name: StrictStr = Field(default="", examples=["Commission expense"])
    """Shown beside the number."""


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

    def against(self, kind: str) -> Account:
        """The account that faces what is earned of a kind."""
        return next((account for known, account in self.by_kind.items() if known == kind), self.expense)
