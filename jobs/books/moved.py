"""What a statement shows beside its own lines: what is about earlier, closed periods, and what of its own is elsewhere.

A posting shows in one statement alone. Hence a statement's total is its lines, plus the adjustments about earlier
periods that show in it, less what was booked about its own period while that was closed: what the ledger holds for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from engine.money import format_amount

GROUP = ["period", "booked_in", "plan", "component", "kind", "deal_id", "currency"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """Postings of a payee that show in another statement than the period they are about."""

    here: pl.DataFrame
    """About earlier periods, shown in this one."""
    elsewhere: pl.DataFrame
    """About this period, shown in a later one."""


def moved(earned: pl.DataFrame, period: str | None) -> Moved:
    """What of a payee's earnings moved into the statement of a period, or out of it; sums that are not zero."""
    strayed = earned.filter(pl.col("booked_in") != pl.col("period"))
    amount = pl.col("delta_micros").cast(pl.Int128).sum().cast(pl.Int64).alias("amount_micros")
    sums = strayed.group_by(GROUP).agg(amount, pl.col("run_id").unique().sort()).filter(pl.col("amount_micros") != 0)
    sums = sums.sort(GROUP)
    return Moved(sums.filter(pl.col("booked_in") == period), sums.filter(pl.col("period") == period))


def told(found: Moved, deals: Mapping[str, Row]) -> dict[str, list[Row]]:
    """Both sides as plain data, each with the deal whose line differs and the period it is about or shows in."""
    return {
        "adjustments": [_told(row, deals) | {"about": row["period"]} for row in found.here.iter_rows(named=True)],
        "booked_elsewhere": [
            _told(row, deals) | {"shown_in": row["booked_in"]} for row in found.elsewhere.iter_rows(named=True)
        ],
    }


def _told(row: Row, deals: Mapping[str, Row]) -> Row:
    return {
        "deal_id": row["deal_id"],
        "deal": deals.get(row["deal_id"], {}).get("name"),
        "plan": row["plan"],
        "component": row["component"],
        "kind": row["kind"],
        "amount": format_amount(row["amount_micros"], row["currency"]),
        "currency": row["currency"],
    }


def totals(lines: pl.DataFrame, found: Moved) -> dict[str, str]:
    """What the statement comes to, by currency: its lines and what moved."""
    parts = [
        lines.select("currency", "amount_micros"),
        found.here.select("currency", "amount_micros"),
        found.elsewhere.select("currency", -pl.col("amount_micros")),
    ]
    sums = pl.concat(parts).group_by("currency").agg(pl.col("amount_micros").cast(pl.Int128).sum()).sort("currency")
    return {currency: format_amount(int(amount), currency) for currency, amount in sums.iter_rows()}
