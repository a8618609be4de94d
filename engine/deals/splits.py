"""Splits of deals as the CRM states them: whose they are, and whether they add up."""

from __future__ import annotations

import polars as pl

from engine.book import Book
from engine.deals.holders import persons_of_users
from engine.deals.problems import problems
from engine.deals.shares import PARTS_OF_A_SPLIT
from engine.model import Severity
from engine.texts import text


def crm_splits(book: Book, deals: pl.DataFrame, whole: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Of deals that the CRM splits: payee and `parts` of the whole, in the order of split ids; and what is wrong.

    The splits of the deals in `whole` must reach 100 %; those of the others may leave a remainder.
    """
    split = (
        book.splits.join(deals.select("deal_id"), on="deal_id", how="semi")
        .join(persons_of_users(book.people), on="user_id", how="left")
        .with_columns(scaled=pl.col("share_num").cast(pl.Int128) * PARTS_OF_A_SPLIT)
        .with_columns(
            parts=pl.col("scaled") // pl.col("share_den"),
            exact=(pl.col("scaled") % pl.col("share_den") == 0) & (pl.col("share_num") >= 0),
        )
        .sort("deal_id", "split_id")
    )
    totals = split.group_by("deal_id").agg(total=pl.col("parts").sum(), exact=pl.col("exact").all())
    short = (pl.col("total") < PARTS_OF_A_SPLIT) & pl.col("deal_id").is_in(whole["deal_id"].implode())
    over = pl.col("total") > PARTS_OF_A_SPLIT
    odd = problems(
        totals.filter(~pl.col("exact") | short | over),
        "splits_do_not_add_up",
        Severity.HOLDS,
        text("has splits that add up to {} %, not 100 %.", _percent(pl.col("total"))),
        "Correct the splits in the CRM: shares of at most four decimals, none below zero.",
    )
    unknown = problems(
        split.filter(pl.col("person_id").is_null()),
        "unknown_split_user",
        Severity.HOLDS,
        text("is split with user {}, who is not among the people.", "user_id"),
        "Let the worker's user see that person, or correct the split.",
    )
    shares = split.filter(pl.col("parts") > 0).select(
        "deal_id", "parts", payee_id="person_id", place=_turn(), how=pl.lit("split in the CRM")
    )
    return shares, [odd, unknown]


def _turn() -> pl.Expr:
    """The how-many-eth split of its deal."""
    return pl.int_range(pl.len(), dtype=pl.Int64).over("deal_id")


def _percent(parts: pl.Expr) -> pl.Expr:
    """`99.99`, cut after four decimals."""
    size = parts.abs()
    digits = (size % 10_000).cast(pl.String).str.zfill(4)
    sign = pl.when(parts < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return text("{}{}.{}", sign, (size // 10_000).cast(pl.String), digits)
