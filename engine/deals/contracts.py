"""What the account's contracts say of a deal: the expiring ACV, the signing it follows, and its own cancellation.

Contracts come from the CRM where the account has any there; else every won new-business deal and renewal starts one.
"""

from __future__ import annotations

from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import whole_months_between
from engine.deals.dirt import plausible
from engine.deals.problems import problems
from engine.model import Motion, Severity
from engine.texts import text

NEVER = date.max
"""Stands for "not over yet" where ends of contracts are compared."""

ABOUT = "-31d"
"""A contract without a deal that starts no more than this before a deal, or later, may be its contract."""
CHANGES = (Motion.UPSELL, Motion.CROSS_SELL, Motion.DOWNGRADE)
"""What makes a contract that runs larger or smaller."""
_STARTS_A_CONTRACT = (Motion.NEW_BUSINESS, Motion.RENEWAL)


def contracts_of(stated: dy.DataFrame[f.Contracts], won: pl.DataFrame) -> pl.DataFrame:
    """Every account's contracts: those of the CRM, and derived ones for accounts that have none there.

    `won` holds won deals with their motion, their ACV and `ended_on` (see `ended`). `derived` tells which they are;
    `signed_on` is the day the origin deal was won, `over_on` the first day without the contract: of its cancellation,
    or after its last day (null: running).
    """
    origin = won.select(
        "ended_on", origin_deal_id="deal_id", won_on="closed_on", origin_acv="acv_micros", origin_currency="currency"
    )
    known = stated.join(origin, on="origin_deal_id", how="left").with_columns(
        signed_on=pl.coalesce("won_on", "starts_on"),
        currency=pl.when(pl.col("acv_micros").is_null()).then("origin_currency").otherwise("currency"),
        acv_micros=pl.coalesce("acv_micros", "origin_acv"),
        cancelled_on=pl.min_horizontal("cancelled_on", "ended_on"),
        ends_on=plausible(pl.col("ends_on")).dt.offset_by("1d"),
    )
    derived = _derived(stated, won)
    both = [known.select(derived.columns).with_columns(derived=False), derived.with_columns(derived=True)]
    return pl.concat(both).with_columns(over_on=pl.min_horizontal("cancelled_on", "ends_on"))


def without_contract(
    known: pl.DataFrame, won: pl.DataFrame, stated: dy.DataFrame[f.Contracts], motion: Motion
) -> pl.DataFrame:
    """Won deals of a motion of which no contract says that it is theirs, of accounts whose contracts the CRM keeps.

    Not where the account has a contract of no deal that starts about then: that may be the deal's.
    """
    unlinked = won.filter(pl.col("motion") == motion).join(
        known, left_on="deal_id", right_on="origin_deal_id", how="anti"
    )
    last = stated.group_by("account_id").agg(
        pl.col("starts_on").filter(pl.col("origin_deal_id").is_null()).max().alias("nameless_on"),
    )
    mine = unlinked.join(last, on="account_id").with_columns(
        pl.coalesce(plausible(pl.col("starts_on")), "closed_on").alias("begins_on")
    )
    apart = pl.col("nameless_on").is_null() | (pl.col("nameless_on") < pl.col("begins_on").dt.offset_by(ABOUT))
    return mine.filter(apart).drop("nameless_on", "begins_on")


def _beside(known: pl.DataFrame, won: pl.DataFrame, stated: dy.DataFrame[f.Contracts]) -> pl.DataFrame:
    """Contracts that renewals start beside those that the CRM keeps."""
    renewals = without_contract(known, won, stated, Motion.RENEWAL)
    return contracts_of(stated.clear(), renewals).select(known.columns)


def all_contracts(stated: dy.DataFrame[f.Contracts], won: pl.DataFrame) -> pl.DataFrame:
    """Every account's contracts, with those that renewals start beside those that the CRM keeps."""
    known = contracts_of(stated, won)
    return pl.concat([known, _beside(known, won, stated)])


