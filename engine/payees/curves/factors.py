"""Factors: what gates and multipliers make of a component's payout (DESIGN 5.5, 5.6).

Each compares one number of the payee, its reading, with thresholds and answers a factor: a gate 0 or 1, a multiplier
that of the bracket reached. Their product scales the payout curve before its cap, for every credit by itself, so that
lines of one factor still add up exactly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import prod
from typing import Any

import polars as pl

from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.documents.curves.gauge import Gate, Judged, Multiplier
from engine.documents.plans.component import Accumulation
from engine.model import MICROS
from engine.payees.curves.curve_columns import whole
from engine.texts import text

ORDER = ["dated_on", "credit_id"]
PLACE = [*ORDER, "deal_id"]
KEY = ["payee_id", "at"]
LAST = "\U0010ffff"
"""What stands behind every credit of a day."""
NOWHERE = 10**6 * MICROS
"""The place of who has none: behind everybody."""
FOUND = ["value", "of", "since", "factor", "stuck"]
"""What a gauge finds for each credit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as it grew: rows (payee_id, window, dated_on, credit_id, deal_id, value, quota), by day and credit.

    `held` are the windows (payee_id, window) of which a credit could not be computed, so that nobody knows it.
    """

    rows: pl.DataFrame
    over: Accumulation
    held: pl.DataFrame
    nothing: int = 0
    """The number of a payee without rows."""
    whole: int | None = None
    """And what that is a share of."""
    has_to_come: bool = False
    """Whether nobody knows the number before there is a row, so that a gate on it stays closed."""
    whose: str | None = None
    """The payee of the rows whose number is everybody's; without it, each has a number of the own."""


