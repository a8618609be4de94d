"""Splits of money: the pay for a whole deal, computed for each payee and then shared (DESIGN 5.8)."""

from __future__ import annotations

import polars as pl

from engine.payees.curves.curve_columns import round_ratio_expr
from engine.texts import text


def of_whole_deals(counted: pl.DataFrame) -> pl.DataFrame:
    """The rows with `base` of the whole deal in place of the payee's share of it, to the micro-unit."""
    num, den = (pl.col(name).fill_null(1).cast(pl.Int128) for name in ("share_num", "share_den"))
    return counted.with_columns(base=round_ratio_expr(pl.col("base") * den, num, 1, "half_up"))


def shares_of_money(rows: pl.DataFrame) -> pl.DataFrame:
    """For each row the payee's share, as a factor of the pay for the whole deal (columns as those of a gauge)."""
    none = pl.lit(None, dtype=pl.Int64)
    num, den = (pl.col(name).fill_null(1) for name in ("share_num", "share_den"))
    return rows.select(
        value=none,
        of=none,
        since=pl.lit(None, dtype=pl.Date),
        factor=text("{}/{}", num.cast(pl.String), den.cast(pl.String)),
        stuck=pl.lit(None, dtype=pl.String),
    )
