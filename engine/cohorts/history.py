"""The history of customers' recurring revenue: contracts, what renewed them, and what changed them while they ran.

A contract is worth what its deal signed, else what the CRM says of it. Upsells, cross-sells and downgrades change it
while it runs, and end with it. Everything here is found account by account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.deals.contracts import all_contracts, with_links, without_contract
from engine.deals.dirt import plausible
from engine.model import Motion

_GROWS = (Motion.UPSELL, Motion.CROSS_SELL)
LINKS = ("prior_deal_id", "renewed_contract_id")
FAR = 1_000_000
"""Days to the end of a contract that has none."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of all customers, in the currencies of their contracts. ACVs are null where nobody knows them.

    `contracts`: `over_on` is the first day without the contract, null while it runs. `renewals`: by `contract_id` what
    replaced it. `changes`: what was added to (or taken from) a contract, `named` where it says which. `unsettled`:
    accounts with won deals that are held, and the day of the deal; null where even that is not known. `uncounted`: new
    business of customers whose contracts the CRM keeps, of which none is the deal's.
    """

    contracts: pl.DataFrame
    renewals: pl.DataFrame
    changes: pl.DataFrame
    unsettled: pl.DataFrame
    uncounted: pl.DataFrame
    days: tuple[date, date] | None
    """The first day on which there is a contract, and the last on which anything is known to have happened."""


def history_of(classified: dy.DataFrame[f.Classified], book: Book) -> History:
    """The history that won deals, the CRM's contracts and the events of deals tell."""
    won = with_links(classified, book)
    contracts = _contracts(won, book)
    changes = _changes(won, contracts, book.deal_events)
    days = _days(won, contracts, book)
    uncounted = without_contract(contracts, won, book.contracts, Motion.NEW_BUSINESS).select("account_id", "deal_id")
    return History(contracts, _renewals(contracts), changes, _unsettled(won, book), uncounted, days)


