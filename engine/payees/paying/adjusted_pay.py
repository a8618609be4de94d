"""Adjustments of pay: what a person added to somebody's pay, or took from it, as a line of its own (DESIGN 2, settle).

It is paid as it is, outside components, caps and clawbacks, and counts as earned for a draw. It is payable at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dataframely as dy

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.documents.plans.component import ADJUSTMENT
from engine.documents.plans.plan import Plan
from engine.model import Issue
from engine.payees.attain import STATEMENT
from engine.payees.measures.adjusted_measures import held_adjustments, not_counted


@dataclass(frozen=True, slots=True)
class AdjustedPay:
    """The lines, those that cannot be computed, and why."""

    lines: dy.DataFrame[f.Lines]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


def pay_adjusted(book: Book, rules: Rules) -> AdjustedPay:
    """A line for each adjustment of pay, in the statement of its day."""
    lines, held, issues = [], [], []
    for row in book.adjustments.filter(kind="pay").sort("payee_id", "dated_on", "adjustment_id").iter_rows(named=True):
        plan = _file(row, rules.plans)
        if plan is not None and plan.currency == row["currency"]:
            lines.append(_line(row, plan, rules.company))
            continue
        why = f"there is no plan {row['plan']!r}" if plan is None else f"plan {plan.plan!r} pays in {plan.currency} now"
        held.append(row | {"component": ADJUSTMENT})
        issues.append(not_counted(row, why))
    return AdjustedPay(f.Lines.filled(lines), held_adjustments(held), tuple(issues))


def _file(row: dict[str, Any], plans: Sequence[Plan]) -> Plan | None:
    """The plan's file of the day; before its first one that, after its last one the last: leavers are adjusted too."""
    files = sorted((plan for plan in plans if plan.plan == row["plan"]), key=lambda plan: plan.effective.from_on)
    begun = [plan for plan in files if plan.effective.from_on <= row["dated_on"]]
    return begun[-1] if begun else next(iter(files), None)


def _line(row: dict[str, Any], plan: Plan, company: Company) -> dict[str, Any]:
    period = period_of(row["dated_on"], STATEMENT[plan.pays], company).label
    return {
        "plan": plan.plan,
        "component": ADJUSTMENT,
        "payee_id": row["payee_id"],
        "period": period,
        "source_id": row["adjustment_id"],
        "part": ADJUSTMENT,
        "kind": ADJUSTMENT,
        "dated_on": row["dated_on"],
        "rated_on": row["dated_on"],
        "amount_micros": row["amount_micros"],
        "currency": plan.currency,
        "plan_version": plan.version,
        "base_micros": row["amount_micros"],
        "before_micros": 0,
        "after_micros": row["amount_micros"],
        "window": period,
    }
