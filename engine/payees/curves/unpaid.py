"""Unpaid: credits that move what was achieved and pay nothing: of house accounts, and of windows with a quota of 0."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.payees.curves.shape import needs_quota
from engine.texts import text

WITHOUT_QUOTA = "without_quota"
"""What a line's factors name the window by that has a quota of 0."""


def unpaid(rows: dy.DataFrame[f.Attained], plan: Plan, component: Component) -> dy.DataFrame[f.Attained]:
    """The rows, those that pay nothing with a factor of 0 that says why beside what the gauges found."""
    if plan.zero_quota == "unpaid" and needs_quota(component):
        rows = _at_nothing(rows, pl.col("quota_micros") == 0, WITHOUT_QUOTA, pl.col("window"))
    return _at_nothing(rows, pl.col("house").is_not_null(), "house", pl.col("house"))


def _at_nothing(rows: dy.DataFrame[f.Attained], which: pl.Expr, name: str, said: pl.Expr) -> dy.DataFrame[f.Attained]:
    """The rows, with a factor of 0 for some of them."""
    if not rows.select(which.any()).item():
        return rows
    found = text(f'{{"value": null, "quota": null, "since": null, "factor": "0", "{name}": "{{}}"}}', said)
    others = pl.col("factors")
    told = pl.when(others.is_null()).then(text("[{}]", found)).otherwise(text("{}, {}]", others.str.head(-1), found))
    return f.Attained.cast(
        rows.with_columns(
            factor=pl.when(which).then(pl.lit("0")).otherwise("factor"),
            factors=pl.when(which).then(told).otherwise("factors"),
        )
    )
