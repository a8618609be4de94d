"""What is told of an adjustment: how much, who, when and why, in the words of the person who made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADJUSTED = "adjustment:"
"""How the source of an adjustment's line begins."""


def told_of_adjustment(source_id: str, adjustment: Mapping[str, Any] | None, amount: str) -> str:
    """`Adjustment 3 of 150.00 USD by dana on 2026-11-20: the deal was split by hand`."""
    said = f"Adjustment {source_id.removeprefix(ADJUSTED)} of {amount}"
    if adjustment is None:
        return said
    about = f" for deal {adjustment['deal_id']}" if adjustment["deal_id"] else ""
    second = f", approved by {adjustment['approved_by']}" if adjustment["approved_by"] else ""
    evidence = f" ({adjustment['evidence']})" if adjustment["evidence"] else ""
    reason = adjustment["reason"].rstrip(".")
    return f"{said}{about} by {adjustment['by']} on {adjustment['on']}{second}: {reason}{evidence}"
