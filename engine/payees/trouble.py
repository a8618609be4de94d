"""Why a credit is held out of pay, as issues: one a record, day or window that a person has to mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity
from engine.payees.exchange import missing_rates

HELD = ["payee_id", "credit_id", "deal_id", "dated_on", "currency", "window", "trouble"]
"""What is kept of a held credit: enough to say why."""

WITH_CREDIT = {
    "amount_out_of_range": ("is beyond a million million units", "Correct the amount in the CRM."),
    "rate_missing": ("is dated before the first rate", "Give the plan a rate from that day on."),
    "cost_missing": (
        "has no cost, which a margin needs",
        "Fill in the cost of the deal, or of each of its lines, in the CRM.",
    ),
    "list_price_missing": (
        "has no list price, which the measure looks at",
        "Fill in the list price of the deal, or of each of its lines, in the CRM.",
    ),
    "fact_missing": (
        "lacks the amount of the field (fact) that the measure adds up",
        "Fill in the field in the CRM, with 0 where there is nothing.",
    ),
    "expiring_acv_missing": (
        "renews something of which no ACV is known",
        "Name the renewed contract or the prior deal in the CRM.",
    ),
    "lines_missing": ("has no lines, which the measure looks at", "Add products to the deal in the CRM."),
    "line_values_missing": (
        "has lines without the amount, quantity or cost that the measure looks at",
        "Fill in the deal's lines in the CRM.",
    ),
    "source_held": (
        "is held out of a component whose earnings are added up",
        "Mend what holds it there; the issue of that component says what.",
    ),
    "several_currencies": (
        "earned amounts in several currencies that are to be added up",
        "Let the measure read components of plans in one currency.",
    ),
    "ratio_missing": (
        "lacks the percentage that its rate follows (a discount needs a list price, a margin a cost)",
        "Fill in the deal's list price, cost or expiring contract in the CRM.",
    ),
    "deal_unread": ("is credited but not classified", "Recompute the deal's account."),
    "pay_out_of_range": ("would pay more than the books can hold", "Correct the amount in the CRM or the plan's rate."),
}
"""Code of a trouble with one credit -> what is wrong with its deal, and the remedy."""

WITH_WINDOW = {
    "quota_missing": (
        "has no quota {quota!r} in {window}",
        "Add rows to the quota table whose days lie inside {window}.",
    ),
    "quota_not_positive": (
        "has a quota {quota!r} that is not above zero in {window}",
        "Correct the payee's rows of the quota table inside {window}.",
    ),
    "quota_straddles": (
        "has a row of quota {quota!r} that is only partly inside {window}",
        "Divide the row of the quota table at the edge of {window}: a window counts whole rows, such as four quarters.",
    ),
    "target_missing": (
        "has no target {targets!r} of zero or more in {window}, or one that is only partly inside it",
        "Add rows to the quota file, or to people.csv, for the days of {window}.",
    ),
    "result_in_other_unit": (
        "has a result in {window} that is written in another unit than measure {measure!r} is imported as",
        "Write a percentage, such as 92%, exactly where the measure is imported as percent.",
    ),
    "cohort_unknown": (
        "has customers in the cohort of {window} of whom nobody can say what became of their revenue",
        "Mend the held deals and contracts of its customers, or add the exchange rate; their issues say what.",
    ),
    "gauge_held": (
        "depends in {window} on a component or measure that is held",
        "Mend what holds that one; its issue says what.",
    ),
    "gauge_without_quota": (
        "depends in {window} on an attainment without a quota above zero",
        "Add rows to the quota table whose days lie inside the window of that attainment.",
    ),
    "nothing_to_divide_by": (
        "has in {window} something to divide and nothing to divide it by",
        "Mend what the ratio divides by, or wait for it; a window with neither needs nothing.",
    ),
    "carry_unknown": (
        "begins {window} with what is carried from a window in which something is held",
        "Mend what is held there; its issue says what.",
    ),
    "house_to_date": (
        "counts in {window} what is of house accounts, which pays nothing, and pay to date is of no deal",
        "Leave these deals out of the measure (when), or let house accounts count for nothing.",
    ),
    "total_out_of_range": (
        "has a running total or quota in {window} that is beyond what the books can hold",
        "Correct the amounts of the deals or the quota in {window}.",
    ),
}
"""Code of a trouble with a payee's whole window -> what is wrong, and the remedy."""


def troubles(held: pl.DataFrame, plan: Plan, component: Component) -> Iterator[Issue]:
    """The issues for held credits (columns `HELD`)."""
    if held.is_empty():
        return
    code = pl.col("trouble")
    yield from missing_rates(held.filter(code == "exchange_rate_missing"), plan.currency)
    deals = held.filter(code.is_in(list(WITH_CREDIT))).select("deal_id", "trouble").unique().sort("deal_id", "trouble")
    for deal, trouble in deals.iter_rows():
        yield _with_credit(deal, trouble, plan, component)
    windows = held.filter(code.is_in(list(WITH_WINDOW))).group_by("payee_id", "window", "trouble").len()
    for row in windows.sort("payee_id", "window", "trouble").iter_rows(named=True):
        yield _with_window(row, plan, component)


def held_sources(held: pl.DataFrame, plan: Plan, component: Component) -> dy.DataFrame[f.HeldSources]:
    """Held credits (columns `HELD`) as what settle leaves alone."""
    named = held.select("payee_id", plan=pl.lit(plan.plan), component=pl.lit(component.id), source_id="credit_id")
    return f.HeldSources.cast(named)


def stale(deal: str) -> Issue:
    """The issue for credits of a deal that is no longer classified."""
    return Issue(
        code="deal_unknown",
        severity=Severity.HOLDS,
        subject=f"deal {deal}",
        message="is credited but not classified; its credits are held.",
        remedy="Recompute the deal's account.",
    )


def _with_credit(deal: str, trouble: str, plan: Plan, component: Component) -> Issue:
    wrong, remedy = WITH_CREDIT[trouble]
    message = f"{wrong}; it is held out of {_of(plan, component)}."
    return Issue(trouble, Severity.HOLDS, f"deal {deal}", message, remedy)


def _with_window(row: dict[str, Any], plan: Plan, component: Component) -> Issue:
    wrong, remedy = WITH_WINDOW[row["trouble"]]
    said = wrong.format(
        quota=component.quota, targets=component.own_targets, measure=component.measure, window=row["window"]
    )
    message = f"{said} for {_of(plan, component)}; credits held: {row['len']}."
    remedy = remedy.format(window=row["window"])
    return Issue(row["trouble"], Severity.HOLDS, f"payee {row['payee_id']}", message, remedy)


def _of(plan: Plan, component: Component) -> str:
    return f"component {component.id!r} of plan {plan.plan!r}"
