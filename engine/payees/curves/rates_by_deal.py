"""Rates by a percentage of the deal: each deal's own exact rate, as a factor of a curve that pays all (DESIGN 5.3)."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from engine.documents.curves.rate_by import RateBy
from engine.matching import ratio_of


def found_by_ratio(rows: pl.DataFrame, by: RateBy, deals: pl.DataFrame) -> pl.DataFrame:
    """For each row what the deal's percentage finds: `value` over `of` is the percentage, `factor` the rate.

    Columns as those of a gauge; `stuck` where the deal has no such percentage.
    """
    num, den = ratio_of(by.deal)
    known = deals.select("deal_id", value=num.cast(pl.Int64), of=den.cast(pl.Int64))
    found = rows.select("deal_id", "dated_on").join(known, on="deal_id", how="left", maintain_order="left")
    found = found.with_columns(of=pl.when(pl.col("value").is_not_null()).then("of"))
    ways = found.select("value", "of", "dated_on").drop_nulls().unique()
    factors = [str(by.rate_at(Fraction(value, of), day)) for value, of, day in ways.iter_rows()]
    rated = ways.with_columns(factor=pl.Series(factors, dtype=pl.String))
    return found.join(rated, on=["value", "of", "dated_on"], how="left", maintain_order="left").select(
        "value",
        "of",
        pl.lit(None, dtype=pl.Date).alias("since"),
        pl.col("factor").fill_null("0"),
        stuck=pl.when(pl.col("value").is_null()).then(pl.lit("ratio_missing")),
    )
