"""attain: what every credit added to which component, and where it took the running total of its window (DESIGN 2).

A window is the fiscal month, quarter, half or year of `accumulates`, or the deal for `transaction`. Totals run over
credits in order of (day, credit id), within one plan file: a new file starts again at zero, because it is a new promise
with its own curve. What cannot be computed (no rate, no quota) is held with an issue and never counts as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import PeriodKind, period_label
from engine.curve import needs_quota, versions
from engine.documents.company import Company
from engine.documents.component import Component
from engine.documents.measure import Measure
from engine.documents.plan import Plan
from engine.enrol import enrol
from engine.exchange import LARGEST_INT64, Exchange, with_rates
from engine.imported import imported_rows
from engine.matching import with_lists
from engine.measure import counted, fits_column, missing_values, with_fits
from engine.model import LARGEST_MICROS, MICROS, Issue, join_issues
from engine.quotas import quota_of_windows
from engine.trouble import HELD, held_sources, stale, troubles

STATEMENT: dict[str, PeriodKind] = {"monthly": "month", "quarterly": "quarter"}
"""The fiscal period of a statement, by the plan's `pays`."""

NEEDED = [
    *("payee_id", "dated_on", "credit_id", "deal_id", "kind", "currency"),
    *("amount_micros", "acv_micros", "units_micros"),
]
"""What of a credit decides its attainment."""
WINDOW = ["payee_id", "window"]


@dataclass(frozen=True, slots=True)
class Attainment:
    """The rows of every component, the credits that none could be made for, and why."""

    rows: dy.DataFrame[f.Attained]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


def attain(
    credits_: dy.DataFrame[f.Credits], classified: dy.DataFrame[f.Classified], book: Book, rules: Rules
) -> Attainment:
    """Attainment of all payees of the credits, in all plan files they were enrolled in."""
    deals = with_lists(classified, book.list_entries)
    exchange = Exchange(book.fx_rates, rules.company.currency)
    enrolled = enrol(_ordered(credits_), book.enrolments, rules.plans)
    imported = imported_rows(book.imported_results, book.enrolments, rules.plans)
    issues = join_issues(enrolled.issues, imported.issues)
    parts = [Attainment(f.Attained.create_empty(), f.HeldSources.create_empty(), issues)]
    for plan, rows, results in zip(rules.plans, enrolled.rows, imported.rows, strict=True):
        tested = with_fits(rows, deals, plan)
        unknown = pl.any_horizontal(pl.col(fits_column(name)).is_null() for name in plan.measures)
        parts.append(_of_unknown_deals(tested.filter(unknown), plan))
        parts.append(replace(parts[0], issues=tuple(missing_values(rows, deals, plan))))
        rated = with_rates(tested.filter(~unknown), plan.currency, exchange)
        for component in plan.components:
            counts = counted(rated, results, plan, component)
            parts.append(_attain(counts, plan, component, book.quotas, rules.company))
    return _together(parts)


def _ordered(credits_: pl.DataFrame) -> pl.DataFrame:
    """What the stage needs of the credits, by payee, day and credit id; numbers sort in half the time of text."""
    payees = credits_.select(pl.col("payee_id").unique().sort()).with_row_index("payee")
    day = pl.col("dated_on").to_physical()
    placed = credits_.select(NEEDED).join(payees, on="payee_id", maintain_order="left")
    return placed.sort(pl.col("payee").cast(pl.Int64) * 2**32 + day, "credit_id").drop("payee")


def _together(parts: Sequence[Attainment]) -> Attainment:
    return Attainment(
        rows=f.Attained.cast(pl.concat([part.rows for part in parts])),
        held=f.HeldSources.cast(pl.concat([part.held for part in parts])),
        issues=tuple(dict.fromkeys(join_issues(*(part.issues for part in parts)))),
    )


def _of_unknown_deals(rows: pl.DataFrame, plan: Plan) -> Attainment:
    """Credits whose deal is not classified, which only a stale cache can cause, are held in every component."""
    return Attainment(
        rows=f.Attained.create_empty(),
        held=f.HeldSources.cast(pl.concat([held_sources(rows, plan, component) for component in plan.components])),
        issues=tuple(stale(deal) for deal in rows["deal_id"].unique().sort()),
    )


