"""Weights of deals and of their lines, as one exact ratio a deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any

import polars as pl

from engine.documents.measures.measure import Measure
from engine.documents.measures.worth import LINE_FIELDS
from engine.documents.values import Dated
from engine.payees.curves.curve_columns import whole
from engine.payees.measures.precedence import Taker, any_taking, passes, taken_lines, taking


def weighed_without_lines(measure: Measure) -> dict[str, pl.Expr]:
    """`weight_num` and `weight_den` of a deal by its motion alone."""
    return {"weight_num": _of_the_deal(measure), "weight_den": whole(_denominator(measure))}


def lines_of(deals: pl.DataFrame, lines: pl.DataFrame, measure: Measure, takers: Sequence[Taker] = ()) -> pl.DataFrame:
    """By deal: the ratio `weight_num`/`weight_den` and `line_trouble`, why there is none.

    For units and margins the ratio is the weighted sum over the lines itself; else it is the weighted part of what all
    lines amount to. A deal without lines has its own weight, unless only some lines or units count, or another
    component takes some.
    """
    of_line = {"units": pl.col("quantity_micros"), "margin": pl.col("amount_micros") - pl.col("cost_micros")}
    value = of_line.get(str(measure.sum), pl.col("amount_micros")).cast(pl.Int128)
    is_part = measure.sum not in of_line
    known = deals.select("deal_id", "dated_on", own=_of_the_deal(measure), **taking(takers))
    left = passes(measure.lines) & ~taken_lines(takers)
    weighed = lines.join(known, on="deal_id").select(
        "deal_id", value=value, weight=pl.when(left).then(_of_the_line(measure)).otherwise(0)
    )
    counts = pl.lit(is_part) | (pl.col("weight") != 0)
    summed = weighed.group_by("deal_id").agg(
        weighted=(pl.col("weight") * pl.col("value")).sum(),
        total=pl.col("value").sum() * _denominator(measure),
        gap=(pl.col("value").is_null() & counts).any(),
    )
    alone = measure.lines is None and measure.sum not in of_line
    whole_deals = deals.select("deal_id", **weighed_without_lines(measure), **taking(takers))
    found = whole_deals.join(summed, on="deal_id", how="left").with_columns(divided=any_taking(takers))
    if not measure.looks_at_lines:
        found = found.with_columns(pl.when("divided").then("weighted").alias("weighted"))
    without = pl.col("weighted").is_null()
    sign = pl.col("total").sign() if is_part else whole(1)
    odd = pl.col("gap") | (pl.lit(is_part) & (pl.col("total") == 0))
    return found.select(
        "deal_id",
        weight_num=pl.when(without).then("weight_num").otherwise(pl.col("weighted") * sign),
        weight_den=pl.when(without | (not is_part)).then("weight_den").otherwise(pl.col("total").abs()),
        line_trouble=pl.when(without & (pl.col("divided") | (not alone)))
        .then(pl.lit("lines_missing"))
        .when(odd.fill_null(value=False) & ~without)
        .then(pl.lit("line_values_missing")),
    )


def in_force_on(leaf: Dated[Any], parts: Callable[[Any], int]) -> pl.Expr:
    """The value of a dated leaf on the deal's day (`dated_on`), in whole parts."""
    found = whole(parts(leaf.steps[0][1]))
    for since, value in leaf.steps[1:]:
        found = pl.when(pl.col("dated_on") >= since).then(whole(parts(value))).otherwise(found)
    return found


def _of_the_deal(measure: Measure) -> pl.Expr:
    """What a deal weighs, in parts of the denominator, where its lines say nothing else."""
    if measure.weights is None:
        return whole(1)
    otherwise = in_force_on(measure.weights.otherwise, partial(_parts, measure))
    return pl.coalesce(_looked_up("motion", measure.weights.motion, measure), otherwise)


def _of_the_line(measure: Measure) -> pl.Expr:
    """What a line weighs, in parts of the denominator: by its product, else its family, else as its deal."""
    given = [_looked_up(name, getattr(measure.weights, name), measure) for name in LINE_FIELDS if measure.weights]
    return pl.coalesce(*given, "own") if given else pl.col("own")


def _looked_up(column: str, weights: Mapping[str, Dated[Any]], measure: Measure) -> pl.Expr:
    """The weight that a text has on the deal's day, null where it has none."""
    found = pl.lit(None, dtype=pl.Int128)
    for day in sorted({since for leaf in weights.values() for since, _ in leaf.steps}):
        values = ((leaf.at(day), leaf.steps[0][1]) for leaf in weights.values())
        parts = [_parts(measure, first if value is None else value) for value, first in values]
        of_day = pl.col(column).replace_strict(list(weights), parts, default=None, return_dtype=pl.Int64)
        of_day = of_day.cast(pl.Int128)
        found = of_day if day == date.min else pl.when(pl.col("dated_on") >= day).then(of_day).otherwise(found)
    return found


def _parts(measure: Measure, weight: Fraction) -> int:
    return int(weight * _denominator(measure))


def _denominator(measure: Measure) -> int:
    """What makes every weight of the measure a whole number."""
    if measure.weights is None:
        return 1
    leaves = (*measure.weights.values, measure.weights.otherwise)
    return lcm(*(weight.denominator for leaf in leaves for _, weight in leaf.steps))
