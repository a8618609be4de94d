"""Curves and rounding over whole columns: the Int128 twins of `engine.curve.value_at` and `engine.money.round_ratio`.

Int128 wraps silently, so `fits_int128` is asked before a curve is evaluated on columns.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import polars as pl

from engine.curve import Curve, Segment
from engine.money import Rounding

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
    """`round(F(x))` for Int128 columns of achievements and quotas (no nulls)."""
    den = _denominator(curve)
    first, *others = (_times(segment, den) for segment in curve.segments)
    slope, at = whole(first.slope.numerator), _linear(first.at_share, quota, first.at_micros)
    for segment in others:
        reached = x * whole(den) >= _linear(segment.from_share, quota, segment.from_micros)
        slope = pl.when(reached).then(whole(segment.slope.numerator)).otherwise(slope)
        at = pl.when(reached).then(_linear(segment.at_share, quota, segment.at_micros)).otherwise(at)
    return round_ratio_expr(slope * x + at, whole(den), unit, mode)


def fits_int128(curve: Curve, largest_x: int, largest_quota: int, unit: int) -> bool:
    """Whether every number that `rounded_value` forms stays in Int128 for achievements and quotas up to these."""
    den = _denominator(curve)
    largest = max(
        max(
            abs(segment.slope) * largest_x + abs(segment.at_share) * largest_quota + abs(segment.at_micros),
            largest_x + abs(segment.from_share) * largest_quota + abs(segment.from_micros),
        )
        for segment in curve.segments
    )
    return 2 * den * (largest + unit) <= LARGEST_INT128


def _denominator(curve: Curve) -> int:
    """What makes every coefficient of the curve a whole number."""
    return lcm(*(value.denominator for segment in curve.segments for value in _coefficients(segment)))


def _coefficients(segment: Segment) -> tuple[Fraction, ...]:
    return segment.slope, segment.from_share, segment.from_micros, segment.at_share, segment.at_micros


def _times(segment: Segment, den: int) -> Segment:
    return Segment(*(value * den for value in _coefficients(segment)))


def _linear(share: Fraction, quota: pl.Expr, micros: Fraction) -> pl.Expr:
    """`share * quota + micros`, both whole numbers by now."""
    return whole(share.numerator) * quota + whole(micros.numerator) if share else whole(micros.numerator)
