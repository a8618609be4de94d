"""What an account has running before a deal: its size as a customer, and what an expansion is measured against."""

from __future__ import annotations

import polars as pl

from engine.deals.dirt import plausible
from engine.model import LARGEST_MICROS, Motion

_CHANGES = (Motion.UPSELL, Motion.CROSS_SELL, Motion.DOWNGRADE)


def running_acv(deals: pl.DataFrame, won: pl.DataFrame, contracts: pl.DataFrame, home: str) -> pl.DataFrame:
    """By deal asked about: ACV of the contracts that have begun and are not over before it, and what has changed since.

    Contracts of the CRM state their ACV as it is; to derived ones the expansions and reductions are added that were won
    since the last of the running ones was signed. A contract is over when the deal that renews it starts. Deals are
    left out where nothing runs, or not all of it in the deal's currency; a contract without one is in the company's.
    """
    asked = deals.select("deal_id", "account_id", "closed_on", "currency")
    running = _running(asked, _replaced(contracts, won).with_columns(pl.col("currency").fill_null(home)))
    changed = _changed(running.filter("derived"), won)
    whole = running.join(changed, on="deal_id", how="left").with_columns(
        total=pl.col("total") + pl.col("change").fill_null(0),
        same=pl.col("same") & pl.col("change_same").fill_null(value=True),
    )
    known = whole.filter("same", pl.col("total").abs() <= LARGEST_MICROS)
    return known.select("deal_id", running_acv_micros=pl.col("total").cast(pl.Int64))


def _running(asked: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """By deal: what its account's running contracts come to, and when the last of them was signed."""
    begun = contracts.filter(pl.col("acv_micros").is_not_null()).select(
        "account_id",
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
        .group_by("deal_id", "account_id", "closed_on", "currency")
        .agg(
            total=pl.col("contract_acv").sum(),
            same=(pl.col("contract_currency") == pl.col("currency")).all(),
            derived=pl.col("derived").all(),
            since=pl.col("signed_on").max(),
        )
    )


def _replaced(contracts: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """The contracts, over at the latest when the deal starts that renews them."""
    renewals = won.filter(pl.col("motion") == Motion.RENEWAL).select(
        contract_id=pl.coalesce("renewed_contract_id", "prior_deal_id"),
        replaced_on=pl.coalesce(plausible(pl.col("starts_on")), "closed_on"),
    )
    first = renewals.drop_nulls().group_by("contract_id").agg(pl.col("replaced_on").min())
    return contracts.join(first, on="contract_id", how="left").with_columns(
        over_on=pl.min_horizontal("over_on", "replaced_on")
    )


def _changed(running: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """By deal: what expansions and reductions after the last signing come to before it; of one day by id."""
    changes = won.filter(pl.col("motion").is_in(_CHANGES)).select(
        "account_id",
        changed_by="deal_id",
        changed_on="closed_on",
        change_currency="currency",
        change=pl.col("acv_micros").cast(pl.Int128),
    )
    day, changed_on = pl.col("closed_on"), pl.col("changed_on")
    before = (changed_on < day) | ((changed_on == day) & (pl.col("changed_by") < pl.col("deal_id")))
    return (
        running.join(changes, on="account_id")
        .filter(before & (changed_on >= pl.col("since")))
        .group_by("deal_id")
        .agg(pl.col("change").sum(), change_same=(pl.col("change_currency") == pl.col("currency")).all())
    )
