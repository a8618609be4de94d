"""Stages owned: who owned a deal when it entered each of its stages, for shares that are divided by that."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import polars as pl

from engine.book import Book
from engine.deals.holders import persons_of_users
from engine.deals.problems import problems
from engine.deals.shares import PARTS_OF_A_SPLIT
from engine.documents.engagement.credit_share import CreditShare
from engine.model import Severity
from engine.texts import text

STAGES = "stages"
"""The column with the stages that a deal had entered by its day."""
_DIVIDED = ("deal_id", "parts", "payee_id", "place", "how")


def with_stages(deals: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The deals with the names of the stages that they had entered by their day."""
    none = pl.lit([], dtype=pl.List(pl.String))
    if book.deal_stages.is_empty():
        return deals.with_columns(none.alias(STAGES))  # mostly there is no history, and a join over every deal is dear
    entered = _entries(deals, book).group_by("deal_id").agg(pl.col("stage").unique().sort().alias(STAGES))
    joined = deals.join(entered, on="deal_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col(STAGES).fill_null(none))


def divides(share: CreditShare) -> pl.Expr:
    """Whether a share of a deal is divided, by splits of the CRM or by stages, and not its role's."""
    if share.by_stages:
        return is_staged(share.by_stages)
    return pl.col("crm_splits") if share.split_by else pl.lit(value=False)


def is_staged(weights: Mapping[str, Fraction]) -> pl.Expr:
    """Whether any of the stages is known of the deal: else nobody knows who owned what."""
    return pl.any_horizontal(pl.lit(value=False), *(pl.col(STAGES).list.contains(name) for name in weights))


def stage_splits(deals: pl.DataFrame, weights: Mapping[str, Fraction], book: Book) -> pl.DataFrame:
    """Of deals with a history: payee (null where not known) and `parts` of the whole, in the order of the stages.

    A stage is of who owned the deal when it first entered it; one that it skipped, of who owned it at the next of the
    stages that it entered, and after the last one of the deal's owner.
    """
    staged = deals.filter(is_staged(weights))
    names = pl.DataFrame(
        {
            "stage": list(weights),
            "at": range(len(weights)),
            "parts": [int(weight * PARTS_OF_A_SPLIT) for weight in weights.values()],
        },
        schema={"stage": pl.String, "at": pl.Int64, "parts": pl.Int64},
    )
    entries = _entries(staged, book).join(names, on="stage").sort("deal_id", "at", "entered_on")
    first = entries.group_by("deal_id", "at", maintain_order=True).agg(
        pl.col("entered_on", "owner").first(), entered=pl.col("stage").first()
    )
    grid = staged.select("deal_id", "owner_id").join(names, how="cross").sort("deal_id", "at")
    reached = grid.join(first.select("deal_id", "at", next=pl.col("at")), on=["deal_id", "at"], how="left")
    onwards = reached.sort("deal_id", "at").with_columns(
        pl.col("next").fill_null(strategy="backward").over("deal_id", order_by="at")
    )
    owned = onwards.join(first.rename({"at": "next"}), on=["deal_id", "next"], how="left")
    last = pl.col("next").is_null()
    user = owned.with_columns(
        user_id=pl.when(last).then("owner_id").otherwise("owner"),
        said=pl.when(last)
        .then(text("{} (skipped) as its owner", "stage"))
        .when(pl.col("stage") == pl.col("entered"))
        .then(text("{} from {}", "stage", "entered_on"))
        .otherwise(text("{} (skipped) as of {} from {}", "stage", "entered", "entered_on")),
    )
    named = user.join(persons_of_users(book.people), on="user_id", how="left").sort("deal_id", "at")
    shares = named.group_by("deal_id", payee_id="person_id", maintain_order=True).agg(
        pl.col("parts").sum(), place=pl.col("at").first(), said=pl.col("said").str.join(", ")
    )
    return shares.with_columns(how=text("owned the deal at {}", "said")).select(_DIVIDED)


def stage_problems(deals: pl.DataFrame, divided: pl.DataFrame, weights: Mapping[str, Fraction]) -> list[pl.DataFrame]:
    """Deals of which the history is not known, or not who owned them; `divided` are their `stage_splits`."""
    names = ", ".join(weights)
    return [
        problems(
            deals.filter(~is_staged(weights)),
            "missing_stage_history",
            Severity.WARNS,
            f"has no history of the stages {names}, so its share is not divided by them.",
            "Write history: true in the mapping, or correct the names of the stages.",
        ),
        problems(
            divided.filter(pl.col("payee_id").is_null()),
            "unknown_stage_owner",
            Severity.HOLDS,
            text("is divided by stages, and who {} is not among the people.", "how"),
            "Let the worker's user see that person, or divide the deal by splits of the CRM.",
        ),
    ]


def _entries(deals: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The stages that deals entered by their day."""
    entered = book.deal_stages.join(deals.select("deal_id", "dated_on"), on="deal_id")
    return entered.filter(pl.col("entered_on") <= pl.col("dated_on")).drop("dated_on")
