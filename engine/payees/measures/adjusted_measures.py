"""Adjustments of what was achieved: added to a component's measure on their day, so that later tiers move (DESIGN 5).

They stand among the credits that the component adds up, each with a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity
from engine.payees.windows.enrol import enrol

Row = Mapping[str, Any]
HELD = ("plan", "component", "payee_id", "source_id")


@dataclass(frozen=True, slots=True)
class Achievements:
    """For each plan file the rows that are added, shaped like its credits, and what is held, and why."""

    rows: tuple[pl.DataFrame, ...]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


def achievements(book: Book, plans: Sequence[Plan]) -> Achievements:
    """What people added for payees who are on the plan that day; anything else is held, and an issue says why."""
    given = book.adjustments.filter(kind="achievement").sort("payee_id", "dated_on", "adjustment_id")
    shaped = given.rename({"adjustment_id": "credit_id"}).with_columns(kind=pl.lit("team"))
    rows = tuple(_added(here, plan) for here, plan in zip(enrol(shaped, book, plans).rows, plans, strict=True))
    met = {name for of in rows for name in of["credit_id"]}
    left = [row for row in given.iter_rows(named=True) if row["adjustment_id"] not in met]
    return Achievements(rows, held_adjustments(left), tuple(not_counted(row, _why(row, plans)) for row in left))


def with_adjusted(counts: pl.DataFrame, adjusted: pl.DataFrame, component: Component) -> pl.DataFrame:
    """What the component counts, with what people added to it, in order of days."""
    mine = adjusted.filter(component=component.id, measure=component.measure).drop("component", "measure")
    if mine.is_empty():
        return counts
    return pl.concat([counts, mine], how="diagonal_relaxed").sort("payee_id", "dated_on", "credit_id")


def unfit(plan: Plan, component: Component) -> str | None:
    """Why nothing can be added to the component's measure; None where it can."""
    measure = plan.measures[component.measure]
    if measure.of_a_window is not None or measure.unit == "percent":
        return "its measure is a rate or a share, to which nothing can be added"
    if component.tables or component.rate_by is not None or component.split_of == "money":
        return "what it pays depends on each deal"
    if component.floor is not None or component.residual is not None:
        return "it has a floor or a residual, which are of deals"
    if {step.on for step in plan.release_of(component)} - {"booking"}:
        return "what it earns waits for something that happens to a deal"
    return None


def held_adjustments(rows: Iterable[Row]) -> dy.DataFrame[f.HeldSources]:
    """Adjustments that cannot be computed now: what is posted for them stays."""
    named = [(row["plan"], row["component"], row["payee_id"], row["adjustment_id"]) for row in rows]
    return f.HeldSources.cast(pl.DataFrame(named, schema=dict.fromkeys(HELD, pl.String), orient="row"))


def not_counted(row: Row, why: str) -> Issue:
    """The issue of an adjustment that cannot be computed now."""
    number = row["adjustment_id"].partition(":")[2]
    return Issue(
        code="adjustment_not_counted",
        severity=Severity.HOLDS,
        subject=f"payee {row['payee_id']}",
        message=f"has adjustment {number} of {row['dated_on']}, but {why}; what was booked for it stays.",
        remedy=f"Mend that, or withdraw it: worker.py adjust --withdraw {number} --reason '...'.",
    )


def _added(here: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows of one plan file, with `base` as a measure makes it of credits."""
    fits = {part.id: part.measure for part in plan.components if unfit(plan, part) is None}
    mine = here.filter(pl.col("plan") == plan.plan, pl.col("component").is_in(list(fits)))
    in_currency = mine.filter(pl.col("currency").fill_null(plan.currency) == plan.currency)
    none = pl.lit(None, dtype=pl.Int64)
    return in_currency.select(
        "payee_id",
        "dated_on",
        "credit_id",
        "component",
        deal_id=pl.lit(None, dtype=pl.String),
        measure=pl.col("component").replace_strict(fits, return_dtype=pl.String),
        base=pl.col("amount_micros").cast(pl.Int128),
        currency=pl.lit(plan.currency),
        fx_num=none,
        fx_den=none,
    )


def _why(row: Row, plans: Sequence[Plan]) -> str:
    """Why an achievement is not counted."""
    files = [plan for plan in plans if plan.plan == row["plan"] and plan.effective.covers(row["dated_on"])]
    parts = [(plan, part) for plan in files for part in plan.components if part.id == row["component"]]
    if not parts:
        return f"plan {row['plan']!r} has no component {row['component']!r} on that day"
    plan, part = parts[-1]
    if row["currency"] is not None and row["currency"] != plan.currency:
        return f"plan {plan.plan!r} pays in {plan.currency} now"
    why = unfit(plan, part)
    return f"{why} (component {part.id!r})" if why else f"the payee is not on plan {plan.plan!r} on that day"
