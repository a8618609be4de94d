"""What an account has running before a deal: its size as a customer, and what an expansion is measured against."""

from __future__ import annotations

import polars as pl

from engine.deals.contracts import CHANGES
from engine.deals.dirt import plausible
from engine.model import LARGEST_MICROS, Motion


def running_acv(deals: pl.DataFrame, won: pl.DataFrame, contracts: pl.DataFrame, home: str) -> pl.DataFrame:
    """By deal asked about: ACV of the contracts that run on its day, and what has changed since.

    Contracts of the CRM state their ACV as it is; where none of them runs, the expansions and reductions are added that
    were won since the last of the running ones was signed, and not cancelled. A contract is over when another deal
    that renews it has been signed and started. Deals are left out where nothing runs, where the ACV of something that
    runs is not known, or not all of it is in the deal's currency; a contract without one is in the company's.
    """
    asked = deals.select("deal_id", "account_id", "closed_on", "currency")
    running = _running(asked, contracts.with_columns(pl.col("currency").fill_null(home)), won)
    changed = _changed(running.filter("derived"), won)
    whole = running.join(changed, on="deal_id", how="left").with_columns(
        total=pl.col("total") + pl.col("change").fill_null(0),
        same=pl.col("same") & pl.col("change_same").fill_null(value=True),
    )
    known = whole.filter("known", "same", pl.col("total").abs() <= LARGEST_MICROS)
    return known.select("deal_id", running_acv_micros=pl.col("total").cast(pl.Int64))


def _running(asked: pl.DataFrame, contracts: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """By deal: what its account's running contracts come to, and when the last of them was signed."""
    begun = contracts.select(
        "account_id",
        "contract_id",
        "origin_deal_id",
        "signed_on",
        "starts_on",
        "over_on",
        "derived",
        contract_currency="currency",
        contract_acv=pl.col("acv_micros").cast(pl.Int128),
    )
    day = pl.col("closed_on")
    earlier = (pl.col("signed_on") <= day) & (pl.col("origin_deal_id").ne_missing(pl.col("deal_id")))
    lasting = (pl.col("starts_on") <= day) & (pl.col("over_on").is_null() | (day < pl.col("over_on")))
    return (
        asked.join(begun, on="account_id")
        .filter(earlier & lasting)
        .pipe(_not_replaced, won)
        .group_by("deal_id", "account_id", "closed_on", "currency")
        .agg(
            total=pl.col("contract_acv").sum(),
            known=pl.col("contract_acv").is_not_null().all(),
            same=(pl.col("contract_currency") == pl.col("currency")).all(),
            derived=pl.col("derived").all(),
            since=pl.col("signed_on").max(),
        )
    )


def _not_replaced(pairs: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """The pairs of a deal and a contract of which no other deal had renewed the contract by the deal's day."""
    renewals = won.filter(pl.col("motion") == Motion.RENEWAL).select(
        "renewed_contract_id",
        "prior_deal_id",
        by="deal_id",
        replaced_on=pl.max_horizontal(pl.coalesce(plausible(pl.col("starts_on")), "closed_on"), "closed_on"),
    )
    named = [
        renewals.select("by", "replaced_on", contract_id="renewed_contract_id"),
        pairs.select("contract_id", prior_deal_id="origin_deal_id")
        .unique()
        .join(renewals, on="prior_deal_id")
        .select("by", "replaced_on", "contract_id"),
    ]
    replaced = pairs.join(pl.concat(named), on="contract_id").filter(
        pl.col("replaced_on") <= pl.col("closed_on"), pl.col("by") != pl.col("deal_id")
    )
    return pairs.join(replaced, on=["deal_id", "contract_id"], how="anti")


def _changed(running: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """By deal: what expansions and reductions after the last signing come to before it; of one day by id."""
    changes = won.filter(pl.col("motion").is_in(CHANGES)).select(
        "account_id",
        changed_by="deal_id",
        changed_on="closed_on",
        change_currency="currency",
        changed_until="ended_on",
        change=pl.col("acv_micros").cast(pl.Int128),
    )
    day, changed_on = pl.col("closed_on"), pl.col("changed_on")
    before = (changed_on < day) | ((changed_on == day) & (pl.col("changed_by") < pl.col("deal_id")))
    return (
        running.join(changes, on="account_id")
        .filter(before & (changed_on >= pl.col("since")))
        .filter(pl.col("changed_until").is_null() | (day < pl.col("changed_until")))
        .group_by("deal_id")
        .agg(pl.col("change").sum(), change_same=(pl.col("change_currency") == pl.col("currency")).all())
    )
