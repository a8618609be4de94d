"""What a statement shows beside its own lines: what is about earlier, closed periods, and what of its own is elsewhere.

A posting shows in one statement alone. Hence a statement's total is its lines, plus the adjustments about earlier
periods that show in it, less what was booked about its own period while that was closed: what the ledger holds for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from engine.money import format_amount
from jobs.books.material import Row, Told

GROUP = ["period", "booked_in", "plan", "component", "kind", "deal_id", "currency"]


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


def told(found: Moved, of: Told, deals_of_payee: Collection[str]) -> dict[str, list[Row]]:
    """Both sides as plain data, each with the deal whose line differs and the period it is about or shows in.

    `moved_by` names the payee's deals that the runs that booked it read anew or let through: a deal that takes a tier
    away moves the lines of others. It is empty where rules or people files did.
    """
    return {
        "adjustments": [
            _told(row, of, deals_of_payee) | {"about": row["period"]} for row in found.here.iter_rows(named=True)
        ],
        "booked_elsewhere": [
            _told(row, of, deals_of_payee) | {"shown_in": row["booked_in"]}
            for row in found.elsewhere.iter_rows(named=True)
        ],
    }


def _told(row: Row, of: Told, deals_of_payee: Collection[str]) -> Row:
    movers = {deal for run_id in row["run_id"] for deal in of.movers.get(run_id, ()) if deal in deals_of_payee}
    return {
        "deal_id": row["deal_id"],
        "deal": of.deals.get(row["deal_id"], {}).get("name"),
        "plan": row["plan"],
        "component": row["component"],
        "kind": row["kind"],
        "amount": format_amount(row["amount_micros"], row["currency"]),
        "currency": row["currency"],
        "moved_by": [{"deal_id": deal, "deal": of.deals.get(deal, {}).get("name")} for deal in sorted(movers)],
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
