"""What a component adds up: which credits count, and what each is worth in plan currency or units."""

from __future__ import annotations

import polars as pl

from engine.deals.milestones import QUALIFIED
from engine.documents.conditions import When
from engine.documents.measures.measure import Levels, Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.matching import absent, fits, missing
from engine.model import Issue, Severity
from engine.payees.curves.curve_columns import round_ratio_expr
from engine.payees.measures.imported import of_measure
from engine.payees.measures.precedence import Counting, countings
from engine.payees.measures.worth import worths

_NO_RATE = {"fx_num": pl.lit(None, dtype=pl.Int64), "fx_den": pl.lit(None, dtype=pl.Int64)}
"""What is no money is not exchanged."""
_CASH = {"ignored": "cash_micros", "counted": "cash_all_micros", "alone": "cash_beyond_micros"}
"""By what becomes of payments beyond the deal's amount: the column of what customers paid."""


def with_fits(rows: pl.DataFrame, deals: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The plan's credits with a Bool column for each measure (`fits_column`): whether the deal passes its `when`.

    Null where the deal itself is unknown and a test would have to look at it.
    """
    tested = [name for name, measure in plan.measures.items() if measure.of_credits and measure.when != When()]
    rows = rows.with_columns(
        pl.lit(value=True).alias(fits_column(name)) for name in plan.measures if name not in tested
    )
    if not tested:
        return rows
    answers = [fits(plan.measures[name].when).alias(fits_column(name)) for name in tested]
    return rows.join(deals.select("deal_id", *answers), on="deal_id", how="left", maintain_order="left")


def fits_column(measure: str) -> str:
    """The column of `with_fits` for a measure."""
    return f"fits {measure}"


def with_worths(
    rows: pl.DataFrame, credits_: pl.DataFrame, deals: pl.DataFrame, lines: pl.DataFrame, plan: Plan
) -> pl.DataFrame:
    """The plan's credits with `base` and `stuck` columns of all that is more than a column of the credit."""
    for counting in countings(plan):
        if counting.measure.of_credits and not counting.is_plain and counting.brings_columns:
            met = rows.filter(_counts(counting))
            made = worths(met, credits_, deals, lines, counting.measure, takers=counting.lines)
            named = made.rename({"base": _base_column(counting.name), "stuck": _stuck_column(counting.name)})
            rows = rows.join(named, on="credit_id", how="left", maintain_order="left")
    return rows


def _counts(counting: Counting) -> pl.Expr:
    """Whether a credit counts for what is added up; what others take is not."""
    measure = counting.measure
    fit = pl.col(fits_column(counting.whole or counting.name))
    for taker in counting.whole_deals:
        fit &= ~(pl.col(fits_column(taker.measure)) & taker.alive())
    return fit & pl.col("kind").is_in(list(measure.credits)) & _of_that_day(measure)


def _of_that_day(measure: Measure) -> pl.Expr:
    """Whether a credit is of the day that the measure is dated by; earnings count whichever day they were earned by."""
    qualified, won = pl.col("event") == QUALIFIED, pl.col("event").is_null()
    if measure.dated_by == "qualified_on":
        return qualified
    return won | qualified if measure.of else won


def _base_column(measure: str) -> str:
    return f"base {measure}"


def _stuck_column(measure: str) -> str:
    return f"stuck {measure}"


def counted(
    rows: pl.DataFrame, results: pl.DataFrame, plan: Plan, component: Component, counting: Counting
) -> pl.DataFrame:
    """The credits or imported results that count for the component, with `base` in Int128 micro-units.

    `base` is null where no exchange rate is known, and where a result is written in another unit.
    """
    measure = counting.measure
    if measure.imported is not None:
        return of_measure(results, measure, plan.currency)
    counts = _counts(counting)
    if measure.levels is not None and not measure.of:
        counts &= pl.col("level").is_null() | within(measure.levels, pl.col("level"))
    met = alive(rows.filter(counts), component)
    if counting.is_plain:
        return met.with_columns(**_worth(measure))
    name = counting.name if counting.brings_columns else component.measure
    return met.with_columns(
        base=pl.col(_base_column(name)),
        stuck=pl.col(_stuck_column(name)),
        **(_NO_RATE if measure.unit != "amount" else {}),
    )


def within(levels: Levels, level: pl.Expr) -> pl.Expr:
    """Whether people so many levels below count."""
    near = level >= levels.min
    return near if levels.max is None else near & (level <= levels.max)


def alive(rows: pl.DataFrame, component: Component) -> pl.DataFrame:
    """The rows of the days on which the component is in force."""
    if component.effective is None:
        return rows
    day, until_on = pl.col("dated_on"), component.effective.until_on
    begun = rows.filter(day >= component.effective.from_on)
    return begun if until_on is None else begun.filter(day < until_on)


def measured_column(measure: Measure) -> str | None:
    """The column of a credit that the measure adds up as it is; None where it is made of more, or of no credit."""
    if not measure.of_credits or not measure.is_plain:
        return None
    if measure.sum is None:
        return "units_micros"
    if measure.sum == "cash":
        return _CASH[measure.overpaid]
    return "acv_micros" if measure.sum == "arr" else f"{measure.sum}_micros"


def missing_values(rows: pl.DataFrame, deals: pl.DataFrame, plan: Plan) -> list[Issue]:
    """An issue for each deal of the rows that a measure leaves out only because the deal lacks a value."""
    issues = []
    for name, measure in plan.measures.items():
        if not measure.when.tests or not measure.of_credits:
            continue
        without = deals.filter(missing(measure.when))
        if without.is_empty():
            continue  # mostly no deal lacks anything, and a join over every credit is dear
        fields = sorted({test.field for test in measure.when.tests})
        of_kind = rows.filter(pl.col("kind").is_in(list(measure.credits)))
        lacking = without.join(of_kind, on="deal_id", how="semi").sort("deal_id")
        for deal, *gaps in lacking.select("deal_id", *(absent(field).alias(field) for field in fields)).iter_rows():
            lacks = [field for field, gap in zip(fields, gaps, strict=True) if gap]
            issues.append(_lacks(deal, lacks, name, plan))
    return issues


def _worth(measure: Measure) -> dict[str, pl.Expr]:
    """`base` and the exchange rate it was made with; a count has none."""
    value = pl.col(str(measured_column(measure))).cast(pl.Int128)
    if measure.count is not None:
        return {"base": value, **_NO_RATE}
    den = pl.col("fx_den").cast(pl.Int128)
    exchanged = round_ratio_expr(value * pl.col("fx_num").cast(pl.Int128), pl.when(den > 0).then(den), 1, "half_up")
    return {"base": pl.when(pl.col("fx_den").is_null()).then(value).otherwise(exchanged)}


def _lacks(deal: str, fields: list[str], measure: str, plan: Plan) -> Issue:
    wanted = f"which measure {measure!r} of plan {plan.plan!r} tests"
    return Issue(
        code="measure_lacks_value",
        severity=Severity.WARNS,
        subject=f"deal {deal}",
        message=f"has no {' and no '.join(fields)}, {wanted}; it is not counted.",
        remedy="Fill the field in the CRM.",
    )
