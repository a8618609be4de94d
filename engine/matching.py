"""`when:` conditions as polars expressions over classified deals (DESIGN 4).

A missing value fails its test. `missing` finds the deals that a rule would have taken but for a missing value, so that
a gap in the CRM's data shows where it decided something.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import reduce
from operator import and_, or_

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import whole_months_between
from engine.documents.conditions import FACT, FIELDS, SINCE, FieldTest, When

LISTS = "lists"
"""The column that `with_lists` adds: names of the lists the deal's account was on that day."""

_COLUMNS = {
    "family": "families",
    "window": "windows",
    "arm": "arms",
    "amount": "amount_micros",
    "acv": "acv_micros",
    "expiring_acv": "expiring_acv_micros",
    "running_acv": "running_acv_micros",
    "revenue": "revenue_micros",
    "closed_on": "dated_on",
}
"""Fields that are not called what the rules call them; a percentage is made of two (`ratio_of`)."""

_WORKED_OUT: dict[str, pl.Expr] = {
    "uplift_amount": pl.col("acv_micros").cast(pl.Int128) - pl.col("expiring_acv_micros"),
    "months_since_last_purchase": whole_months_between(pl.col("last_purchase_on"), pl.col("dated_on")),
    "days_open": (pl.col("dated_on") - pl.col("created_on")).dt.total_days(),
    "days_to_start": (pl.col("starts_on") - pl.col("dated_on")).dt.total_days(),
}
"""Fields that lie between two columns."""

_IN_THE_DEALS_CURRENCY = ("amount", "acv", "expiring_acv", "running_acv", "uplift_amount")
_SEVERAL = ("texts", "names")
"""Types of which a deal may have several."""


def fits(when: When) -> pl.Expr:
    """Whether a deal passes every test; never null. Account tests need the column of `with_lists`."""
    return _all([*(_passes(test).fill_null(value=False) for test in when.tests), *_account_tests(when)])


def missing(when: When) -> pl.Expr:
    """Whether a deal fails only because it lacks values: every test passes or has nothing to test."""
    if not when.tests:
        return pl.lit(value=False)
    lenient = _all([*(_passes(test).fill_null(value=True) for test in when.tests), *_account_tests(when)])
    return lenient & reduce(or_, [absent(test.field) for test in when.tests])


def absent(field: str) -> pl.Expr:
    """Whether the deal lacks a value for a field of the rules; no product line means no family.

    Who never bought before lacks nothing.
    """
    if field == "months_since_last_purchase":
        return pl.lit(value=False)
    kind = FIELDS.get(field)
    if kind == "texts":
        return pl.col(column_of(field)).list.len() == 0
    if kind == "percent":
        return ratio_of(field)[0].is_null()
    return value_of(field).is_null()


def value_of(field: str) -> pl.Expr:
    """The deal's value of a field of the rules, the text of a mapped fact, or the days since it."""
    if field.startswith(FACT):
        return pl.col("facts").str.json_path_match(f"$['{field.removeprefix(FACT)}']")
    if field.startswith(SINCE):
        return (pl.col("dated_on") - _day_told(field.replace(SINCE, FACT, 1))).dt.total_days()
    return _WORKED_OUT[field] if field in _WORKED_OUT else pl.col(column_of(field))


def _day_told(field: str) -> pl.Expr:
    """A mapped fact as a day; null where it is none."""
    return value_of(field).str.to_date("%Y-%m-%d", strict=False)


def column_of(field: str) -> str:
    """The column of a classified deal that holds a field of the rules; a percentage and a difference have none."""
    return _COLUMNS.get(field, field)


def with_lists(deals: pl.DataFrame, entries: dy.DataFrame[f.ListEntries]) -> pl.DataFrame:
    """The deals with the lists their account was on, on the deal's day."""
    listed = (
        deals.select("deal_id", "account_id", "dated_on")
        .join(entries, on="account_id")
        .filter(in_force(pl.col("dated_on")))
        .group_by("deal_id")
        .agg(pl.col("list").unique().sort().alias(LISTS))
    )
    return deals.join(listed, on="deal_id", how="left", maintain_order="left").with_columns(
        pl.col(LISTS).fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )


