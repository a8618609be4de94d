"""Weighted attainments: how every credit and result moves the weighted sum of several attainments (DESIGN 5.11).

The sum is a whole number of parts of the window's own denominator, so that attainments of any quotas add up exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import polars as pl

from engine.documents.measures.weighted import WeightedAttainment
from engine.payees.attain import Attainment
from engine.payees.curves.curve_columns import round_ratio_expr, whole
from engine.payees.measures.side_by_side import WINDOW, moves, side_by_side
from engine.texts import text

LARGEST_DENOMINATOR = 10**15
"""The parts of a window whose exact denominator is larger, so that what is attained fits the books."""
LARGEST = 1_000
"""What any sum beyond it counts as: 100,000 %."""
Part = tuple[WeightedAttainment, Attainment]


def weighted(parts: Sequence[Part], currency: str) -> pl.DataFrame:
    """A row for each credit or result of any part, by payee, day and id: `base` is what it adds to the sum.

    `of` is the denominator: 100 % of the window. `cohort` says what every part had come to. A window with something
    that nobody knows is `stuck`.
    """
    rows = side_by_side([attained for _, attained in parts])
    counted = rows.with_columns(of=_denominators(rows, parts))
    return moves(counted, _index(parts), _stuck(parts), _told(parts), currency)


def _denominators(rows: pl.DataFrame, parts: Sequence[Part]) -> pl.Series:
    """For each row the parts of its window: as many as make everything that any part adds a whole number of them."""
    quotas = [f"quota {nth}" for nth in range(len(parts))]
    found: dict[tuple[int | None, ...], int] = {}
    for each in rows.select(quotas).unique().iter_rows():
        exact = lcm(*(_denominator(part, quota) for (part, _), quota in zip(parts, each, strict=True)))
        found[each] = min(exact, LARGEST_DENOMINATOR)
    return pl.Series("of", [found[each] for each in rows.select(quotas).iter_rows()], dtype=pl.Int128)


def _denominator(part: WeightedAttainment, quota: int | None) -> int:
    """What makes each micro-unit that is achieved, and what counts at most, a whole number."""
    most = (part.weight * part.most).denominator if part.most is not None else 1
    return lcm((part.weight / quota).denominator if quota and quota > 0 else 1, most)


def _index(parts: Sequence[Part]) -> pl.Expr:
    """The weighted sum, in parts of `of`."""
    ends = (pl.col("of") * whole(end) for end in (-LARGEST, LARGEST))
    return pl.sum_horizontal([_weighed(part, nth) for nth, (part, _) in enumerate(parts)]).clip(*ends)


def _weighed(part: WeightedAttainment, nth: int) -> pl.Expr:
    """What a part adds to the sum, rounded half up where the denominator had to be."""
    after, quota = pl.col(f"after {nth}"), pl.col(f"quota {nth}").fill_null(1).clip(1, None)
    weight, of = part.weight, pl.col("of")
    counted = round_ratio_expr(after * whole(weight.numerator) * of, quota * whole(weight.denominator), 1, "half_up")
    if part.most is not None:
        above = after * whole(part.most.denominator) > quota * whole(part.most.numerator)
        counted = pl.when(above).then(_share_of(weight * part.most, of)).otherwise(counted)
    if part.least is not None:
        below = after * whole(part.least.denominator) < quota * whole(part.least.numerator)
        counted = pl.when(below).then(whole(0)).otherwise(counted)
    return counted


def _share_of(share: Fraction, of: pl.Expr) -> pl.Expr:
    return round_ratio_expr(of * whole(share.numerator), whole(share.denominator), 1, "half_up")


def _stuck(parts: Sequence[Part]) -> pl.Expr:
    """Why nobody knows the sum: null where it is known."""
    unknown = ((pl.col(f"after {nth}") != 0) & (pl.col(f"quota {nth}").fill_null(0) <= 0) for nth in range(len(parts)))
    return (
        pl.when(pl.col("waits"))
        .then(pl.lit("gauge_held"))
        .when(pl.any_horizontal(*unknown).any().over(WINDOW))
        .then(pl.lit("gauge_without_quota"))
    )


def _told(parts: Sequence[Part]) -> pl.Expr:
    """What every part had come to, and of what, as JSON."""
    one = '{"achieved": {}, "quota": {}}'
    told = (
        text(one, pl.col(f"after {nth}"), pl.col(f"quota {nth}").cast(pl.String).fill_null("null"))
        for nth in range(len(parts))
    )
    return text("[{}]", pl.concat_str(list(told), separator=", "))
