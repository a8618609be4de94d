"""earn: the line of a credit is `round(F(after)) - round(F(before))` on its component's payout curve (DESIGN 3.2).

The curve is the one in force on the credit's day. Lines of a window add up to the exact total whatever the order in
which deals arrive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import LARGEST_MICROS, Issue, join_issues
from engine.money import Rounding, round_ratio
from engine.payees.curves import deal_cap, window_cap
from engine.payees.curves.curve import Curve, scaled, value_at
from engine.payees.curves.curve_columns import fits_int128, rounded_value, whole
from engine.payees.curves.floors import topped_up
from engine.payees.curves.shape import limit_of, uncapped, versions
from engine.payees.trouble import held_sources, troubles

MOST_FACTORS = 100
"""So many curves are computed on columns, each with a pass of its own."""


@dataclass(frozen=True, slots=True)
class Earnings:
    """The lines, the credits whose pay is beyond what the books hold, and why."""

    lines: dy.DataFrame[f.Lines]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...] = ()


def together(parts: Sequence[Earnings]) -> Earnings:
    """Several components' earnings as one, each issue once."""
    return Earnings(
        lines=f.Lines.cast(pl.concat([f.Lines.empty(), *(part.lines for part in parts)])),
        held=f.HeldSources.cast(pl.concat([f.HeldSources.empty(), *(part.held for part in parts)])),
        issues=tuple(dict.fromkeys(join_issues(*(part.issues for part in parts)))),
    )


def earn(rows: dy.DataFrame[f.Attained], plan: Plan, component: Component) -> Earnings:
    """The lines of a component, each span of days on the curve of that span.

    A credit that adds nothing to a measure has no line; one that pays zero has, and so have a lost cohort, a result of
    zero that pays, and a deal of nothing that is topped up all the same.
    """
    topped = component.floor is not None and component.floor.always
    moves = (pl.col("base_micros") != 0) | (pl.col("before_micros") != pl.col("after_micros"))
    stays = pl.col("cohort").is_not_null() | (pl.lit(topped) & pl.col("deal_id").is_not_null())
    moving = rows.filter(moves | stays).with_row_index("place")
    paid = pl.concat([_span(_between(moving, *span), plan, component, span[0]) for span in _spans(component)])
    paid = _capped(paid.sort("place"), component, plan)
    too_large = pl.col("pay").abs() > LARGEST_MICROS
    held = paid.filter(too_large).with_columns(currency=pl.lit(plan.currency), trouble=pl.lit("pay_out_of_range"))
    sound = paid.filter(~too_large) if held.height else paid
    lines = _lines(sound, plan, component)
    if component.floor is not None:
        lines = f.Lines.cast(pl.concat([lines, topped_up(sound, lines, component.floor, plan)]))
    return Earnings(
        lines=lines,
        held=held_sources(held, plan, component),
        issues=tuple(troubles(held, plan, component)),
    )


def _spans(component: Component) -> Iterator[tuple[date, date | None]]:
    """The half-open ranges of days with one curve each."""
    begins = versions(component)
    return zip_longest(begins, begins[1:])


def _between(rows: pl.DataFrame, since: date, until: date | None) -> pl.DataFrame:
    after = rows if since == date.min else rows.filter(pl.col("rated_on") >= since)
    return after if until is None else after.filter(pl.col("rated_on") < until)


def _span(rows: pl.DataFrame, plan: Plan, component: Component, day: date) -> pl.DataFrame:
    """The rows of a span of days with their `pay`, those of each payee's target by themselves."""
    return pl.concat([_of_target(part, plan, component, day, own) for own, part in _each(rows, "target_micros")])


def _of_target(rows: pl.DataFrame, plan: Plan, component: Component, day: date, own: int | None) -> pl.DataFrame:
    """Each factor that gates and multipliers made has a curve of its own; a cap is that of the day."""
    paid = _by_factor(rows, uncapped(component, day, own), plan)
    limit = limit_of(component, day, own)
    if limit is None:
        return paid
    height = round_ratio(limit.micros.numerator, limit.micros.denominator, 1, "half_up")
    then = {"then_num": whole(limit.then.numerator), "then_den": whole(limit.then.denominator)}
    return paid.with_columns(height=whole(height), **then)


