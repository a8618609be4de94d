"""Quotas and targets of a window: rows of the quota file that lie in it, ramped and prorated."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import get_args

from engine.documents.company.company import Company
from engine.documents.company.compensation import Promise, promise_rows
from engine.documents.plans.ramp import RampMonth
from tests.reference.across import EVERYBODY
from tests.reference.calendar import Span, month_of, months_in, months_of_year, span_of
from tests.reference.exchange import rate_into_plan
from tests.reference.facts import Facts, Row, holds_on
from tests.reference.leave import days_off
from tests.reference.money import rounded
from tests.reference.participants import Participant, enrolments_of, is_on

PROMISES: dict[str, Promise] = {promise_rows(promise): promise for promise in get_args(Promise)}
"""What people data promises, by the names under which components refer to it."""


def asked_of(who: Participant, name: str, window: Span, facts: Facts, company: Company) -> Fraction | None:
    """The quota or target of a window, of the quota file or of what people data promises; None without one."""
    promise = PROMISES.get(name)
    if promise is None:
        return quota_of(who, name, window, facts, company)
    return promised(who, promise, window, facts, company)


def quota_of(who: Participant, name: str, window: Span, facts: Facts, company: Company) -> Fraction | None:
    """What the payee is to achieve in the window, as the plan ramps and prorates it (each row in whole micro-units).

    None without any row, and where a row lies in it only partly.
    """
    own = facts.quotas_of(who.payee, name)
    rows = [row for row in own if row["from_on"] < window.end and window.first < row["until_on"]]
    if not rows or any(row["from_on"] < window.first or window.end < row["until_on"] for row in rows):
        return None
    return Fraction(sum(rounded(row["amount_micros"] * _part(row, who, facts, company)) for row in rows))


def straddles(who: Participant, name: str, window: Span, facts: Facts) -> bool:
    """Whether a row of the quota file is only partly inside the window."""
    mine = (row for row in facts.quotas if (row["person_id"], row["quota"]) == (who.payee, name))
    beside = (row for row in mine if row["from_on"] < window.end and window.first < row["until_on"])
    return any(row["from_on"] < window.first or window.end < row["until_on"] for row in beside)


def promised(who: Participant, promise: Promise, window: Span, facts: Facts, company: Company) -> Fraction | None:
    """What people data promises the payee for the days of the window on the plan; None where it promises nothing.

    A twelfth of the year is of each fiscal month (a thirteenth where it has so many), divided among its days where
    the promise changes inside it; months are rounded along the year, so that they add up to it. What is promised in
    another currency is exchanged at the rate of the first day.
    """
    parts = []
    for month in months_in(window.first, window.end, company):
        for row in (row for row in facts.compensation if row["person_id"] == who.payee):
            days = [day for day in _days(month) if holds_on(row, day)]
            rate = (
                rate_into_plan(row["currency"] or who.plan.currency, days[0], who.plan, facts, company)
                if days
                else None
            )
            if rate is not None and row[f"{promise}_micros"] is not None:
                amount = _of_month(row[f"{promise}_micros"], days, month, company)
                parts.append(rounded(amount * rate * _present(who, days, facts, is_target=True)))
    return Fraction(sum(parts)) if parts else None


def _of_month(yearly: int, days: list[date], month: Span, company: Company) -> int:
    """What some days in a row of a fiscal month are promised."""
    in_year = months_of_year(company)
    passed = month_of(month.first, company) - month_of(span_of(month.first, "year", company).first, company)
    into = [(days[0] - month.first).days, (days[-1] - month.first).days + 1]
    before, after = (rounded(yearly * (passed + Fraction(place, month.days)) / in_year) for place in into)
    return after - before


def _part(row: Row, who: Participant, facts: Facts, company: Company) -> Fraction:
    """How much of a row is asked of the payee: each fiscal month of it counts alike, or each day.

    The days count where the plan says so, and in rows that are not of whole months.
    """
    plan = who.plan
    if who.payee == EVERYBODY:
        return Fraction(1)
    if plan.proration == "none" and not plan.ramp and not facts.leaves_of(who.payee):
        return Fraction(1)
    first_month = min(month_of(each["from_on"], company) for each in enrolments_of(who, facts))
    is_target = any(component.targets == row["quota"] for component in plan.components)
    months = months_in(row["from_on"], row["until_on"], company)
    days_of = [[day for day in _days(month) if row["from_on"] <= day < row["until_on"]] for month in months]
    by_days = plan.proration == "days" or any(
        len(days) < month.days for days, month in zip(days_of, months, strict=True)
    )
    weights, asked = 0, Fraction(0)
    for days in days_of:
        weight = len(days) if by_days else 1
        ramped = _ramped(plan.ramp, month_of(days[0], company) - first_month + 1)
        weights += weight
        asked += weight * ramped * _present(who, days, facts, is_target=is_target)
    return asked / weights


def _present(who: Participant, days: list[date], facts: Facts, *, is_target: bool) -> Fraction:
    """Which part of some days of one fiscal month counts: by the plan's proration, less what leave takes off."""
    off = days_off(who.payee, days, who.plan, facts, is_target=is_target)
    asked = [day for day in days if day not in off]
    if who.plan.proration == "days":
        return Fraction(sum(is_on(who, day, facts) for day in asked), len(days))
    if who.plan.proration == "months" and not all(is_on(who, day, facts) for day in days):
        return Fraction(0)
    return Fraction(len(asked), len(days))


def _days(month: Span) -> list[date]:
    return [month.first + timedelta(days=place) for place in range(month.days)]


def _ramped(ramp: tuple[RampMonth, ...], month: int) -> Fraction:
    """The share of the quota in the payee's how-many-eth month; nothing before the first, all after the last."""
    if month < 1:
        return Fraction(1 if not ramp else 0)
    return next((step.quota for step in ramp if step.month == month), Fraction(1))
