"""What people adjusted by hand, as plain data for statements, explanations and lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.money import format_amount
from store import adjustments
from store.adjustments import Adjustment


def told_adjustments(conn: Connection, payee_ids: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Every adjustment (of these payees) with its author, reason and state, oldest first."""
    return [told(one) for one in adjustments.adjustments(conn, payee_ids)]


def told(one: Adjustment) -> dict[str, Any]:
    """An adjustment; the amount of an achievement that is no money is a number without a currency."""
    given = one.given
    last = one.steps[-1] if one.steps else None
    withdrawn = last if last is not None and last.step == "withdrawn" else None
    return {
        "adjustment": one.number,
        "source_id": f"adjustment:{one.number}",
        "payee_id": given.payee_id,
        "period": given.period,
        "kind": given.kind,
        "plan": given.plan,
        "component": given.component,
        "amount": format_amount(given.amount_micros, given.currency or ""),
        "currency": given.currency,
        "deal_id": given.deal_id,
        "reason": given.reason,
        "evidence": given.evidence,
        "by": one.login,
        "on": one.at.date().isoformat(),
        "approved_by": one.approved_by,
        "state": one.state,
        "withdrawn_by": withdrawn.login if withdrawn else "",
        "withdrawn_because": withdrawn.reason if withdrawn else "",
    }


def told_correction(row: Mapping[str, Any]) -> str:
    """`-150.00 USD for 2026-10 by dana on 2026-11-02: split by hand`."""
    of = f" of what {row['component']} measures" if row["component"] else ""
    deal = f" for deal {row['deal_id']}" if row["deal_id"] else ""
    second = f", approved by {row['approved_by']}" if row["approved_by"] else ""
    evidence = f" ({row['evidence']})" if row["evidence"] else ""
    gone = f"; withdrawn by {row['withdrawn_by']}: {row['withdrawn_because']}" if row["state"] == "withdrawn" else ""
    waits = "; waits for a second person" if row["state"] == "waits" else ""
    amount = f"{row['amount']} {row['currency'] or ''}".strip()
    said = f"{amount}{of}{deal} for {row['period']} by {row['by']} on {row['on']}{second}: {row['reason']}{evidence}"
    return f"{said}{gone}{waits}"