def _attain(
    rows: pl.DataFrame, plan: Plan, component: Component, quotas: dy.DataFrame[f.Quotas], company: Company
) -> Attainment:
    """One component from the rows that it counts: values, running totals, quotas.

    Each step takes out what it cannot answer for.
    """
    measure = plan.measures[component.measure]
    labelled = _labelled(rows, plan, component, company)
    valued, unvalued = _split(labelled.with_columns(trouble=_trouble_with_value(component, measure)))
    running = valued.with_columns(after=pl.col("base").cum_sum().over(WINDOW))
    windows = _windows(running, component, measure, quotas, company)
    told, untold = _split(running.join(windows, on=WINDOW, how="left", maintain_order="left"))
    held = pl.concat([unvalued.select(HELD), untold.select(HELD)])
    return Attainment(
        rows=_attained(told, plan, component),
        held=held_sources(held, plan, component),
        issues=tuple(troubles(held, plan, component)),
    )


def _labelled(rows: pl.DataFrame, plan: Plan, component: Component, company: Company) -> pl.DataFrame:
    """The rows with their statement period and accumulation window; labels are made once a day, not once a row."""
    kind = component.accumulates
    days = rows.select(pl.col("dated_on").unique()).with_columns(
        period=period_label(pl.col("dated_on"), STATEMENT[plan.pays], company),
        **({} if kind == "transaction" else {"window": period_label(pl.col("dated_on"), kind, company)}),
    )
    labelled = rows.join(days, on="dated_on", how="left", maintain_order="left")
    return labelled.with_columns(window=pl.coalesce("deal_id", "credit_id")) if kind == "transaction" else labelled


def _trouble_with_value(component: Component, measure: Measure) -> pl.Expr:
    """Why a credit or result cannot be counted: null where it can."""
    base, begins = pl.col("base"), versions(component)[0]
    lacking = "exchange_rate_missing" if measure.imported is None else "result_in_other_unit"
    return (
        pl.when(base.is_null())
        .then(pl.lit(lacking))
        .when(base.abs() > LARGEST_MICROS)
        .then(pl.lit("amount_out_of_range"))
        .when(pl.col("dated_on") < begins)
        .then(pl.lit("rate_missing"))
    )


def _windows(
    running: pl.DataFrame,
    component: Component,
    measure: Measure,
    quotas: dy.DataFrame[f.Quotas],
    company: Company,
) -> pl.DataFrame:
    """The accumulation windows with their quota, and why one cannot be computed: null where it can.

    Percentages are shares of 100 % where no quota says otherwise.
    """
    windows = running.group_by(WINDOW).agg(largest=pl.col("after").abs().max())
    quota = pl.col("quota_micros")
    if component.quota is None or component.accumulates == "transaction":
        whole = MICROS if measure.unit == "percent" else None
        windows = windows.with_columns(quota_micros=pl.lit(whole, dtype=pl.Int128), straddled=pl.lit(value=None))
    else:
        windows = quota_of_windows(windows, quotas, component.quota, component.accumulates, company)
    trouble = _trouble_with_window(component)
    return windows.select(*WINDOW, pl.when(pl.col("straddled").is_null()).then(quota), trouble=trouble)


def _trouble_with_window(component: Component) -> pl.Expr:
    """Why a window cannot be computed: null where it can. A quota that is only shown may be missing."""
    quota, wanted = pl.col("quota_micros"), pl.lit(needs_quota(component))
    too_large = pl.max_horizontal("largest", quota.abs()) > LARGEST_INT64
    return (
        pl.when(too_large)
        .then(pl.lit("total_out_of_range"))
        .when(wanted & pl.col("straddled"))
        .then(pl.lit("quota_straddles"))
        .when(wanted & quota.is_null())
        .then(pl.lit("quota_missing"))
        .when(wanted & (quota <= 0))
        .then(pl.lit("quota_not_positive"))
    )


def _split(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without trouble (and without that column), and those with it."""
    sound = pl.col("trouble").is_null()
    whole = rows["trouble"].null_count() == rows.height
    return (rows if whole else rows.filter(sound)).drop("trouble"), rows.filter(~sound)


def _attained(rows: pl.DataFrame, plan: Plan, component: Component) -> dy.DataFrame[f.Attained]:
    return f.Attained.cast(
        rows.select(
            pl.exclude("base", "after"),
            plan=pl.lit(plan.plan),
            plan_version=pl.lit(plan.version),
            component=pl.lit(component.id),
            base_micros="base",
            before_micros=pl.col("after") - pl.col("base"),
            after_micros="after",
        )
    )