def _contracts(won: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Every contract, with its origin's motion and links, and ended by whatever says so first."""
    origin = won.select(
        "motion",
        *LINKS,
        "cancelled_on",
        origin_deal_id="deal_id",
        signed_acv="acv_micros",
        signed_currency="currency",
    )
    known = all_contracts(book.contracts, won).drop("cancelled_on", "ends_on")
    whole = known.join(origin, on="origin_deal_id", how="left")
    return whole.select(
        "account_id",
        "contract_id",
        "origin_deal_id",
        "motion",
        *LINKS,
        "signed_on",
        starts_on=plausible(pl.col("starts_on")),
        over_on=pl.min_horizontal("over_on", "cancelled_on"),
        acv_micros=pl.coalesce("signed_acv", "acv_micros"),
        currency=pl.coalesce("signed_currency", "currency"),
    ).filter(pl.col("starts_on").is_not_null())


def _renewals(contracts: pl.DataFrame) -> pl.DataFrame:
    """By contract (`contract_id`): the contracts (`by`) that renewed it, those named and the nearest unnamed one."""
    named = _named(contracts)
    links = pl.concat([named, _nearest(contracts, named)]).unique()
    by = contracts.select(
        "signed_on", "starts_on", "acv_micros", "currency", by="contract_id", deal_id="origin_deal_id"
    )
    return links.join(by, on="by")


def _named(contracts: pl.DataFrame) -> pl.DataFrame:
    """Renewals that say what they renew: the contract, or the deal that started it."""
    by = contracts.filter(pl.col("motion") == Motion.RENEWAL)
    earlier = contracts.select("account_id", "contract_id", "origin_deal_id")
    of_contract = by.select("account_id", by="contract_id", contract_id="renewed_contract_id").join(
        earlier.drop("origin_deal_id"), on=["account_id", "contract_id"]
    )
    of_deal = by.select("account_id", by="contract_id", origin_deal_id="prior_deal_id").join(
        earlier, on=["account_id", "origin_deal_id"]
    )
    pairs = pl.concat([rows.select("contract_id", "by") for rows in (of_contract, of_deal)])
    return pairs.filter(pl.col("contract_id") != pl.col("by")).unique()


def _nearest(contracts: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Renewals that say nothing, each with the contract whose end is nearest to its start, the nearest pairs first.

    A contract of which no deal is known may be one, where it starts when another is over.
    """
    silent = contracts.filter((pl.col("motion") == Motion.RENEWAL) | pl.col("motion").is_null())
    later = silent.join(named, left_on="contract_id", right_on="by", how="anti").select(
        "account_id", "motion", by="contract_id", begins_on="starts_on"
    )
    earlier = contracts.join(named, on="contract_id", how="anti").select(
        "account_id", "contract_id", "starts_on", "over_on"
    )
    pairs = later.join(earlier, on="account_id").filter(pl.col("starts_on") < pl.col("begins_on"))
    away = (pl.col("begins_on") - pl.col("over_on")).dt.total_days()
    fitting = pairs.filter(pl.col("motion").is_not_null() | (away >= 0)).with_columns(away=away.abs().fill_null(FAR))
    return _paired(fitting.sort("away", "contract_id", "by").select("contract_id", "by"))


def _paired(nearest_first: pl.DataFrame) -> pl.DataFrame:
    """Each contract once with the renewal that is nearest to it of those that it is nearest to."""
    pairs, rest = [nearest_first.clear()], nearest_first
    while rest.height:
        one, other = (rest.unique(key, keep="first", maintain_order=True) for key in ("by", "contract_id"))
        pairs.append(one.join(other, on=["contract_id", "by"], how="semi"))
        for key in ("by", "contract_id"):
            rest = rest.join(pairs[-1], on=key, how="anti", maintain_order="left")
    return pl.concat(pairs)


def _changes(won: pl.DataFrame, contracts: pl.DataFrame, events: dy.DataFrame[f.DealEvents]) -> pl.DataFrame:
    """Upsells, cross-sells and downgrades that are no contract of their own, and downgrades that events tell.

    All that is known of a deal ends with it, where an event says that it was cancelled.
    """
    beside = won.join(contracts, left_on="deal_id", right_on="origin_deal_id", how="anti")
    acv = pl.col("acv_micros")
    sold = beside.filter(pl.col("motion").is_in([*_GROWS, Motion.DOWNGRADE])).select(
        "account_id",
        "deal_id",
        "currency",
        "term_months",
        *LINKS,
        ended_on="cancelled_on",
        from_on=pl.coalesce(plausible(pl.col("starts_on")), "closed_on"),
        acv_micros=pl.when(pl.col("motion") == Motion.DOWNGRADE).then(-acv.abs()).otherwise(acv),
    )
    told = events.filter(pl.col("kind") == "downgraded").join(won, on="deal_id")
    less = pl.min_horizontal(pl.col("amount_micros").fill_null(acv), acv).clip(lower_bound=0)
    shrunk = told.select(
        "account_id",
        "deal_id",
        "currency",
        ended_on="cancelled_on",
        term_months=pl.lit(None, dtype=pl.Int64),
        prior_deal_id="deal_id",
        renewed_contract_id=pl.lit(None, dtype=pl.String),
        from_on="happened_on",
        acv_micros=-less,
    )
    return pl.concat([sold, shrunk.select(sold.columns)]).with_row_index("change")


def _unsettled(won: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Accounts of won deals that are held: nobody knows yet what they did to the revenue."""
    held = book.deals.filter("is_won", "is_closed", pl.col("account_id").is_not_null())
    return held.join(won, on="deal_id", how="anti").select(
        "account_id", "deal_id", closed_on=plausible(pl.col("closed_on"))
    )


def _days(won: pl.DataFrame, contracts: pl.DataFrame, book: Book) -> tuple[date, date] | None:
    """From when until when there is something to tell; ends of contracts that nobody stated are still to come."""
    stated = contracts.join(book.contracts, on="contract_id", how="semi")
    happened = [
        *(won["closed_on"], won["cancelled_on"], contracts["starts_on"], contracts["signed_on"]),
        *(stated["over_on"] - timedelta(days=1), book.deal_events["happened_on"]),
    ]
    last = pl.concat([days.cast(pl.Date) for days in happened]).max()
    first = contracts["starts_on"].min()
    return (first, last) if isinstance(first, date) and isinstance(last, date) else None
