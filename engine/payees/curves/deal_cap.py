"""Caps on each deal by itself: the pay of a deal never leaves what the cap allows, in either direction (DESIGN 5.7).

Such a cap is no part of the payout curve, for what a deal pays depends on where it took the running total. A line says
what the cap left for it (`limit_micros`), so that its amount follows from its own facts.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from engine.money import Rounding, round_ratio
from engine.payees.curves.curve import Limit
from engine.payees.curves.curve_columns import round_ratio_expr, whole

DEAL = ["payee_id", "deal"]


def limited(rows: pl.DataFrame, *, before_split: bool, unit: int, mode: Rounding) -> pl.DataFrame:
    """The rows (with `height`, `then_num`, `then_den` of their day) with `limit_micros`, and `pay` (Int128) within it.

    Several credits of a payee for one deal, and payments for it, share its cap, the first come first; before the split
    each credit has its own share of the cap.
    """
    height, deal = pl.col("height"), pl.coalesce("deal_id", "credit_id")
    if before_split:
        num, den = (pl.col(name).fill_null(1).cast(pl.Int128) for name in ("share_num", "share_den"))
        height, deal = round_ratio_expr(height * num, den, 1, "half_up"), pl.col("credit_id")
    named = rows.with_columns(room=height, deal=deal)
    if named.select(pl.struct(DEAL).is_duplicated().any()).item():
        named = named.with_columns(room=pl.Series(list(_rooms(named)), dtype=pl.Int128))
    return _within(named, unit, mode).drop("room", "deal")


def within(pay: int, room: int, limit: Limit, unit: int, mode: Rounding) -> int:
    """What is left of a line's pay, in either direction: the room, and the share that is paid beyond it."""
    exact = min(abs(pay), room) + max(abs(pay) - room, 0) * limit.then
    kept = round_ratio(exact.numerator, exact.denominator, unit, mode)
    return kept if pay >= 0 else -kept


def _within(rows: pl.DataFrame, unit: int, mode: Rounding) -> pl.DataFrame:
    """The columns' twin of `within`."""
    size, room, then, den = pl.col("pay").abs(), pl.col("room"), pl.col("then_num"), pl.col("then_den")
    beyond = pl.max_horizontal(size - room, whole(0)) * then
    kept = round_ratio_expr(pl.min_horizontal(size, room) * den + beyond, den, unit, mode)
    return rows.with_columns(pay=kept * pl.col("pay").sign(), limit_micros=room.cast(pl.Int64))


def _rooms(rows: pl.DataFrame) -> Iterator[int]:
    """What the cap leaves for each credit, in its direction, after the earlier credits of the deal."""
    earned: dict[tuple[str, str], int] = {}
    for payee, deal, pay, height in rows.select(*DEAL, "pay", "room").iter_rows():
        so_far = earned.get((payee, deal), 0)
        yield _room(so_far if pay >= 0 else -so_far, abs(pay), height)
        earned[payee, deal] = so_far + pay


def _room(so_far: int, pay: int, height: int) -> int:
    """How much of the pay lies between the caps of both directions; `so_far` is what the deal earned before it.

    What took the deal beyond a cap was lost, so the way back to that cap costs nothing either.
    """
    if so_far >= -height:
        return max(height - so_far, 0)
    return max(min(so_far + pay, height) + height, 0)