def with_links(classified: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Classified deals as the won deals that contracts are derived from."""
    links = book.deals.select("deal_id", "prior_deal_id", "renewed_contract_id")
    linked = classified.join(links, on="deal_id", how="left")
    return linked.join(ended(book.deal_events), on="deal_id", how="left").with_columns(closed_on="dated_on")


def ended(events: dy.DataFrame[f.DealEvents]) -> pl.DataFrame:
    """By deal the day (`ended_on`) on which the first event says that what it sold was cancelled."""
    cancelled = events.filter(pl.col("kind") == "cancelled")
    return cancelled.group_by("deal_id").agg(ended_on=pl.col("happened_on").min())


def cancellations(contracts: pl.DataFrame) -> pl.DataFrame:
    """By deal: the day on which the contract that it started was cancelled (the first, where it started several)."""
    cancelled = contracts.filter(pl.col("origin_deal_id").is_not_null() & pl.col("cancelled_on").is_not_null())
    return cancelled.group_by(deal_id="origin_deal_id").agg(pl.col("cancelled_on").min())


def signings(asked: pl.DataFrame, won: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """By deal asked about: the won deal that began the account's running relationship, and how long that is ago.

    `lifetime_months` counts from the account's very first won deal instead; `last_purchase_on` is the day before the
    deal's on which the account last bought.
    """
    firsts = _placed(won).group_by("account_id").agg(first_on=pl.col("closed_on").min())
    placed = _placed(asked).join(firsts, on="account_id", how="left").sort("closed_on")
    begun = placed.join_asof(
        _beginnings(_placed(won), contracts),
        left_on="closed_on",
        right_on="began_on",
        by="account_id",
        check_sortedness=False,  # sorted above; polars cannot see it within groups
    )
    first = pl.when(pl.col("first_on") <= pl.col("closed_on")).then("first_on")
    return begun.join_asof(
        _purchases(_placed(won)),
        left_on="closed_on",
        right_on="last_purchase_on",
        by="account_id",
        allow_exact_matches=False,
        coalesce=False,
        check_sortedness=False,  # both are sorted
    ).select(
        "deal_id",
        "signing_owner_id",
        "sales_cycle_days",
        "last_purchase_on",
        signed_on="began_on",
        months_since_signing=whole_months_between(pl.col("began_on"), pl.col("closed_on")),
        lifetime_months=whole_months_between(first, pl.col("closed_on")),
    )


def expiring(asked: pl.DataFrame, won: pl.DataFrame, contracts: pl.DataFrame, home: str) -> pl.DataFrame:
    """By renewal asked about: ACV of what it renews, from the contract it names, else from the deal it names.

    A deal brings what was sold on top of it to end with it (`_co_termed`). The ACV is null where there is none or it is
    in another currency (`other_currency`).
    A contract without a currency is in the company's (`home`).
    """
    contract = contracts.select(
        renewed_contract_id="contract_id",
        contract_acv="acv_micros",
        contract_currency=pl.col("currency").fill_null(home),
        contract_origin="origin_deal_id",
    )
    prior = won.select(
        prior_deal_id="deal_id", prior_acv="acv_micros", prior_currency="currency", prior_closed_on="closed_on"
    )
    linked = (
        asked.filter(pl.col("motion") == Motion.RENEWAL)
        .select("deal_id", "renewed_contract_id", "prior_deal_id", "currency", "closed_on")
        .join(contract, on="renewed_contract_id", how="left")
        .join(prior, on="prior_deal_id", how="left")
        .join(_co_termed(asked, won), on="deal_id", how="left")
    )
    from_contract = pl.col("contract_acv").is_not_null()
    source = pl.when(from_contract).then("contract_currency").otherwise("prior_currency")
    prior_acv = pl.col("prior_acv") + pl.when(pl.col("co_termed").is_null()).then(0).otherwise("change")
    acv = pl.coalesce("contract_acv", prior_acv)
    return linked.with_columns(
        expiring_acv_micros=pl.when(source == pl.col("currency")).then(acv),
        other_currency=acv.is_not_null() & source.ne_missing(pl.col("currency")),
    )


def _co_termed(asked: pl.DataFrame, won: pl.DataFrame) -> pl.DataFrame:
    """By renewal and the deal that it names: what expansions and reductions changed that end on the same day.

    They were won from that deal on until the renewal, and no renewal of their own names them. `change` is null where
    one of them has no ACV or is in another currency.
    """
    renewed = pl.col("motion") == Motion.RENEWAL
    ending = _placed(won).with_columns(ends_on=_begins_on().dt.offset_by(_term()))
    changes = ending.filter(pl.col("motion").is_in(CHANGES)).join(
        won.filter(renewed), left_on="deal_id", right_on="prior_deal_id", how="anti"
    )
    known = pl.when(pl.col("currency") == pl.col("prior_currency")).then("acv_micros")
    return (
        asked.filter(renewed)
        .select("deal_id", "prior_deal_id", by="closed_on")
        .join(
            ending.select(
                "account_id", "ends_on", prior_deal_id="deal_id", since="closed_on", prior_currency="currency"
            ),
            on="prior_deal_id",
        )
        .join(
            changes.select("account_id", "ends_on", "closed_on", "currency", "acv_micros"), on=["account_id", "ends_on"]
        )
        .filter(pl.col("closed_on").is_between("since", "by"))
        .group_by("deal_id")
        .agg(change=pl.when(known.is_not_null().all()).then(known.sum()), co_termed=pl.lit(value=True))
    )


def _begins_on() -> pl.Expr:
    """The day on which what a deal sold begins."""
    return pl.coalesce(plausible(pl.col("starts_on")), "closed_on")


def _term() -> pl.Expr:
    """How long it lasts, null where nobody says."""
    return text("{}mo", pl.col("term_months").clip(1, 1_200))


def link_problems(renewals: pl.DataFrame) -> list[pl.DataFrame]:
    """Problems of renewals (rows of `expiring`) whose expiring ACV cannot be told from what they name."""
    unknown = pl.col("expiring_acv_micros").is_null() & ~pl.col("other_currency")
    contract = pl.col("renewed_contract_id").is_not_null()
    remedy = "Correct the link in the CRM; until then rules on uplift or expiring ACV do not fit it."
    return [
        problems(
            renewals.filter(unknown & contract),
            "unknown_renewed_contract",
            Severity.WARNS,
            text("renews contract {}, of which no ACV is known.", "renewed_contract_id"),
            remedy,
        ),
        problems(
            renewals.filter(unknown & ~contract & pl.col("prior_deal_id").is_not_null()),
            "unknown_prior_deal",
            Severity.WARNS,
            text("renews deal {}, of which, with all that ends with it, no ACV is known.", "prior_deal_id"),
            remedy,
        ),
        problems(
            renewals.filter("other_currency"),
            "expiring_in_other_currency",
            Severity.WARNS,
            "renews something in another currency, so its uplift cannot be told.",
            remedy,
        ),
        problems(
            renewals.filter(pl.col("prior_closed_on") > pl.col("closed_on")),
            "renews_a_later_deal",
            Severity.WARNS,
            text("renews deal {}, which was closed after it.", "prior_deal_id"),
            "Check both close dates and the link.",
        ),
    ]


def unclear_churns(stated: dy.DataFrame[f.Contracts], won: pl.DataFrame) -> pl.DataFrame:
    """Problems of churn deals of which nobody can say what contract they ended."""
    churns = _placed(won.filter(pl.col("motion") == Motion.CHURN)).join(stated, on="account_id", how="anti")
    ended = _ended_by(churns, _started(stated, won))
    return problems(
        churns.join(ended, on="deal_id", how="anti"),
        "unclear_churn",
        Severity.WARNS,
        "ends a contract, but it is not clear which: none or several of the account's were running that day.",
        "Name the deal that started the contract as the prior deal, or keep contracts in the CRM.",
    )


def _purchases(placed: pl.DataFrame) -> pl.DataFrame:
    """The days on which accounts bought anything, in order."""
    bought = placed.filter(~pl.col("motion").is_in([Motion.DOWNGRADE, Motion.CHURN]))
    return bought.select("account_id", last_purchase_on="closed_on").unique().sort("last_purchase_on")


def _beginnings(placed: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """The days on which relationships began: an account's first new business, and new business after all was over.

    Of several deals of one day, the first by id began it.
    """
    new = placed.filter(pl.col("motion") == Motion.NEW_BUSINESS).sort("closed_on", "deal_id")
    covered = contracts.sort("signed_on").select(
        "account_id",
        "signed_on",
        covered_until=pl.col("over_on").fill_null(NEVER).cum_max().over("account_id"),
    )
    found = new.join_asof(
        covered,
        left_on="closed_on",
        right_on="signed_on",
        by="account_id",
        allow_exact_matches=False,
        check_sortedness=False,  # both are sorted just above
    )
    begins = pl.col("account_id").is_first_distinct() | (pl.col("covered_until") <= pl.col("closed_on"))
    first = found.filter(begins).unique(["account_id", "closed_on"], keep="first", maintain_order=True)
    return first.select(
        "account_id",
        began_on="closed_on",
        signing_owner_id="owner_id",
        sales_cycle_days=(pl.col("closed_on") - pl.col("created_on")).dt.total_days().clip(lower_bound=0),
    )


def _derived(stated: dy.DataFrame[f.Contracts], won: pl.DataFrame) -> pl.DataFrame:
    """Contracts of accounts that have none in the CRM, cancelled by an event, or a churn that can only mean them."""
    started = _started(stated, won)
    churns = _placed(won.filter(pl.col("motion") == Motion.CHURN))
    churned = _ended_by(churns, started).group_by("contract_id").agg(pl.col("churned_on").min())
    both = started.join(churned, on="contract_id", how="left")
    return both.with_columns(cancelled_on=pl.min_horizontal("churned_on", "ended_on")).drop("churned_on", "ended_on")


def _started(stated: dy.DataFrame[f.Contracts], won: pl.DataFrame) -> pl.DataFrame:
    """The contracts that won deals start, for accounts without contracts in the CRM."""
    return (
        _placed(won.filter(pl.col("motion").is_in(_STARTS_A_CONTRACT)))
        .join(stated, on="account_id", how="anti")
        .select(
            "account_id",
            "currency",
            "acv_micros",
            "ended_on",
            contract_id="deal_id",
            origin_deal_id="deal_id",
            starts_on=_begins_on(),
            ends_on=_begins_on().dt.offset_by(_term()),
            signed_on="closed_on",
        )
    )


def _ended_by(churns: pl.DataFrame, started: pl.DataFrame) -> pl.DataFrame:
    """Which derived contract a churn deal ended: the one whose deal it names, else the only one running that day."""
    churned = churns.select("deal_id", "account_id", "prior_deal_id", churned_on="closed_on")
    pairs = churned.join(started.select("account_id", "contract_id", "starts_on", "ends_on"), on="account_id")
    named = pairs.filter(pl.col("prior_deal_id") == pl.col("contract_id"))
    running = (pl.col("starts_on") <= pl.col("churned_on")) & (
        pl.col("ends_on").is_null() | (pl.col("churned_on") < pl.col("ends_on"))
    )
    rest = pairs.filter(pl.col("prior_deal_id").is_null() & running)
    only = rest.filter(pl.len().over("deal_id") == 1)
    return pl.concat([named, only]).select("deal_id", "contract_id", "churned_on")


def _placed(won: pl.DataFrame) -> pl.DataFrame:
    """Deals that have their place in an account's history."""
    return won.filter(pl.col("account_id").is_not_null() & pl.col("closed_on").is_not_null())
