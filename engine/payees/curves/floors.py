"""Floors: what a deal pays at least, topped up by a line of its own (DESIGN 5.7)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.curves.cap import Floor
from engine.documents.plans.plan import Plan
from engine.payees.curves.curve_columns import round_ratio_expr, whole


def topped_up(paid: pl.DataFrame, lines: pl.DataFrame, floor: Floor, plan: Plan) -> dy.DataFrame[f.Lines]:
    """A line for each deal of a payee that pays less than the floor, and more than nothing unless it holds `always`.

    `paid` are the rows of one component with `pay`, `lines` what was made of them. Several credits of a payee for one
    deal have one floor together; before the split each credit has its share of it.
    """
    alone = floor.applies == "before_split"
    deal = pl.col("credit_id") if alone else pl.col("deal_id")
    share = tuple(pl.col(name).fill_null(1).cast(pl.Int128) for name in ("share_num", "share_den"))
    num, den = share if alone else (whole(1), whole(1))
    height = round_ratio_expr(_in_force(floor) * num, den, plan.unit_micros, plan.rounding)
    of_deals = paid.filter(pl.col("deal_id").is_not_null())
    deals = of_deals.group_by("payee_id", deal=deal, maintain_order=True).agg(
        pl.col("credit_id").last(),
        earned=pl.col("pay").sum().cast(pl.Int64),
        height=height.last().cast(pl.Int64),
        open=pl.lit(floor.always) & (pl.col("factor").fill_null("1") != "0").any(),
    )
    short = deals.filter(((pl.col("earned") > 0) | pl.col("open")) & (pl.col("earned") < pl.col("height")))
    found = short.join(lines, left_on=["payee_id", "credit_id"], right_on=["payee_id", "source_id"])
    none = pl.lit(None, dtype=pl.Int64)
    return f.Lines.cast(
        found.with_columns(
            source_id="credit_id",
            part=pl.lit("floor"),
            kind=pl.lit("floor"),
            amount_micros=pl.col("height") - pl.col("earned"),
            base_micros="earned",
            before_micros="earned",
            after_micros="height",
            quota_micros=none,
            target_micros=none,
            limit_micros=none,
            fx_num=none,
            fx_den=none,
            factors=pl.lit(None, dtype=pl.String),
        )
    )


def _in_force(floor: Floor) -> pl.Expr:
    """The floor on a row's day, in micro-units."""
    found = whole(0)
    for since, amount in floor.amount.steps:
        found = pl.when(pl.col("dated_on") >= since).then(whole(amount)).otherwise(found)
    return found
