"""Unpaid: credits of house accounts, which move what was achieved and pay nothing."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.texts import text


def unpaid(rows: dy.DataFrame[f.Attained]) -> dy.DataFrame[f.Attained]:
    """The rows, those of house accounts with a factor of 0 that says so beside what the gauges found."""
    if rows["house"].null_count() == rows.height:
        return rows
    found = text('{"value": null, "quota": null, "since": null, "factor": "0", "house": "{}"}', "house")
    others = pl.col("factors")
    told = pl.when(others.is_null()).then(text("[{}]", found)).otherwise(text("{}, {}]", others.str.head(-1), found))
    of_house = pl.col("house").is_not_null()
    return f.Attained.cast(
        rows.with_columns(
            factor=pl.when(of_house).then(pl.lit("0")).otherwise("factor"),
            factors=pl.when(of_house).then(told).otherwise("factors"),
        )
    )
