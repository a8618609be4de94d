"""Sums of measures: how every credit and result of any of them moves what they come to together (DESIGN 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import polars as pl

from engine.documents.measures.added import Addend
from engine.payees.attain import Attainment
from engine.payees.curves.curve_columns import round_ratio_expr, whole
from engine.payees.measures.side_by_side import moves, side_by_side
from engine.texts import text


def added_up(parts: Sequence[tuple[Addend, Attainment]], currency: str) -> pl.DataFrame:
    """A row for each credit or result of any, by payee, day and id: `base` is what it adds to the sum.

    A window of which nobody knows a part is `stuck`.
    """
    rows = side_by_side([attained for _, attained in parts])
    one = lcm(*(addend.times.denominator for addend, _ in parts))
    together = pl.sum_horizontal(
        pl.col(f"after {nth}") * whole(addend.times.numerator * (one // addend.times.denominator))
        for nth, (addend, _) in enumerate(parts)
    )
    told = text(f"[{', '.join('{}' for _ in parts)}]", *(pl.col(f"after {nth}") for nth in range(len(parts))))
    stuck = pl.when(pl.col("waits")).then(pl.lit("gauge_held"))
    return moves(rows, round_ratio_expr(together, whole(one), 1, "half_up"), stuck, told, currency)
