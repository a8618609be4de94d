"""In which window of a plan's cap a line counts: of the fiscal calendar, of the payee, or of the deal's contract."""

from __future__ import annotations

import polars as pl

from engine.book import Book
from engine.calendar import period_label, whole_months_between
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.plan_cap import PlanCap
from engine.payees.windows.presence import presences
from engine.payees.windows.quotas import Labelled
from engine.payees.windows.successive import FiscalWindows, OwnWindows, Successive
from engine.periods import MONTHS, PeriodKind
from engine.texts import text

OF_DEAL = " of "
"""What stands in the label of a window before the deal whose window it is."""


def with_windows(
    lines: pl.DataFrame, plan: Plan, cap: PlanCap, book: Book, *, classified: pl.DataFrame, company: Company
) -> pl.DataFrame:
    """The lines that the cap counts with their `window`, null where the deal of one is not known at present."""
    if cap.since == "fiscal_year":
        return lines.with_columns(window=period_label(pl.col("dated_on"), cap.per, company))
    if cap.since == "enrolment":
        return since_enrolment(lines, plan, book, cap.per)
    starts = classified.select("deal_id", start=pl.coalesce("starts_on", "dated_on"))
    of_deals = lines.filter(pl.col("deal_id").is_not_null()).join(starts, on="deal_id", how="left")
    months = _months_from(pl.col("start"), MONTHS[cap.per])
    return of_deals.with_columns(window=text("{}{}{}", months, pl.lit(OF_DEAL), "deal_id")).drop("start")


def in_turn(
    payee: str, deal: str, plan: Plan, cap: PlanCap, book: Book, *, classified: pl.DataFrame, company: Company
) -> Successive:
    """The windows of a payee under the cap, of one deal where it counts by contract."""
    if cap.since == "fiscal_year":
        return FiscalWindows(cap.per, company)
    if cap.since == "enrolment":
        known = presences(plan, book).get(payee)
        return OwnWindows(cap.per, plan.effective.from_on if known is None else known.begins_on)
    start = classified.filter(pl.col("deal_id") == deal).select(pl.coalesce("starts_on", "dated_on")).item()
    return OwnWindows(cap.per, start, f"{OF_DEAL}{deal}")


def since_enrolment(rows: pl.DataFrame, plan: Plan, book: Book, length: PeriodKind) -> pl.DataFrame:
    """The rows with the `window` of each payee's own, counted from the first day on the plan; no day is before it."""
    return _own(rows, plan, book, length, least=0)


def own_windows(plan: Plan, book: Book, length: PeriodKind) -> Labelled:
    """The windows of each payee's own of rows that may begin before the first day on the plan."""
    return lambda rows: _own(rows, plan, book, length, least=None)


def _own(rows: pl.DataFrame, plan: Plan, book: Book, length: PeriodKind, *, least: int | None) -> pl.DataFrame:
    begun = {payee: known.begins_on for payee, known in presences(plan, book).items()}
    start = pl.col("payee_id").replace_strict(begun, default=plan.effective.from_on, return_dtype=pl.Date)
    return rows.with_columns(window=_months_from(start, MONTHS[length], least))


def _months_from(start: pl.Expr, length: int, least: int | None = 0) -> pl.Expr:
    """The window of a line's day, so many months long each, the first from `start` on; days before it count there."""
    passed = whole_months_between(start, pl.col("dated_on")).clip(lower_bound=least) // length * length
    named = "month" if length == 1 else f"{length} months"
    return text("the {} from {}", pl.lit(named), start.dt.offset_by(text("{}mo", passed)).cast(pl.String))
