"""Several attainments side by side, where one number is made of them (DESIGN 5.11)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine import frames as f
from engine.payees.attain import Attainment

WINDOW = ["payee_id", "window"]
KEY = [*WINDOW, "dated_on", "credit_id"]
OF_CREDIT = ["deal_id", "house", "share_num", "share_den"]
"""What a credit is, whatever it counts for."""


def side_by_side(parts: Sequence[Attainment]) -> pl.DataFrame:
    """Every credit of any part with what each had come to (`after N`), its quota (`quota N`), and whether any waits."""
    every = pl.concat([attained.rows.select(*KEY, *OF_CREDIT, "part") for attained in parts])
    of_payment = pl.col("part").max()  # which stands behind `earning` in the alphabet
    rows = every.group_by(*KEY, *OF_CREDIT).agg(of_payment).sort("payee_id", "dated_on", "credit_id")
    for nth, attained in enumerate(parts):
        after, quota = f"after {nth}", f"quota {nth}"
        own = attained.rows.select(*KEY, **{after: "after_micros", quota: "quota_micros"})
        last = own.unique(KEY, keep="last", maintain_order=True)
        rows = rows.join(last, on=KEY, how="left", maintain_order="left").with_columns(
            pl.col(after).forward_fill().over(WINDOW).fill_null(0).cast(pl.Int128),
            pl.col(quota).forward_fill().backward_fill().over(WINDOW).cast(pl.Int128),
        )
    waiting = pl.concat([attained.waiting for attained in parts]).unique()
    return rows.join(waiting.with_columns(waits=pl.lit(value=True)), on=WINDOW, how="left", maintain_order="left")


def moves(rows: pl.DataFrame, index: pl.Expr, stuck: pl.Expr, told: pl.Expr, currency: str) -> pl.DataFrame:
    """The rows as what they add to the number that is made of the parts, and what every part had come to (`cohort`).

    What is of a payment in one of the parts is of it: a credit moves the number on each day on which its deal is paid.
    """
    none = pl.lit(None, dtype=pl.Int64)
    known = rows.with_columns(index=index)
    return known.select(
        "payee_id",
        "dated_on",
        "credit_id",
        *OF_CREDIT,
        "part",
        *(["of"] if "of" in rows.columns else []),
        kind=pl.lit("direct", dtype=f.Credits.kind.dtype),
        base=pl.col("index") - pl.col("index").shift(1).over(WINDOW).fill_null(0),
        stuck=stuck,
        cohort=told,
        currency=pl.lit(currency),
        fx_num=none,
        fx_den=none,
    )
