"""The quota of an accumulation window: the sum of the quota rows inside it, so that ramps are plain rows."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_label
from engine.documents.company import Company
from engine.periods import PeriodKind


def quota_of_windows(
    windows: pl.DataFrame, quotas: dy.DataFrame[f.Quotas], quota: str, kind: PeriodKind, company: Company
) -> pl.DataFrame:
    """The windows (payee_id, window) with `quota_micros` (Int128, null where no row lies inside) and `straddled`.

    A row belongs to a window when its whole range lies inside. One that reaches over a window's edge belongs to none:
    the windows it touches are `straddled`, for nobody can say how much of it is theirs.
    """
    last_day = pl.col("until_on") - pl.duration(days=1)
    rows = quotas.filter(pl.col("quota") == quota).select(
        "amount_micros",
        payee_id="person_id",
        window=period_label(pl.col("from_on"), kind, company),
        last=period_label(last_day, kind, company),
    )
    inside = pl.col("window") == pl.col("last")
    sums = (
        rows.filter(inside)
        .group_by("payee_id", "window")
        .agg(quota_micros=pl.col("amount_micros").cast(pl.Int128).sum())
    )
    over_edges = rows.filter(~inside).rename({"window": "first"})
    touched = windows.join(over_edges, on="payee_id").filter(pl.col("window").is_between("first", "last"))
    straddled = touched.select("payee_id", "window", straddled=pl.lit(value=True)).unique()
    key = ["payee_id", "window"]
    return windows.join(sums, on=key, how="left").join(straddled, on=key, how="left")
