"""Residuals: the earning of a deal, paid again for every month (or longer) while the customer stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.residual import Residual
from tests.reference.calendar import STATEMENTS, months_later, span_of
from tests.reference.classify import Deal
from tests.reference.entries import Line


def repeated(line: Line, residual: Residual, plan: Plan, through: date, company: Company) -> Iterator[Line]:
    """One line a month, on the day on which the month begins, as far as days are over."""
    if line.deal is None or line.amount is None:
        yield line
        return
    for nth, day in enumerate(_days(line.deal, residual, through), start=1):
        period = span_of(day, STATEMENTS[plan.pays], company).label
        yield replace(line, part=f"{residual.every} {nth}", day=day, period=period)


def _days(deal: Deal, residual: Residual, through: date) -> Iterator[date]:
    start = max(deal.row["starts_on"] or deal.day, deal.day)
    of_term = None if deal.term is None else deal.term - residual.starts_after_months
    last = residual.for_months if residual.for_months is not None else of_term
    step = {"month": 1, "quarter": 3, "half": 6, "year": 12}[residual.every]
    gone = 0
    while last is None or gone < last:
        day = months_later(start, residual.starts_after_months + gone)
        if day >= through or (deal.cancelled_on is not None and deal.cancelled_on <= day):
            return
        yield day
        gone += step
