"""What of a payee's earnings is payable, held and carried forward, as plain data for a statement (DESIGN 5.15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from engine.money import format_amount
from engine.payees.balances import AMOUNTS, Balance, balances
from engine.payees.release import every_payable
from engine.telling.payable_told import told_payable
from jobs.configuration import Configuration


def account(
    lines: pl.DataFrame, payables: pl.DataFrame, period: str | None, configuration: Configuration
) -> dict[str, Any]:
    """A payee's accounts in a period, plan by plan; what became payable in it by releases, and what is held now.

    `lines` and `payables` are all of the payee's. A plan without releases makes payable what it earns.
    """
    every = every_payable(lines, payables, configuration.rules.plans)
    released = payables.filter((pl.col("period") == period) & (pl.col("amount_micros") != 0))
    return {
        "accounts": [_account(of) for of in balances(lines, every) if of.period == period],
        "released": [_payable(row) for row in released.sort("payable_on", "part").iter_rows(named=True)],
        "held": [
            _payable(row)
            for row in payables.filter(pl.col("state") == "held").sort("earned_on", "part").iter_rows(named=True)
        ],
    }


def _account(of: Balance) -> dict[str, Any]:
    amounts = {name: format_amount(getattr(of, name), of.currency) for name in AMOUNTS}
    return {"plan": of.plan, "currency": of.currency, **amounts}


def _payable(row: Mapping[str, Any]) -> dict[str, Any]:
    day = row["payable_on"]
    return {
        "deal_id": row["deal_id"],
        "plan": row["plan"],
        "component": row["component"],
        "kind": row["kind"],
        "state": row["state"],
        "earned_in": row["earned_in"],
        "payable_on": day.isoformat() if day is not None else None,
        "amount": format_amount(row["amount_micros"], row["currency"]),
        "currency": row["currency"],
        "sentence": told_payable(row),
    }
