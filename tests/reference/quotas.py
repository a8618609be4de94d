"""Quotas and targets of a window: rows of the quota file that lie in it, ramped and prorated."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from engine.documents.company import Company
from engine.documents.ramp import RampMonth
from tests.reference.calendar import Span, month_of, months_in
from tests.reference.facts import Facts, Row
from tests.reference.leave import days_off
from tests.reference.money import rounded
from tests.reference.participants import Participant, enrolments_of, is_on


def quota_of(who: Participant, name: str, window: Span, facts: Facts, company: Company) -> Fraction | None:
    """What the payee is to achieve in the window, as the plan ramps and prorates it (each row in whole micro-units).

    None without any row.
    """
    rows = [
        row
        for row in facts.quotas
        if (row["person_id"], row["quota"]) == (who.payee, name)
        and window.first <= row["from_on"]
        and row["until_on"] <= window.end
    ]
    if not rows:
        return None
    return Fraction(sum(rounded(row["amount_micros"] * _part(row, who, facts, company)) for row in rows))


def _part(row: Row, who: Participant, facts: Facts, company: Company) -> Fraction:
    """How much of a row is asked of the payee: each day of it counts alike, or each fiscal month."""
    plan, enrolled = who.plan, enrolments_of(who, facts)
    if plan.proration == "none" and not plan.ramp and not facts.leaves_of(who.payee):
        return Fraction(1)
    first_month = min(month_of(each["from_on"], company) for each in enrolled)
    months = months_in(row["from_on"], row["until_on"], company)
    parts = []
    for month in months:
        ramped = _ramped(plan.ramp, month_of(month.first, company) - first_month + 1)
        off = days_off(who.payee, month, row["quota"], plan, facts)
        asked = [day for day in _days(month) if day not in off]
        there = [day for day in asked if is_on(who, day, facts)]
        if plan.proration == "days":
            parts.append(ramped * len(there))
        elif plan.proration == "none" or all(is_on(who, day, facts) for day in _days(month)):
            parts.append(ramped * Fraction(len(asked), month.days))
    whole = sum(month.days for month in months) if plan.proration == "days" else len(months)
    return sum(parts, Fraction(0)) / whole


def _days(month: Span) -> list[date]:
    return [month.first + timedelta(days=place) for place in range(month.days)]


def _ramped(ramp: tuple[RampMonth, ...], month: int) -> Fraction:
    """The share of the quota in the payee's how-many-eth month; nothing before the first, all after the last."""
    if month < 1:
        return Fraction(1 if not ramp else 0)
    return next((step.quota for step in ramp if step.month == month), Fraction(1))
