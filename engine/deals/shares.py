"""Dividing the money of deals: portions at the expiring ACV, and shares that add up, exactly, for all deals at once.

The columnar twin of `money.allocate`. Shares are counted in 10^-17 of the whole, which holds every percentage of a
document (nine decimals) times every split of a CRM (six decimals of the whole); products stay within Int128.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from engine.documents.engagement.credit_share import Portion
from engine.model import MICROS
from engine.texts import text

PARTS_OF_A_SPLIT = 10**6
"""A CRM's split is counted in these parts of the whole: percentages with four decimals."""
WHOLE = 10**11 * PARTS_OF_A_SPLIT
"""The weight of a share of 100 %."""

MEASURES = ("amount_micros", "acv_micros", "units_micros")
"""What a credit holds a share of."""


def weight_of(share: Fraction) -> int:
    """The weight of one part of a split of a document's share; ValueError beyond nine decimals of a percent."""
    weight = share * (WHOLE // PARTS_OF_A_SPLIT)
    if weight.denominator != 1:
        msg = f"a share of {share} has more than nine decimals of a percent"
        raise ValueError(msg)
    return weight.numerator


def reduced(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `share_num`/`share_den` in lowest terms for their `weight`."""
    weights = rows["weight"].unique()
    fractions = [Fraction(weight, WHOLE) for weight in weights]
    terms = pl.DataFrame(
        {
            "weight": weights,
            "share_num": [fraction.numerator for fraction in fractions],
            "share_den": [fraction.denominator for fraction in fractions],
        },
        schema_overrides={"share_num": pl.Int64, "share_den": pl.Int64},
    )
    return rows.join(terms, on="weight", how="left")


def portion(name: Portion) -> list[pl.Expr]:
    """The measures of one portion of a classified deal, in Int128.

    Renewed is the ACV up to the expiring ACV, uplift the rest; amount and unit are divided in the same proportion.
    """
    acv = pl.col("acv_micros").cast(pl.Int128)
    whole = {"amount_micros": pl.col("amount_micros").cast(pl.Int128), "acv_micros": acv, "units_micros": _unit()}
    if name == "all":
        return [expr.alias(measure) for measure, expr in whole.items()]
    renewed_acv = pl.min_horizontal(acv, pl.col("expiring_acv_micros").cast(pl.Int128)).clip(0, None)
    renewed = {measure: _in_proportion(expr, renewed_acv, acv) for measure, expr in whole.items()}
    return [
        (renewed[measure] if name == "renewed" else whole[measure] - renewed[measure]).alias(measure)
        for measure in MEASURES
    ]


def with_remainder(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of groups `nth` in which those marked `rest` take what the others leave; nobody's share is left, too.

    What is left is divided by the `weight` that rest rows have among them; what does not divide goes to the first.
    """
    taken = rows.filter(~pl.col("rest") & pl.col("payee_id").is_not_null())
    left = taken.group_by("nth").agg(left=WHOLE - pl.col("weight").sum())
    resting = rows.filter("rest").join(left, on="nth", how="left").sort("nth", "place")
    whole = pl.col("left").fill_null(WHOLE).cast(pl.Int128)
    parts = resting.with_columns(whole=whole, part=whole * pl.col("weight") // pl.col("weight").sum().over("nth"))
    missing = pl.col("whole") - pl.col("part").sum().over("nth")
    first = pl.col("nth").is_first_distinct()
    rested = parts.with_columns(
        weight=pl.col("part") + pl.when(first).then(missing).otherwise(0),
        how=text("{}, who takes the remainder", "how"),
    )
    return pl.concat([taken, rested.filter(pl.col("weight") > 0).select(taken.columns)])


def divided(rows: pl.DataFrame, group: str) -> pl.DataFrame:
    """The rows with each measure (their group's total) replaced by the row's part of it by `weight`.

    Largest remainder on the absolute amount, ties to the first by `place`. The parts of a group sum to its total times
    the sum of its weights, rounded half away from zero.
    """
    alone = pl.len().over(group) == 1
    single, several = rows.filter(alone), rows.filter(~alone).sort(group, "place")
    return pl.concat(
        [
            single.with_columns(_signed(measure, _rounded(measure, pl.col("weight"))) for measure in MEASURES),
            several.with_columns(_signed(measure, _allocated(measure, group)) for measure in MEASURES),
        ]
    )


def _allocated(measure: str, group: str) -> pl.Expr:
    """A row's part of its group's absolute total; the rows are in the order of group and `place`."""
    exact = pl.col(measure).abs() * pl.col("weight")
    missing = _rounded(measure, pl.col("weight").sum().over(group)) - (exact // WHOLE).sum().over(group)
    turn = (exact % WHOLE).rank("ordinal", descending=True).over(group)
    return exact // WHOLE + (turn <= missing).cast(pl.Int128)


def _rounded(measure: str, weight: pl.Expr) -> pl.Expr:
    """The absolute total times a weight, rounded half up."""
    return (pl.col(measure).abs() * weight * 2 + WHOLE) // (2 * WHOLE)


def _signed(measure: str, size: pl.Expr) -> pl.Expr:
    return (pl.col(measure).sign() * size).alias(measure)


def _in_proportion(total: pl.Expr, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """`total * part / whole` on the absolute total, rounded half up; everything where the whole is nothing."""
    size = (total.abs() * part * 2 + whole) // (2 * whole)
    return pl.when(whole == 0).then(total).otherwise(total.sign() * size)


def _unit() -> pl.Expr:
    return pl.lit(MICROS, dtype=pl.Int128)
