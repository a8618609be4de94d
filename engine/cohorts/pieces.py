"""Revenue as pieces, each of one contract or change, from the day on which it is there until that on which it is not.

What a customer pays on any day is the sum of its pieces; where a renewal replaces a contract, one piece ends on the day
on which the other begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.cohorts.history import History
from engine.texts import text

PIECE = ["account_id", "contract_id", "deal_id", "from_on", "until_on", "acv_micros", "currency"]
"""`contract_id` is null of a change that belongs to no contract, `deal_id` of a contract that names no deal, `until_on`
of what still runs."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The revenue of customers, and the contracts that come up for renewal.

    `rows`: every piece. `due`: for each contract with an end (`due_on`, its last day) the pieces that end with it, and
    as `renewed` those of its renewals in time.
    """

    rows: pl.DataFrame
    due: pl.DataFrame


def pieces_of(history: History, grace_days: int) -> Pieces:
    """The pieces, where a renewal is in time that is signed at most so many days after it had to start."""
    in_time = _in_time(history, grace_days)
    contracts = _contracts(history, in_time)
    changes = _placed(history.changes, contracts)
    rows = pl.concat([contracts.select(PIECE), changes.select(PIECE)])
    there = rows.filter(pl.col("until_on").is_null() | (pl.col("from_on") < pl.col("until_on")))
    return Pieces(there, _due(contracts, there, in_time))


def _in_time(history: History, grace_days: int) -> pl.DataFrame:
    """The renewals that came in time."""
    over = history.contracts.select("contract_id", "over_on")
    last = pl.col("over_on").dt.offset_by(f"{grace_days}d")
    return history.renewals.join(over, on="contract_id").filter(
        pl.col("over_on").is_null() | (pl.col("signed_on") <= last)
    )


def _contracts(history: History, in_time: pl.DataFrame) -> pl.DataFrame:
    """Contracts as pieces: until they are replaced or over; a late renewal begins when it is signed, if not later."""
    replaced = in_time.group_by("contract_id").agg(replaced_on=pl.col("starts_on").min())
    late = history.renewals.join(in_time, on=["contract_id", "by"], how="anti")
    begins = pl.when("late").then(pl.max_horizontal("starts_on", "signed_on")).otherwise("starts_on")
    return (
        history.contracts.join(replaced, on="contract_id", how="left")
        .join(late.select(contract_id="by", late=True).unique(), on="contract_id", how="left")
        .with_columns(deal_id="origin_deal_id", from_on=begins, until_on=pl.coalesce("replaced_on", "over_on"))
    )


def _due(contracts: pl.DataFrame, pieces: pl.DataFrame, in_time: pl.DataFrame) -> pl.DataFrame:
    """What comes up for renewal, as it was on its last day, and what its renewals in time are worth."""
    ending = contracts.filter(pl.col("over_on").is_not_null()).select(
        "account_id",
        "contract_id",
        "from_on",
        ends_on="until_on",
        until_on="over_on",
        due_on=pl.col("over_on").dt.offset_by("-1d"),
    )
    values = ["deal_id", "acv_micros", "currency"]
    with_it = pieces.select("contract_id", *values, ends_on="until_on", begun_on="from_on")
    at_last = ending.join(with_it, on=["contract_id", "ends_on"]).filter(pl.col("begun_on") < pl.col("until_on"))
    parts = [
        at_last.with_columns(renewed=pl.lit(value=False)),
        ending.join(in_time.select("contract_id", *values), on="contract_id").with_columns(renewed=pl.lit(value=True)),
    ]
    columns = ["account_id", "contract_id", "from_on", "until_on", "due_on", *values, "renewed"]
    return pl.concat([part.select(columns) for part in parts])


def _placed(changes: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """Changes with the contract that they belong to and end with: the one named, else the last to end of those running.

    A sale that belongs to none stands for its own term. What cancels the deal that started a contract ends that, and
    what made it less goes on as long as it does: a renewal in time may let it run on.
    """
    of = contracts.select("account_id", "contract_id", "origin_deal_id", begins_on="from_on", ends_on="until_on")
    running = changes.join(of, on="account_id").filter(
        pl.col("begins_on") <= pl.col("from_on"),
        pl.col("ends_on").is_null() | (pl.col("from_on") < pl.col("ends_on")),
    )
    named = (pl.col("prior_deal_id") == pl.col("origin_deal_id")) | (
        pl.col("renewed_contract_id") == pl.col("contract_id")
    )
    best = (
        running.with_columns(named=named.fill_null(value=False))
        .sort("change", "named", "ends_on", "contract_id", descending=[False, True, True, False], nulls_last=False)
        .unique("change", keep="first", maintain_order=True)
    )
    placed = changes.join(best.select("change", "contract_id", "origin_deal_id", "ends_on"), on="change", how="left")
    of_its_own = pl.col("deal_id").eq_missing(pl.col("origin_deal_id"))
    alone = pl.col("contract_id").is_null()
    by_term = pl.col("from_on").dt.offset_by(text("{}mo", pl.col("term_months").clip(1, 1_200)))
    until = pl.when(alone).then(by_term).otherwise("ends_on")
    sold = ~alone | (pl.col("acv_micros") > 0)
    return placed.filter(sold | pl.col("acv_micros").is_null()).with_columns(
        until_on=pl.when(of_its_own).then(until).otherwise(pl.min_horizontal(until, "ended_on"))
    )