def _capped(paid: pl.DataFrame, component: Component, plan: Plan) -> pl.DataFrame:
    """The rows, in their order, with `pay` as the cap of the deal or window leaves it, and `limit_micros`."""
    cap = component.cap
    if cap is None:
        return paid.with_columns(limit_micros=pl.lit(None, dtype=pl.Int64))
    if cap.per == "window":
        return window_cap.limited(paid, plan.unit_micros, plan.rounding, to_date=component.to_date is not None)
    before_split = cap.applies == "before_split"
    return deal_cap.limited(paid, before_split=before_split, unit=plan.unit_micros, mode=plan.rounding)


def _by_factor(rows: pl.DataFrame, curve: Curve, plan: Plan) -> pl.DataFrame:
    """The rows with `pay`: those of one factor together, or each by itself where nearly every deal has its own."""
    if rows["factor"].n_unique() <= MOST_FACTORS:
        parts = (_paid(part, scaled(curve, Fraction(factor or 1)), plan) for factor, part in _each(rows, "factor"))
        return pl.concat(parts)
    curves = {factor: scaled(curve, Fraction(factor)) for factor in rows["factor"].unique()}
    ways = rows.select("factor", "before_micros", "after_micros", "quota_micros").iter_rows()
    pays = [_pay(curves[factor], way, plan.unit_micros, plan.rounding) for factor, *way in ways]
    return rows.with_columns(pay=pl.Series(pays, dtype=pl.Int128))


def _each(rows: pl.DataFrame, column: str) -> Iterator[tuple[Any, pl.DataFrame]]:
    """The rows of each value of a column; there are few of them, and mostly none."""
    if rows[column].null_count() == rows.height:
        yield None, rows
        return
    for (value,), part in rows.partition_by(column, as_dict=True, maintain_order=True).items():
        yield value, part


def _paid(rows: pl.DataFrame, curve: Curve, plan: Plan) -> pl.DataFrame:
    """The rows with `pay`: on columns where every number fits Int128, else one by one."""
    unit = plan.unit_micros
    largest_x = max(_largest(rows, "before_micros"), _largest(rows, "after_micros"))
    if not fits_int128(curve, largest_x, _largest(rows, "quota_micros"), unit):
        return rows.with_columns(pay=pl.Series(_one_by_one(rows, curve, unit, plan.rounding), dtype=pl.Int128))
    quota = pl.col("quota_micros").fill_null(0).cast(pl.Int128)
    before, after = (
        rounded_value(curve, pl.col(x).cast(pl.Int128), quota, unit, plan.rounding)
        for x in ("before_micros", "after_micros")
    )
    return rows.with_columns(pay=after - before)


def _one_by_one(rows: pl.DataFrame, curve: Curve, unit: int, mode: Rounding) -> list[int]:
    return [_pay(curve, way, unit, mode) for way in rows.select("before_micros", "after_micros", "quota_micros").rows()]


def _pay(curve: Curve, way: Sequence[int | None], unit: int, mode: Rounding) -> int:
    """What the way from `before` to `after` pays, each end rounded."""
    before, after, quota = (x or 0 for x in way)
    first, last = (value_at(curve, x, quota) for x in (before, after))
    return round_ratio(last.numerator, last.denominator, unit, mode) - round_ratio(
        first.numerator, first.denominator, unit, mode
    )


def _largest(rows: pl.DataFrame, column: str) -> int:
    return int(rows[column].cast(pl.Int128).abs().max() or 0)  # type: ignore[arg-type]


def _lines(paid: pl.DataFrame, plan: Plan, component: Component) -> dy.DataFrame[f.Lines]:
    return f.Lines.cast(
        paid.with_columns(
            source_id="credit_id",
            kind=pl.lit(component.kind),
            amount_micros="pay",
            currency=pl.lit(plan.currency),
            share=pl.lit(None, dtype=pl.String),
        )
    )
