"""Cases by deal: which of a component's rates or factors a deal gets, by what the deal is (DESIGN 5.2, 5.5).

A rate of a case is a factor of a curve that pays all of the measure, so cases need no curve of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from operator import and_

import polars as pl

from engine.documents.conditions import When
from engine.documents.curves.cases import Case, RateCase
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Dated
from engine.matching import absent, fits, missing
from engine.model import MICROS, Issue, Severity


def found_by_case(rows: pl.DataFrame, cases: Sequence[Case], deals: pl.DataFrame, component: Component) -> pl.DataFrame:
    """For each row what a table finds: `value` the place of the case that decides, `factor` its rate or factor.

    Columns as those of a gauge. What is of no deal gets what is paid otherwise; `stuck` where the deal is unknown.
    """
    case = _first([fits(one.when or When()) for one in cases])
    known = deals.select("deal_id", case=case, known=pl.lit(value=True))
    found = rows.select("deal_id", "dated_on").join(known, on="deal_id", how="left", maintain_order="left")
    case = pl.col("case").fill_null(len(cases) - 1)
    factors = [pl.when(case == place).then(_factor(one, component)) for place, one in enumerate(cases)]
    return found.select(
        value=case.cast(pl.Int64),
        of=pl.lit(None, dtype=pl.Int64),
        since=pl.lit(None, dtype=pl.Date),
        factor=pl.coalesce(factors),
        stuck=pl.when(pl.col("known").is_null() & pl.col("deal_id").is_not_null()).then(pl.lit("deal_unread")),
    )


def cases_lack_values(
    rows: pl.DataFrame, cases: Sequence[Case], deals: pl.DataFrame, plan: Plan, component: Component
) -> Iterator[Issue]:
    """An issue for each deal of the rows that misses a case above its own only because it lacks a value."""
    earlier = pl.lit(value=True)
    for place, one in enumerate(cases[:-1]):
        when = one.when or When()
        lacking = deals.filter(earlier & missing(when)).join(rows, on="deal_id", how="semi").sort("deal_id")
        fields = sorted({test.field for test in when.tests})
        for deal, *gaps in lacking.select("deal_id", *(absent(field).alias(field) for field in fields)).iter_rows():
            lacks = " and no ".join(field for field, gap in zip(fields, gaps, strict=True) if gap)
            yield _lacks(deal, lacks, place + 1, plan, component)
        earlier = and_(earlier, ~fits(when))


def _first(answers: Sequence[pl.Expr]) -> pl.Expr:
    """The place of the first that fits."""
    last = pl.lit(len(answers) - 1)
    places = list(enumerate(answers[:-1]))
    return reduce(lambda rest, one: pl.when(one[1]).then(one[0]).otherwise(rest), reversed(places), last)


def _factor(case: Case, component: Component) -> pl.Expr:
    """The value in force on the row's day, as text of an exact ratio."""
    steps = case.value.steps
    begun = pl.lit(None, dtype=pl.String)
    for since, value in steps:
        ratio = pl.lit(str(Fraction(value) / _unit(case, component)))
        begun = pl.when(pl.col("dated_on") >= since).then(ratio).otherwise(begun)
    return begun


def _unit(case: Case, component: Component) -> int:
    """What an amount is for, in micro-units; a share is of everything."""
    return 1 if not isinstance(case, RateCase) or case.in_percent else component.per or MICROS


def otherwise_of(component: Component) -> Dated[Fraction] | None:
    """What a deal is paid that no rate case fits, per micro-unit of the measure; None without rate cases."""
    if not component.rates:
        return None
    last = component.rates[-1]
    unit = _unit(last, component)
    return Dated(steps=tuple((since, Fraction(value) / unit) for since, value in last.value.steps))


def _lacks(deal: str, lacks: str, place: int, plan: Plan, component: Component) -> Issue:
    where = f"which case {place} of component {component.id!r} of plan {plan.plan!r} tests"
    return Issue(
        code="case_lacks_value",
        severity=Severity.WARNS,
        subject=f"deal {deal}",
        message=f"has no {lacks}, {where}; a later case decided.",
        remedy="Fill the field in the CRM.",
    )
