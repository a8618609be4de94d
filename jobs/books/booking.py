"""Booking what a person adjusted: what was kept and what is not booked yet are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.access.approvals import Waits
from jobs.computing import compute
from jobs.configuration import Configuration
from jobs.guard import ChangeHeld
from jobs.running import Run


def book(configuration: Configuration, run: Run, answer: Mapping[str, Any]) -> None:
    """Compute what an adjustment that counts, or counts no longer, comes to.

    Where the guard stops that, the adjustment stays kept; `ChangeHeld` says so.
    """
    if "waits_for" in answer:
        return
    try:
        compute(configuration, run)
    except ChangeHeld as held:
        kept = "is withdrawn" if answer["state"] == "withdrawn" else "is kept and counts"
        message = f"Adjustment {answer['adjustment']} {kept}, but what it comes to is not booked yet."
        raise ChangeHeld(f"{message} {held} Then the next sync books it; do not adjust again.", *held.asked) from held


def refuse_waiting(answer: Mapping[str, Any]) -> None:
    """Raise `Waits` for an adjustment that a second person must agree to: kept, and without effect until then."""
    if "waits_for" in answer:
        raise Waits(
            f"Adjustment {answer['adjustment']} waits for a second person; nothing was booked. "
            f"Another one agrees with: worker.py approve {answer['waits_for']}"
        )