def with_factors(rows: pl.DataFrame, finds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The attained rows with `factor`, `factors` and `stuck`: why a factor is not known, null where it is.

    `finds` is what each gate, multiplier and table of cases found (columns `FOUND`), in the order of the rows.
    """
    known = rows.drop("factor", "factors")
    for nth, found in enumerate(finds):
        known = known.with_columns(found[name].alias(f"{name} {nth}") for name in found.columns)
    places = range(len(finds))
    factors = [f"factor {nth}" for nth in places]
    combined = known.select(factors).unique()
    products = [str(prod(Fraction(factor) for factor in row)) for row in combined.iter_rows()]
    known = known.join(
        combined.with_columns(factor=pl.Series(products, dtype=pl.String)),
        on=factors,
        how="left",
        maintain_order="left",
        nulls_equal=True,
    )
    told = pl.concat_str(
        [_told(nth, began="began" in found.columns) for nth, found in enumerate(finds)], separator=", "
    )
    return known.select(
        *rows.columns[:-2], "factor", factors=text("[{}]", told), stuck=pl.coalesce(f"stuck {nth}" for nth in places)
    )


def either(finds: Sequence[pl.DataFrame], sizes: Sequence[int]) -> list[pl.DataFrame]:
    """What gates find of which one is enough: once one is open, none of them is closed, or waits.

    `sizes` are how many each looks at, of which every one must be within its bounds: several where it says `each_of`.
    """
    if not finds:
        return []
    is_open = (pl.col("factor") == "1") & pl.col("stuck").is_null()
    each = pl.concat([found.select(is_open.alias(str(nth))) for nth, found in enumerate(finds)], how="horizontal")
    ends = list(accumulate(sizes))
    gates = [pl.all_horizontal(each.columns[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    opened = pl.lit(each.select(pl.any_horizontal(gates)).to_series())
    return [
        found.with_columns(
            factor=pl.when(opened).then(pl.lit("1")).otherwise("factor"),
            stuck=pl.when(~opened).then("stuck"),
        )
        for found in finds
    ]


def factor_of(factors: str | None) -> Fraction:
    """The product of the factors that a line keeps."""
    return prod((Fraction(found["factor"]) for found in found_by(factors)), start=Fraction(1))


def paying_factor_of(factors: str | None) -> Fraction:
    """The product as it would be if the deal were not of house accounts: what a next deal would be paid by."""
    of_gauges = (Fraction(found["factor"]) for found in found_by(factors) if "house" not in found)
    return prod(of_gauges, start=Fraction(1))


def is_of_house(factors: str | None) -> bool:
    """Whether the line is of house accounts, and so pays nothing whatever was achieved."""
    return any("house" in found for found in found_by(factors))


def found_by(factors: str | None) -> list[dict[str, Any]]:
    """What the gauges and then the tables of a component found for a line, in their order."""
    return json.loads(factors) if factors is not None else []


def _told(nth: int, *, began: bool) -> pl.Expr:
    """What one gauge found, as JSON; of deals in parts also where each began."""
    number = (pl.col(f"{name} {nth}").cast(pl.String).fill_null("null") for name in ("value", "of"))
    since = text('"{}"', pl.col(f"since {nth}").cast(pl.String)).fill_null("null")
    factor = pl.col(f"factor {nth}")
    told = text('{"value": {}, "quota": {}, "since": {}, "factor": "{}"', *number, since, factor)
    return text('{}, "began": {}}', told, pl.col(f"began {nth}").cast(pl.String)) if began else text("{}}", told)


def judged(
    rows: pl.DataFrame, gauge: Gate | Multiplier, reading: Reading, company: Company, *, at_end: bool = False
) -> pl.DataFrame:
    """For each row `FOUND`, in the order of the rows; `at_end` where a row counts when its day is over."""
    read_by = rows if reading.whose is None else rows.with_columns(payee_id=pl.lit(reading.whose))
    at = _labelled(read_by, reading.over, company)
    at = at.with_columns(credit_id=text("{}{}", pl.lit(LAST), "credit_id")) if at_end else at
    found = _by_window(at, reading, gauge) if gauge.judged == "window" else _by_deal(at, reading, gauge.judged)
    waiting = reading.held.unique().select("payee_id", at="window", waits=pl.lit(value=True))
    read = found.join(waiting, on=KEY, how="left", maintain_order="left")
    value = pl.col("value").fill_null(reading.nothing)
    quota = pl.coalesce("quota", pl.lit(reading.whole, dtype=pl.Int64))
    shared = gauge.ranked is not None and gauge.ranked.ties == "shared"
    in_parts = gauge.judged == "in_parts"
    began = pl.col("began").fill_null(reading.nothing) if in_parts else value
    if isinstance(gauge, Multiplier) and (gauge.points or shared or in_parts):
        read = read.with_columns(value, quota.alias("quota"), began=began)
        read = _of_shared_places(read, gauge) if shared else _of_numbers(read, gauge)
        factor = pl.col("factor")
    else:
        factor = _gate(gauge, value, quota) if isinstance(gauge, Gate) else _bracket(gauge, value, quota)
    missing = pl.col("value").is_null() & reading.has_to_come & isinstance(gauge, Gate)
    of_quota = any(isinstance(bound, Fraction) and bound for _, bound in gauge.thresholds())
    stuck = (
        pl.when(pl.col("waits"))
        .then(pl.lit("gauge_held"))
        .when(pl.lit(of_quota) & ((value != 0) | (began != 0)) & (quota.is_null() | (quota <= 0)))
        .then(pl.lit("gauge_without_quota"))
    )
    return read.select(
        value=pl.when(~missing).then(value),
        of=quota,
        since=pl.col("since"),
        factor=pl.when(missing).then(pl.lit("0")).otherwise(factor),
        stuck=stuck,
        **({"began": began} if in_parts else {}),
    )


def _labelled(rows: pl.DataFrame, over: Accumulation, company: Company) -> pl.DataFrame:
    """Payee, day, credit, deal and `at`: the window of the reading that the row's day lies in, or the deal."""
    if over == "transaction":
        return rows.select("payee_id", *PLACE, at=pl.coalesce("deal_id", "credit_id"))
    days = rows.select(pl.col("dated_on").unique()).with_columns(at=period_label(pl.col("dated_on"), over, company))
    return rows.select("payee_id", *PLACE).join(days, on="dated_on", how="left", maintain_order="left")


def _by_window(at: pl.DataFrame, reading: Reading, gauge: Gate | Multiplier) -> pl.DataFrame:
    """What each window holds as of now, and for a gate the first day on which it was open."""
    windows = reading.rows.group_by("payee_id", at="window", maintain_order=True)
    totals = windows.agg(pl.col("value").last(), pl.col("quota").last())
    since = pl.DataFrame(schema={"payee_id": pl.String, "at": pl.String, "since": pl.Date})
    if isinstance(gauge, Gate):
        opened = reading.rows.filter(_open(gauge, pl.col("value"), pl.col("quota")))
        since = opened.group_by("payee_id", at="window").agg(since=pl.col("dated_on").min())
    read = at.join(totals, on=KEY, how="left", maintain_order="left")
    return read.join(since, on=KEY, how="left", maintain_order="left")


def _by_deal(at: pl.DataFrame, reading: Reading, judged: Judged) -> pl.DataFrame:
    """What the window held when each row was counted, by day and credit id, with all of its deal or without.

    Of deals in parts both: `began` is what it held without.
    """
    if judged == "in_parts":
        before = _by_deal(at, reading, "before_deal")
        return _by_deal(at, reading, "deal").with_columns(before["value"].alias("began"))
    place = pl.col("place").cast(pl.Int64)
    places = pl.concat([at.select(PLACE), reading.rows.select(PLACE)]).unique(ORDER).sort(ORDER)
    seen = place.max() if judged == "deal" else place.min() - 1
    ordered = places.with_row_index("place").with_columns(
        place, position=seen.over("dated_on", pl.coalesce("deal_id", "credit_id"))
    )
    here = at.join(ordered.select(*ORDER, "position"), on=ORDER, maintain_order="left")
    here = here.with_row_index("row").sort("position")
    then = reading.rows.join(ordered.select(*ORDER, position="place"), on=ORDER).sort("position")
    then = then.rename({"window": "at"}).drop(PLACE)
    read = here.join_asof(then, on="position", by=KEY, check_sortedness=False)
    return read.sort("row").with_columns(since=pl.lit(None, dtype=pl.Date))


def _gate(gate: Gate, value: pl.Expr, quota: pl.Expr) -> pl.Expr:
    return pl.when(_open(gate, value, quota)).then(pl.lit("1")).otherwise(pl.lit("0"))


def _open(gate: Gate, value: pl.Expr, quota: pl.Expr) -> pl.Expr:
    """Whether the number lies within every bound."""
    bounds = ((gate.min, pl.Expr.ge), (gate.above, pl.Expr.gt), (gate.max, pl.Expr.le), (gate.below, pl.Expr.lt))
    return pl.all_horizontal(compare(*_sides(value, quota, bound)) for bound, compare in bounds if bound is not None)


def _bracket(multiplier: Multiplier, value: pl.Expr, quota: pl.Expr) -> pl.Expr:
    """The factor of the bracket reached; below the first, the first."""
    factor = pl.lit(str(multiplier.brackets[0].factor))
    for bracket in multiplier.brackets[1:]:
        reached = pl.Expr.ge(*_sides(value, quota, bracket.since))
        factor = pl.when(reached).then(pl.lit(str(bracket.factor))).otherwise(factor)
    return factor


def _of_shared_places(read: pl.DataFrame, multiplier: Multiplier) -> pl.DataFrame:
    """The rows with the mean factor of the places that equals fill together; `quota` says how many they are."""
    numbers = read.select("value", "quota").unique()
    factors = []
    for value, equals in numbers.iter_rows():
        filled = range(1 if value >= NOWHERE else equals)
        of_places = [multiplier.factor_at(Fraction(value + MICROS * nth)) for nth in filled]
        factors.append(str(sum(of_places, Fraction(0)) / len(of_places)))
    found = numbers.with_columns(factor=pl.Series(factors, dtype=pl.String))
    return read.join(found, on=["value", "quota"], how="left", maintain_order="left", nulls_equal=True)


def _of_numbers(read: pl.DataFrame, multiplier: Multiplier) -> pl.DataFrame:
    """The rows with the factor of every number between its points, or the mean of those from `began` up to it.

    Nothing achieved is 0 % of any quota.
    """
    numbers = read.select("began", "value", "quota").unique()
    factors = []
    for began, value, quota in numbers.iter_rows():
        of = max(quota or 1, 1) if multiplier.in_shares else 1
        ends = Fraction(began, of), Fraction(value, of)
        factors.append(str(multiplier.factor_at(ends[1]) if multiplier.points else multiplier.mean_factor(*ends)))
    found = numbers.with_columns(factor=pl.Series(factors, dtype=pl.String))
    return read.join(found, on=["began", "value", "quota"], how="left", maintain_order="left", nulls_equal=True)


def _sides(value: pl.Expr, quota: pl.Expr, threshold: Fraction | int) -> tuple[pl.Expr, pl.Expr]:
    """Both sides of a comparison in exact numbers; nothing achieved is 0 % of any quota, of one of 0 too."""
    exact = value.cast(pl.Int128)
    if isinstance(threshold, int):
        return exact, whole(threshold)
    of = pl.when(quota > 0).then(quota).otherwise(1).cast(pl.Int128)
    return exact * whole(threshold.denominator), of * whole(threshold.numerator)
