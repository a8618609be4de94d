"""An attainment in steps (DESIGN 5.20): where a window stands is rounded before the curve looks at it.

Lines stay differences of one curve, so that those of a window still add up to what the rounded attainment is worth.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.curves.rounded import RoundedAttainment
from engine.documents.plans.component import Component
from engine.model import MICROS


def in_steps(rows: dy.DataFrame[f.Attained], component: Component) -> dy.DataFrame[f.Attained]:
    """The rows with `before` and `after` in whole steps of their quota, or of 100 %; below zero as they are."""
    rounded = component.rounded_attainment
    if rounded is None:
        return rows
    upper = component.boundary == "upper"
    return f.Attained.cast(
        rows.with_columns(
            _stepped(pl.col(name), rounded, upper=upper).alias(name) for name in ("before_micros", "after_micros")
        )
    )


def _stepped(place: pl.Expr, rounded: RoundedAttainment, *, upper: bool) -> pl.Expr:
    """The nearest step, or the one that was reached.

    A step that is no whole number of micro-units stays on the side of the bracket that owns its point.
    """
    num, den = (pl.lit(part, dtype=pl.Int128) for part in (rounded.to.numerator, rounded.to.denominator))
    wide, step = place.cast(pl.Int128), pl.col("quota_micros").fill_null(MICROS).cast(pl.Int128) * num
    half = step if rounded.rounding == "half_up" else pl.lit(0, dtype=pl.Int128)
    steps = (wide * den * 2 + half) // (step * 2)
    rest = pl.lit(0, dtype=pl.Int128) if upper else den - 1
    return pl.when((place > 0) & (step > 0)).then((steps * step + rest) // den).otherwise(wide)