def in_force(day: pl.Expr) -> pl.Expr:
    """Whether a dated row (`from_on` in, `until_on` out, null open) covers the day."""
    begun = pl.col("from_on").is_null() | (pl.col("from_on") <= day)
    return begun & (pl.col("until_on").is_null() | (day < pl.col("until_on")))


def _all(tests: list[pl.Expr]) -> pl.Expr:
    return reduce(and_, tests, pl.lit(value=True))


def _account_tests(when: When) -> list[pl.Expr]:
    tests = []
    if when.account and when.account.listed_in:
        tests.append(pl.col(LISTS).list.contains(when.account.listed_in))
    if when.account and when.account.not_listed_in:
        tests.append(~pl.col(LISTS).list.contains(when.account.not_listed_in))
    return tests


def _passes(test: FieldTest) -> pl.Expr:
    """One test; null where the deal has no value."""
    if test.type == "text":
        return _one_of(test)
    if test.type in _SEVERAL:
        return pl.when(~absent(test.field)).then(_holds_one_of(test))
    return _within(test)


def _one_of(test: FieldTest) -> pl.Expr:
    value = value_of(test.field)
    parts = [value.is_in(test.any_of)] if test.any_of else []
    parts += [~value.is_in(test.none_of)] if test.none_of else []
    return _all(parts)


def _holds_one_of(test: FieldTest) -> pl.Expr:
    values = pl.col(column_of(test.field))
    any_of = [values.list.contains(name) for name in test.any_of]
    none_of = [~values.list.contains(name) for name in test.none_of]
    return _all([*([reduce(or_, any_of)] if any_of else []), *none_of])


def _within(test: FieldTest) -> pl.Expr:
    """Bounds of a number or day, compared by cross-multiplication, so that nothing is divided or rounded."""
    parts = []
    for bound, compare in (
        (test.min, pl.Expr.ge),
        (test.max, pl.Expr.le),
        (test.above, pl.Expr.gt),
        (test.below, pl.Expr.lt),
    ):
        if bound is not None:
            parts.append(compare(*_sides(test, bound)))
    return _all(parts)


def _sides(test: FieldTest, bound: int | Fraction | date) -> tuple[pl.Expr, pl.Expr]:
    """Both sides of a comparison in one exact type; money is in the company's currency."""
    field = test.field
    if field.startswith(FACT):
        told = _day_told(field) if test.type == "day" else value_of(field).cast(pl.Int64, strict=False)
        return told, pl.lit(bound)
    if isinstance(bound, date):
        return pl.col(column_of(field)), pl.lit(bound)
    if test.type == "percent":
        num, den = ratio_of(field)
        return num * _whole(bound.denominator), den * _whole(bound.numerator)
    if field in _IN_THE_DEALS_CURRENCY:
        return value_of(field).cast(pl.Int128) * pl.col("fx_num"), _times("fx_den", int(bound))
    return value_of(field), pl.lit(bound)


def ratio_of(field: str) -> tuple[pl.Expr, pl.Expr]:
    """Numerator and denominator (above zero) of a percentage; the numerator is null where there is no ratio."""
    if field == "uplift":
        return pl.col("uplift_num").cast(pl.Int128), pl.col("uplift_den").cast(pl.Int128)
    if field == "growth":
        acv, den = (pl.col(f"{name}_micros").cast(pl.Int128) for name in ("acv", "running_acv"))
        return pl.when(den > 0).then(acv), den
    amount, cost, listed = (pl.col(f"{name}_micros").cast(pl.Int128) for name in ("amount", "cost", "list"))
    num, den = (amount - cost, amount) if field == "margin_percent" else (listed - amount, listed)
    return pl.when(den > 0).then(num), den


def _times(column: str, factor: int) -> pl.Expr:
    return pl.col(column).cast(pl.Int128) * _whole(factor)


def _whole(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int128)
