"""What a credit counts for where that is more than one of its columns: TCV, MRR, margin, units, weights, portions.

A worth is a value times exact ratios (scale, weight, multiplier, portion, share, exchange rate), rounded half up to a
micro-unit once. The value is the credit's own part of the deal's amount or ACV, which add up to the deal; margin, units
and deltas are the deal's, times the credit's share.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import polars as pl

from engine.deals.classify import acv_of
from engine.documents.conditions import FACT
from engine.documents.measures.measure import Measure
from engine.matching import fits, value_of
from engine.model import Motion
from engine.payees.curves.curve_columns import whole
from engine.payees.measures.precedence import Taker
from engine.payees.measures.ratios import Ratio, rounded_product
from engine.payees.measures.weights import in_force_on, lines_of, weighed_without_lines

ONE: Ratio = (whole(1), whole(1))
YEARLY = whole(12)
_DEAL = ("amount_micros", "acv_micros", "cost_micros", "list_micros", "expiring_acv_micros", "term_months")
_WHOLE = ("margin", "units", "list_price", "discount", "fact")
"""Values that are the deal's."""


def worths(
    rows: pl.DataFrame,
    credits_: pl.DataFrame,
    deals: pl.DataFrame,
    lines: pl.DataFrame,
    measure: Measure,
    *,
    takers: Sequence[Taker] = (),
) -> pl.DataFrame:
    """By credit of the rows: `base` (Int128 micro-units, plan currency or units) and `stuck`, why there is none.

    The share that counts here is that of the credit's own portion.

    `rows` are credits of one plan with exchange rates; `deals` are classified, with their lists; `takers` are the
    components that take lines of them before.
    """
    shares = credits_.select("credit_id", "share_num", "share_den", "portion")
    found = (
        rows.drop("share_num", "share_den", strict=False)
        .join(shares, on="credit_id", maintain_order="left")
        .join(_facts(deals, lines, measure, takers), on="deal_id", how="left", maintain_order="left")
        .with_columns(expiring=_expiring(), of=_portion(measure))
    )
    told = found.select("credit_id", stuck=_stuck(measure)).with_columns(
        base=rounded_product(found, _value(measure), _factors(measure))
    )
    size = pl.col("base").abs()
    if measure.less_per_deal is not None:
        size = (size - _of_the_credit(measure.less_per_deal, found)).clip(0, None)
    if measure.most_per_deal is not None:
        size = pl.min_horizontal(size, _of_the_credit(measure.most_per_deal, found))
    return told.with_columns(base=pl.col("base").sign() * size)


def _of_the_credit(amount: int, found: pl.DataFrame) -> pl.Series:
    """The credit's share of an amount for each deal."""
    return rounded_product(found, whole(amount), [_part(of_the_deal=True), _share()])


def _facts(deals: pl.DataFrame, lines: pl.DataFrame, measure: Measure, takers: Sequence[Taker]) -> pl.DataFrame:
    """By deal: what it is worth as a whole, its weight and multiplier."""
    by = lcm(*(value.denominator for each in measure.multiply for _, value in each.by.steps))
    times = whole(by)
    for each in reversed(measure.multiply):
        times = pl.when(fits(each.when)).then(in_force_on(each.by, lambda value: int(value * by))).otherwise(times)
    known = deals.select(
        "deal_id",
        "motion",
        *(pl.col(name).cast(pl.Int128).alias(f"deal_{name}") for name in _DEAL),
        deal_fact_micros=_fact(measure),
        times_num=times,
        times_den=whole(by),
    )
    if not measure.looks_at_lines and not takers:
        return known.with_columns(**weighed_without_lines(measure), line_trouble=pl.lit(None, dtype=pl.String))
    return known.join(lines_of(deals, lines, measure, takers), on="deal_id", how="left")


def _fact(measure: Measure) -> pl.Expr:
    """What the CRM says in the field that is added up; null where that is no number."""
    told = value_of(f"{FACT}{measure.fact}") if measure.fact is not None else pl.lit(None, dtype=pl.String)
    return told.cast(pl.Int128, strict=False)


def _of_the_deal(measure: Measure) -> bool:
    """Whether the value is the deal's, to be shared, and not the credit's own already."""
    return measure.sum in _WHOLE or measure.portion == "delta"


def _value(measure: Measure) -> pl.Expr:
    """The value in micro-units, before every ratio."""
    amount, acv = pl.col("amount_micros"), pl.col("acv_micros")
    if measure.portion == "delta":
        return _delta()
    if measure.sum == "units" or (measure.sum == "margin" and measure.looks_at_lines):
        return whole(1)
    if measure.sum == "margin":
        return pl.col("deal_amount_micros") - pl.col("deal_cost_micros")
    if measure.sum in ("list_price", "discount"):
        sold = pl.col("deal_amount_micros") if measure.sum == "discount" else whole(0)
        return pl.col("deal_list_micros") - sold
    if measure.sum == "fact":
        return pl.col("deal_fact_micros")
    if measure.sum == "tcv":
        return pl.when(_is_total()).then(amount).otherwise(acv)
    if measure.sum in ("amount", "first_month"):
        return amount
    return acv if measure.sum is not None else pl.col("units_micros")


