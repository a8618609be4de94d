"""Caps on an accumulation window: what its lines come to, in their order, is paid up to the cap (DESIGN 5.7).

Such a cap is no part of the payout curve: deals of one window may pay by different rates, factors or shares, and only
what their lines come to is one sum. Without a cap that is reached, every line is what it would be without a cap. A
line says what the cap had left before it (`limit_micros`, below zero once the sum was beyond the cap), so that its
amount follows from its own facts, and lines of a window add up exactly whatever the order in which deals arrive.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from engine.money import Rounding, round_ratio
from engine.payees.curves.curve_columns import round_ratio_expr, whole

WINDOW = ["payee_id", "window"]


def limited(rows: pl.DataFrame, unit: int, mode: Rounding, *, to_date: bool = False) -> pl.DataFrame:
    """The rows, in their order, with `limit_micros`, and `pay` (Int128) within it.

    They have `height`, `then_num` and `then_den` of their day; the height is rounded as lines are. A sum that is
    beyond what the books hold stands in the place of the pay, so that the line is held. What windows to date were paid
    before comes down to nothing, from as much as it takes off.
    """
    height = round_ratio_expr(pl.col("height"), whole(1), unit, mode)
    off = (
        pl.when(pl.col("after_micros") == 0).then(whole(0) - pl.col("pay")).otherwise(whole(0)) if to_date else whole(0)
    )
    summed = rows.with_columns(above=pl.col("pay").cum_sum().over(WINDOW) + off - height)
    before, after = pl.col("above") - pl.col("pay"), pl.col("above")
    left = (whole(0) - before).cast(pl.Int64, strict=False)
    paid_of_it = _paid(after, unit, mode) - _paid(before, unit, mode)
    pay = pl.when(left.is_null()).then(before).otherwise(paid_of_it)
    return summed.with_columns(pay=pay, limit_micros=left).drop("above")


def within(pay: int, left: int, then: Fraction, unit: int, mode: Rounding) -> int:
    """What is left of a line's pay, where the cap had so much left before it: the columns' twin of one row."""
    return paid(pay - left, then, unit, mode) - paid(-left, then, unit, mode)


def inside(pay: int, left: int) -> int:
    """The part of a line's pay that lies below the cap."""
    return min(pay - left, 0) - min(-left, 0)


def paid(above: int, then: Fraction, unit: int, mode: Rounding) -> int:
    """What a sum so far above the cap (below zero: so far below it) pays, less the cap."""
    return above if above <= 0 else round_ratio(above * then.numerator, then.denominator, unit, mode)


def _paid(above: pl.Expr, unit: int, mode: Rounding) -> pl.Expr:
    """The columns' twin of `paid`."""
    beyond = pl.max_horizontal(above, whole(0)) * pl.col("then_num")
    return pl.min_horizontal(above, whole(0)) + round_ratio_expr(beyond, pl.col("then_den"), unit, mode)
