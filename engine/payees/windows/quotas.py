"""The quota of an accumulation window: the sum of the quota rows inside it, so that ramps are plain rows."""

from __future__ import annotations

from collections.abc import Callable

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.periods import PeriodKind

Labelled = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives rows (payee_id, dated_on) the `window` that their day lies in."""


_LAST_DAY = pl.col("until_on") - pl.duration(days=1)


def fiscal(kind: PeriodKind, company: Company) -> Labelled:
    """Windows that are fiscal periods."""
    return lambda rows: rows.with_columns(window=period_label(pl.col("dated_on"), kind, company))


def quota_of_windows(
    windows: pl.DataFrame, quotas: dy.DataFrame[f.Quotas], quota: str, labelled: Labelled
) -> pl.DataFrame:
    """The windows (payee_id, window) with `quota_micros` (Int128, null where nobody knows it) and `straddled`.

    A row belongs to a window when its whole range lies inside. One that reaches over a window's edge belongs to none:
    the windows it touches are `straddled`, for nobody can say how much of it is theirs, and have no quota.
    """
    own = quotas.filter(pl.col("quota") == quota).select("amount_micros", "from_on", "until_on", payee_id="person_id")
    ends = [labelled(own.select("payee_id", dated_on=day))["window"] for day in (pl.col("from_on"), _LAST_DAY)]
    rows = own.select("amount_micros", "payee_id", window=ends[0], last=ends[1])
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
    told = windows.join(sums, on=key, how="left").join(straddled, on=key, how="left")
    return told.with_columns(quota_micros=pl.when(pl.col("straddled").is_null()).then("quota_micros"))
