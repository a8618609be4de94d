"""Which motion a won deal is, and which step said so.

An explicit renewal link speaks first, then the motion that the mapping gives for the CRM's type, and only where there
is no type at all the account's history: its first won deal is new business. Everything else stays undecided.
"""

from __future__ import annotations

import polars as pl

from engine.deals.problems import problems
from engine.model import Motion, Severity
from engine.texts import text

_LINK_DECIDES = (Motion.NEW_BUSINESS, Motion.RENEWAL)
"""A link to a renewed contract outranks these types; an upsell or churn may name the contract it is about."""


def with_motion(won: pl.DataFrame) -> pl.DataFrame:
    """The deals with `motion` and `classified_by`, both null where nothing decides."""
    mapped, by_contract = pl.col("motion"), _by_contract()
    by_prior = pl.col("prior_deal_id").is_not_null() & (mapped == Motion.RENEWAL)
    by_history = pl.col("type").is_null() & pl.col("deal_id").is_in(_first_deals(won).implode())
    step = (
        pl.when(by_contract)
        .then(pl.lit("renewed contract"))
        .when(by_prior)
        .then(pl.lit("prior deal"))
        .when(mapped.is_not_null())
        .then(pl.lit("type"))
        .when(by_history)
        .then(pl.lit("account history"))
    )
    decided = (
        pl.when(by_contract)
        .then(pl.lit(Motion.RENEWAL.value))
        .when(mapped.is_null() & by_history)
        .then(pl.lit(Motion.NEW_BUSINESS.value))
        .otherwise(mapped)
    )
    return won.with_columns(mapped_motion=mapped, classified_by=step, motion=decided)


def renews() -> pl.Expr:
    """Whether a deal of the book is a renewal, also one that is held."""
    return _by_contract() | (pl.col("motion") == Motion.RENEWAL).fill_null(value=False)


def _by_contract() -> pl.Expr:
    """Whether the contract that it names makes it a renewal."""
    mapped = pl.col("motion")
    return pl.col("renewed_contract_id").is_not_null() & (mapped.is_null() | mapped.is_in(_LINK_DECIDES))


def motion_problems(won: pl.DataFrame) -> list[pl.DataFrame]:
    """Deals of `with_motion` that nothing decided, and those whose type and link disagree."""
    undecided = pl.col("motion").is_null()
    overruled = pl.col("mapped_motion").ne_missing(pl.col("motion")) & pl.col("mapped_motion").is_not_null()
    return [
        problems(
            won.filter(undecided & pl.col("type").is_not_null()),
            "unknown_type",
            Severity.HOLDS,
            text("has the type '{}', for which the mapping names no motion.", "type"),
            "Add the type under motions: in the mapping, or correct it in the CRM.",
        ),
        problems(
            won.filter(undecided & pl.col("type").is_null()),
            "missing_type",
            Severity.HOLDS,
            "has no type, and it is not the account's first won deal, so its motion cannot be told.",
            "Set the type in the CRM.",
        ),
        problems(
            won.filter(overruled),
            "type_contradicts_link",
            Severity.WARNS,
            text("has the type '{}' but renews contract {}; it counts as a renewal.", "type", "renewed_contract_id"),
            "Correct the type, or remove the renewed contract.",
        ),
    ]


def _first_deals(won: pl.DataFrame) -> pl.Series:
    """The first won deal of each account that has deals without a type; of several on one day the smallest id."""
    untyped = won.filter(pl.col("type").is_null() & pl.col("account_id").is_not_null()).select("account_id").unique()
    placed = won.join(untyped, on="account_id", how="semi").filter(pl.col("closed_on").is_not_null())
    return placed.sort("closed_on", "deal_id").filter(pl.col("account_id").is_first_distinct())["deal_id"]
