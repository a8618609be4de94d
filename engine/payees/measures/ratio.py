"""Ratios of two measures: how every credit and result of either moves what the one is of the other (DESIGN 5.6)."""

from __future__ import annotations

import polars as pl

from engine.documents.measures.ratio import Ratio
from engine.model import LARGEST_MICROS, MICROS
from engine.payees.attain import Attainment
from engine.payees.curves.curve_columns import round_ratio_expr, whole
from engine.payees.measures.side_by_side import WINDOW, moves, side_by_side
from engine.texts import text

PARTS = 10**15
"""What 100 % is divided into. A ratio beyond what numbers of the books may be counts as that."""


def ratio_of(divided: Attainment, divisor: Attainment, ratio: Ratio, currency: str) -> pl.DataFrame:
    """A row for each credit or result of either, by payee, day and id: `base` is what it adds to the ratio.

    `of` is what 100 % is, where it is told in per cent. A window of which nobody knows a part, or that has something
    over nothing in the end, is `stuck`.
    """
    rows = side_by_side((divided, divisor))
    if ratio.told_as == "percent":
        rows = rows.with_columns(of=pl.lit(PARTS, dtype=pl.Int128))
    told = text('{"of": {}, "to": {}}', pl.col("after 0"), pl.col("after 1"))
    return moves(rows, _index(PARTS if ratio.told_as == "percent" else MICROS), _stuck(), told, currency)


def _index(one: int) -> pl.Expr:
    """The ratio in parts of one, rounded half up; nothing while there is nothing to divide by."""
    of, to = pl.col("after 0"), pl.col("after 1")
    exact = round_ratio_expr(of * whole(one), pl.when(to > 0).then(to).otherwise(1), 1, "half_up")
    return pl.when(to > 0).then(exact.clip(-LARGEST_MICROS, LARGEST_MICROS)).otherwise(whole(0))


def _stuck() -> pl.Expr:
    """Why nobody knows the ratio: null where it is known."""
    of, to = (pl.col(f"after {nth}").last().over(WINDOW) for nth in range(2))
    return (
        pl.when(pl.col("waits"))
        .then(pl.lit("gauge_held"))
        .when((to <= 0) & (of != 0))
        .then(pl.lit("nothing_to_divide_by"))
    )
