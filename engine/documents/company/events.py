"""What may happen to a deal after it was won: causes of clawbacks, and what releases wait for."""

from __future__ import annotations

from typing import Literal, get_args

CAUSES = ("cancelled", "downgraded", "refunded", "unpaid")
"""The business causes of a clawback, in the order in which those of one day are judged."""

LATE = "late"
"""What a payment is called that comes to a deal with an unpaid invoice: it may give back what that took."""

EventKind = Literal[
    "cancelled",
    "downgraded",
    "refunded",
    "unpaid",
    "invoice",
    "payment",
    "contract_start",
    "delivery",
    "go_live",
]
EVENTS: tuple[str, ...] = get_args(EventKind)
WITHOUT_AMOUNT = ("cancelled", "contract_start", "delivery", "go_live")
"""Events that are of the deal as a whole."""
