"""Rates of retention as rows that a component adds up, in the place of credits: one a payee and window (DESIGN 5.12).

What was kept is the achievement and what there was at the start (or the goal's part of it, in whole micro-units) is its
quota, so that every curve, gate and multiplier works on the exact rate.
"""

from __future__ import annotations

from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.measures.retention import Retention
from engine.documents.plans.component import Accumulation
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.payees.curves.curve_columns import round_ratio_expr, whole
from engine.texts import text

NUMBERS = ("start", "expanded", "shrunk", "lost")


def of_cohorts(
    cohorts: dy.DataFrame[f.Cohorts], plan: Plan, measure: str, retention: Retention, over: Accumulation
) -> pl.DataFrame:
    """The rates of the plan's payees for windows that end with a period `over`, by payee and day.

    `base` is what was kept and `of` its 100 % (Int128); `cohort` what became of the customers. A window of which a
    customer is not known is `stuck`.
    """
    mine = cohorts.filter(
        pl.col("plan") == plan.plan,
        pl.col("measure") == measure,
        pl.col("over").cast(pl.String) == over,
        _covered(plan),
    )
    gone = pl.col("start_micros") == pl.col("lost_micros")
    sums = mine.group_by("payee_id", "from_on", "until_on").agg(
        *(pl.col(f"{name}_micros").cast(pl.Int128).sum().alias(name) for name in NUMBERS),
        customers=pl.len().cast(pl.Int128),
        left=gone.sum().cast(pl.Int128),
        stuck=pl.when(pl.col("stuck").is_not_null().any()).then(pl.lit("cohort_unknown")),
    )
    none = pl.lit(None, dtype=pl.Int64)
    kept, whole_of = _rate(retention)
    goal = retention.goal or Fraction(1)
    of = round_ratio_expr(whole_of * whole(goal.numerator), whole(goal.denominator), 1, "half_up")
    return sums.select(
        "payee_id",
        "stuck",
        dated_on=pl.col("until_on").dt.offset_by("-1d"),
        credit_id=text("retention:{}:{}:{}", pl.lit(measure), "payee_id", "until_on"),
        deal_id=pl.lit(None, dtype=pl.String),
        kind=pl.lit("direct", dtype=f.Credits.kind.dtype),
        base=kept,
        of=of,
        cohort=_told(),
        currency=pl.lit(plan.currency),
        fx_num=none,
        fx_den=none,
    ).sort("payee_id", "dated_on")


def _covered(plan: Plan) -> pl.Expr:
    """Whether the plan file is in force on the last day of the window."""
    begun = pl.col("until_on") > plan.effective.from_on
    until = plan.effective.until_on
    return begun if until is None else begun & (pl.col("until_on") <= until)


def _rate(retention: Retention) -> tuple[pl.Expr, pl.Expr]:
    """What was kept, and of what."""
    if retention.kind == "logos":
        customers = pl.col("customers")
        return (customers - pl.col("left")) * MICROS, customers * MICROS
    kept = pl.col("start") - pl.col("shrunk") - pl.col("lost")
    return (kept if retention.kind == "gross" else kept + pl.col("expanded")), pl.col("start")


def _told() -> pl.Expr:
    """The numbers of a cohort, as JSON."""
    names = ("from_on", "until_on")
    days = ", ".join(f'"{name}": "{{}}"' for name in names)
    counted = ("customers", "left")
    numbers = ", ".join(f'"{name}": {{}}' for name in (*NUMBERS, *counted))
    parts = [*(pl.col(name).cast(pl.String) for name in names), *(pl.col(name) for name in (*NUMBERS, *counted))]
    return text(f"{{{days}, {numbers}}}", *parts)
