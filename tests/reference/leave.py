"""Days of leave: which of them shrink quotas and targets, and which leave deals unpaid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.company.company import Company
from engine.documents.plans.absence import Leave
from engine.documents.plans.plan import Plan
from tests.reference.calendar import Span, span_of
from tests.reference.facts import Facts, holds_on


def is_unpaid(payee: str, day: date, plan: Plan, facts: Facts) -> bool:
    """Whether what is dated on the day does not count: on leave that is not protected, where the plan says so."""
    return (plan.leave or Leave()).deals == "unpaid" and is_away(payee, day, facts, protected_too=False)


def days_off(payee: str, days: Sequence[date], plan: Plan, facts: Facts, *, is_target: bool) -> set[date]:
    """Of the days of one fiscal month those for which nothing is asked; protected leave takes nothing off targets."""
    how = (plan.leave or Leave()).quota
    away = {day for day in days if is_away(payee, day, facts, protected_too=not is_target)}
    return away if how == "days" or (how == "months" and len(away) == len(days)) else set()


def share_of_draw(payee: str, span: Span, plan: Plan, facts: Facts, company: Company) -> Fraction:
    """The part of a draw that leave leaves, by the days of its period; protected leave takes nothing."""
    days = _days(span)
    months = {span_of(day, "month", company) for day in days}
    off = {day for month in months for day in days_off(payee, _days(month), plan, facts, is_target=True)}
    return 1 - Fraction(len(off & set(days)), len(days))


def _days(span: Span) -> list[date]:
    return [span.first + timedelta(days=place) for place in range(span.days)]


def is_away(payee: str, day: date, facts: Facts, *, protected_too: bool) -> bool:
    rows = [row for row in facts.leaves_of(payee) if protected_too or not row["protected"]]
    return any(holds_on(row, day) for row in rows)
