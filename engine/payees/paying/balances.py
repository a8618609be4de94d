"""The account of a payee in a plan, statement by statement: earned, payable, held, and what is carried forward.

What is held at the end of a period is what was earned so far less what became payable or was forfeited so far. What is
payable in a period is its payout; where clawbacks make it less than nothing, the payout is nothing, and the rest is
brought into the next period, within the plan and its currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

ACCOUNT = ["payee_id", "plan", "currency"]
AMOUNTS = ("earned", "payable", "brought_forward", "payout", "carried_forward", "held", "forfeited")
"""The amounts of a balance, in the order in which they are read."""
SUMS = ["earned", "payable", "forfeited"]


@dataclass(frozen=True, slots=True)
class Balance:
    """One statement period of an account, in micro-units."""

    payee_id: str
    plan: str
    currency: str
    period: str
    earned: int
    payable: int
    forfeited: int
    held: int
    """At the end of the period."""
    brought_forward: int
    """What the periods before owe, as an amount below zero."""
    payout: int
    """To be paid out of the plan: what is payable and was brought forward, where that is above zero."""
    carried_forward: int
    """What is brought into the next period."""


def balances(lines: pl.DataFrame, payables: pl.DataFrame) -> tuple[Balance, ...]:
    """Every account of the lines with its periods in order; `payables` are those of all lines (`every_payable`)."""
    moved = pl.concat(
        [
            lines.select(*ACCOUNT, "period", earned="amount_micros", payable=0, forfeited=0),
            payables.filter(pl.col("period").is_not_null()).select(
                *ACCOUNT,
                "period",
                earned=0,
                payable=pl.when(pl.col("state") == "payable").then("amount_micros").otherwise(0),
                forfeited=pl.when(pl.col("state") == "forfeited").then("amount_micros").otherwise(0),
            ),
        ],
        how="vertical_relaxed",
    )
    periods = moved.group_by(*ACCOUNT, "period").agg(pl.col(SUMS).sum()).sort(*ACCOUNT, "period")
    found: list[Balance] = []
    for of_account in periods.partition_by(ACCOUNT, maintain_order=True):
        held = forward = 0
        for row in of_account.iter_rows(named=True):
            held += row["earned"] - row["payable"] - row["forfeited"]
            total = row["payable"] + forward
            found.append(
                Balance(**row, held=held, brought_forward=forward, payout=max(total, 0), carried_forward=min(total, 0))
            )
            forward = min(total, 0)
    return tuple(found)
