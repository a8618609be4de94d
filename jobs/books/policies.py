"""Policies for late changes of closed periods (`drift:` in tallystick.yaml)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.documents.document import Document

Policy = Literal["book", "hold", "refuse"]
STRICTNESS: tuple[Policy, ...] = ("book", "hold", "refuse")


class Policies(Document):
    """What becomes of a late change that would move a closed period, by what of the record changed.

    `book` books the difference as a prior period adjustment, `hold` waits for `drift accept` or `drift reject`,
    `refuse` leaves the record as it was believed. Where several apply, the strictest counts.
    """

    amount: Policy = "hold"
    """Amount, ACV, cost, currency, term, products."""
    close_date: Policy = "hold"
    """The close date and the contract's start."""
    stage: Policy = "hold"
    """Won, lost, reopened."""
    owner: Policy = "hold"
    """The owner, splits, team members."""
    account: Policy = "hold"
    """A customer's own fields."""
    new: Policy = "hold"
    """A record that was not known when the period was closed."""
    deleted: Policy = "hold"
    """A record that is gone."""
    other: Policy = "hold"
    """Any other field that a rule or a plan reads."""

    def of(self, kinds: Sequence[str]) -> Policy:
        """The strictest policy of these kinds."""
        policies: list[Policy] = [getattr(self, kind) for kind in kinds]
        return max(policies, key=STRICTNESS.index)
