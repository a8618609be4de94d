"""A value times exact ratios, over whole columns, rounded once: in Int128 where that holds it, else one by one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

import polars as pl

from engine.money import round_ratio
from engine.payees.curves.curve_columns import LARGEST_INT128, round_ratio_expr

Ratio = tuple[pl.Expr, pl.Expr]
"""Numerator and denominator."""


def rounded_product(rows: pl.DataFrame, value: pl.Expr, ratios: Sequence[Ratio]) -> pl.Series:
    """`value` times all ratios, rounded half up to a whole number (Int128).

    Null where a part is null or a denominator is not above zero. What is beyond Int128 stays at its end, which is
    beyond every amount that we take.
    """
    parts = {f"n{place}": num for place, (num, _) in enumerate(ratios)}
    parts |= {f"d{place}": pl.when(den > 0).then(den) for place, (_, den) in enumerate(ratios)}
    columns = rows.select(
        value.cast(pl.Int128).alias("value"), *(part.cast(pl.Int128).alias(name) for name, part in parts.items())
    )
    nums = ["value", *(f"n{place}" for place in range(len(ratios)))]
    dens = [f"d{place}" for place in range(len(ratios))]
    largest_num, largest_den = (prod(_largest(columns, name) for name in names) for names in (nums, dens))
    if 2 * (largest_num + largest_den) > LARGEST_INT128:
        return _one_by_one(columns, nums, dens)
    num, den = (_product(names) for names in (nums, dens))
    return columns.select(base=round_ratio_expr(num, den, 1, "half_up"))["base"]


def _product(names: Sequence[str]) -> pl.Expr:
    first, *others = (pl.col(name) for name in names)
    for other in others:
        first = first * other
    return first


def _largest(columns: pl.DataFrame, name: str) -> int:
    return max(1, int(columns[name].abs().max() or 0))  # type: ignore[arg-type]


def _one_by_one(columns: pl.DataFrame, nums: Sequence[str], dens: Sequence[str]) -> pl.Series:
    found: list[int | None] = []
    for row in columns.iter_rows(named=True):
        if None in row.values():
            found.append(None)
            continue
        exact = Fraction(prod(row[name] for name in nums), prod(row[name] for name in dens))
        rounded = round_ratio(exact.numerator, exact.denominator, 1, "half_up")
        found.append(max(-LARGEST_INT128, min(rounded, LARGEST_INT128)))
    return pl.Series("base", found, dtype=pl.Int128)
