"""What of a payee's earnings is payable, held and carried forward, as plain data for a statement (DESIGN 5.15).

Amounts stand in the statement in which they were booked, whatever period they are about: the accounts of closed periods
stay as they were, and each statement goes on where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from engine.money import format_amount
from engine.payees.paying.balances import ACCOUNT, AMOUNTS, Balance, balances
from engine.payees.paying.release import deferring
from engine.telling.payable_told import told_payable
from jobs.books.material import Material
from jobs.configuration import Configuration


def accounts(of: Material, configuration: Configuration) -> tuple[Balance, ...]:
    """The balances of a payee's accounts, statement by statement.

    A plan without releases makes payable what it earns.
    """
    earned, released = (
        each.select(*ACCOUNT, period="booked_in", amount_micros="delta_micros") for each in (of.earned, of.released)
    )
    defers = pl.col("plan").is_in(list(deferring(configuration.rules.plans)))
    payable = pl.concat([earned.filter(~defers), released.filter(defers)]).with_columns(state=pl.lit("payable"))
    forfeited = of.payables.filter(pl.col("state") == "forfeited").select(*ACCOUNT, "period", "amount_micros", "state")
    return balances(earned, pl.concat([payable, forfeited.cast({"state": pl.String})]))


def account(found: tuple[Balance, ...], payables: pl.DataFrame, period: str | None) -> dict[str, Any]:
    """The accounts in a period, plan by plan; what became payable in it by releases, and what is held now."""
    released = payables.filter((pl.col("period") == period) & (pl.col("amount_micros") != 0))
    return {
        "accounts": [_account(of) for of in found if of.period == period],
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
