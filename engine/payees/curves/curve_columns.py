"""Curves and rounding over whole columns: Int128 twins of `curve.value_at` and `money.round_ratio`.

Int128 wraps silently, so `fits_int128` is asked before a curve is evaluated on columns.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import polars as pl

from engine.money import Rounding
from engine.payees.curves.curve import Curve, Limit, Segment

LARGEST_INT128 = 2**127 - 1


def whole(value: int) -> pl.Expr:
    """An Int128 literal."""
    return pl.lit(value, dtype=pl.Int128)


def round_ratio_expr(num: pl.Expr, den: pl.Expr, unit: int, mode: Rounding) -> pl.Expr:
    """`num/den` (Int128, den > 0) rounded to a multiple of `unit`, judged on the absolute value."""
    step, size = den * whole(unit), num.abs()
    if mode == "half_up":
        steps = (size * whole(2) + step) // (step * whole(2))
    elif mode == "half_even":
        floor = size // step
        twice = (size - floor * step) * whole(2)
        up = (twice > step) | ((twice == step) & (floor % whole(2) == whole(1)))
        steps = floor + up.cast(pl.Int128)
    else:
        steps = size // step
    return steps * num.sign() * whole(unit)


def rounded_value(curve: Curve, x: pl.Expr, quota: pl.Expr, unit: int, mode: Rounding) -> pl.Expr:
    """`round(F(x))` for Int128 columns of achievements and quotas (no nulls; quotas above 0 where F depends on them).

    ValueError for a rounded target rate, which columns cannot say: ask `fits_int128` first.
    """
    if curve.rounded_rate is not None:
        msg = "a rounded target rate is computed row by row"
        raise ValueError(msg)
    den = _denominator(curve)
    first, *others = (_times(segment, den) for segment in curve.segments)
    lifted = any(segment.lift for segment in curve.segments)
    over = pl.max_horizontal(quota, whole(1)) if lifted else whole(1)
    slope, at = _slope(first, over, lifted), _linear(first.at_share, quota, first.at_micros)
    for segment in others:
        position, start = x * whole(den), _linear(segment.from_share, quota, segment.from_micros)
        reached = position > start if segment.open else position >= start
        slope = pl.when(reached).then(_slope(segment, over, lifted)).otherwise(slope)
        at = pl.when(reached).then(_linear(segment.at_share, quota, segment.at_micros)).otherwise(at)
    num = slope * x + (at * over if lifted else at)
    return round_ratio_expr(*_limited(num, over * whole(den), curve.limit), unit, mode)


def fits_int128(curve: Curve, largest_x: int, largest_quota: int, unit: int) -> bool:
    """Whether `rounded_value` can say the curve, and every number that it forms stays in Int128 up to these."""
    if curve.rounded_rate is not None:
        return False
    lifted = any(segment.lift for segment in curve.segments)
    den, over = _denominator(curve), max(largest_quota, 1) if lifted else 1
    pays = max(_largest(segment, largest_x, largest_quota, over) for segment in curve.segments)
    starts = max(abs(segment.from_share) * largest_quota + abs(segment.from_micros) for segment in curve.segments)
    capped, then_den = (curve.limit.micros * over, curve.limit.then.denominator) if curve.limit else (0, 1)
    return 2 * den * then_den * (pays + largest_x + starts + 2 * capped + unit * over) <= LARGEST_INT128


def _largest(segment: Segment, x: int, quota: int, over: int) -> Fraction:
    steep = abs(segment.slope) * over + abs(segment.lift)
    return steep * x + (abs(segment.at_share) * quota + abs(segment.at_micros)) * over


def _limited(num: pl.Expr, den: pl.Expr, limit: Limit | None) -> tuple[pl.Expr, pl.Expr]:
    """A ratio as the cap leaves it."""
    if limit is None:
        return num, den
    height, then, of = limit.micros, limit.then.numerator, limit.then.denominator
    most = den * whole(height.numerator) // whole(height.denominator)
    above = num * whole(then) + most * whole(of - then)
    return pl.when(num > most).then(above).otherwise(num * whole(of)), den * whole(of)


def _slope(segment: Segment, over: pl.Expr, lifted: bool) -> pl.Expr:  # noqa: FBT001 - of every segment of one curve
    """Pay for each micro-unit, times the quota where that is what others are a share of."""
    slope = whole(segment.slope.numerator)
    return slope * over + whole(segment.lift.numerator) if lifted else slope


def _denominator(curve: Curve) -> int:
    """What makes every coefficient of the curve, and the height of its cap, a whole number."""
    height = (curve.limit.micros,) if curve.limit is not None else ()
    every = (*(value for segment in curve.segments for value in _coefficients(segment)), *height)
    return lcm(*(value.denominator for value in every))


def _coefficients(segment: Segment) -> tuple[Fraction, ...]:
    return segment.slope, segment.from_share, segment.from_micros, segment.at_share, segment.at_micros, segment.lift


def _times(segment: Segment, den: int) -> Segment:
    slope, from_share, from_micros, at_share, at_micros, lift = (value * den for value in _coefficients(segment))
    return Segment(slope, from_share, from_micros, at_share, at_micros, lift, segment.open)


def _linear(share: Fraction, quota: pl.Expr, micros: Fraction) -> pl.Expr:
    """`share * quota + micros`, both whole numbers by now."""
    return whole(share.numerator) * quota + whole(micros.numerator) if share else whole(micros.numerator)