def _factors(measure: Measure) -> list[Ratio]:
    """Everything that the value is multiplied with."""
    shared = _of_the_deal(measure)
    factors: list[Ratio] = [_scale(measure), (pl.col("weight_num"), pl.col("weight_den"))]
    if measure.multiply:
        factors.append((pl.col("times_num"), pl.col("times_den")))
    if measure.portion != "delta":
        factors.append(_part(of_the_deal=shared))
    if shared:
        factors.append(_share())
    if measure.unit == "amount":
        same = pl.col("fx_den").is_null()
        factors.append((pl.when(same).then(1).otherwise("fx_num"), pl.when(same).then(1).otherwise("fx_den")))
    return factors


def _scale(measure: Measure) -> Ratio:
    """From annual to what is added up; a deal without a term is a year's."""
    term = pl.col("deal_term_months").fill_null(12)
    if measure.sum == "mrr":
        return whole(1), YEARLY
    if measure.sum == "first_month":
        return whole(1), term
    if measure.sum == "tcv":
        return pl.when(_is_total()).then(1).otherwise(term), pl.when(_is_total()).then(1).otherwise(12)
    return ONE


def _is_total() -> pl.Expr:
    """Whether the amount is the total of which the ACV is the yearly part, and so the TCV itself."""
    return acv_of(pl.col("deal_amount_micros"), pl.col("deal_term_months")) == pl.col("deal_acv_micros")


def _share() -> Ratio:
    return pl.col("share_num"), pl.col("share_den")


def _expiring() -> pl.Expr:
    """ACV of what ends with the deal: nothing, where it is no renewal."""
    renews = pl.col("motion") == Motion.RENEWAL
    return pl.when(renews).then("deal_expiring_acv_micros").otherwise(0).cast(pl.Int128)


def _portion(measure: Measure) -> pl.Expr:
    """The portion that counts of the credit: what the rules of engagement gave, narrowed by the measure."""
    given = pl.col("portion").cast(pl.String)
    wanted = measure.portion if measure.portion in ("renewed", "uplift") else "all"
    narrowed = pl.when(given == "all").then(pl.lit(wanted)).otherwise(given)
    return narrowed if wanted == "all" else pl.when(narrowed == wanted).then(narrowed).otherwise(pl.lit("none"))


def _part(*, of_the_deal: bool) -> Ratio:
    """The counting portion, as a part of the deal or of a credit that may be of that portion already.

    Where the ACV is nothing or less there is nothing to divide: a renewal renews, everything else is uplift.
    """
    acv, of = pl.col("deal_acv_micros"), pl.col("of")
    renewed = pl.min_horizontal(acv, "expiring").clip(0, None)
    settled = of.is_in(["all", "none"]) | (pl.lit(not of_the_deal) & (pl.col("portion").cast(pl.String) != "all"))
    keeps = (pl.col("motion") == Motion.RENEWAL) & (acv == 0)
    num = (
        pl.when(settled)
        .then((of != "none").cast(pl.Int128))
        .when(pl.col("expiring").is_null())
        .then(None)
        .when(acv <= 0)
        .then(((of == "renewed") == keeps).cast(pl.Int128))
        .otherwise(pl.when(of == "renewed").then(renewed).otherwise(acv - renewed))
    )
    return num, pl.when(~settled & (acv > 0)).then(acv).otherwise(1)


def _delta() -> pl.Expr:
    """ACV less the expiring one; a credit of one portion has that portion's part of the difference."""
    acv, expiring = pl.col("deal_acv_micros"), pl.col("expiring")
    given = pl.col("portion").cast(pl.String)
    kept = pl.min_horizontal(acv, expiring)
    delta = pl.when(given == "renewed").then(kept - expiring).when(given == "uplift").then(acv - kept)
    return pl.when(expiring.is_not_null()).then(delta.otherwise(acv - expiring))


def _stuck(measure: Measure) -> pl.Expr:
    """Why nobody can say what the credit counts for: null where all is known."""
    needs_expiring = pl.lit(measure.portion == "delta") | pl.col("of").is_in(["renewed", "uplift"])
    needs_list = measure.sum in ("list_price", "discount")
    needs_cost = measure.sum == "margin" and not measure.looks_at_lines
    return (
        pl.when(needs_expiring & pl.col("expiring").is_null())
        .then(pl.lit("expiring_acv_missing"))
        .when(pl.lit(needs_cost) & pl.col("deal_cost_micros").is_null())
        .then(pl.lit("cost_missing"))
        .when(pl.lit(needs_list) & pl.col("deal_list_micros").is_null())
        .then(pl.lit("list_price_missing"))
        .when(pl.lit(measure.sum == "fact") & pl.col("deal_fact_micros").is_null())
        .then(pl.lit("fact_missing"))
        .otherwise("line_trouble")
    )
