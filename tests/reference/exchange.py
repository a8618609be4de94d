"""Exchange into a plan's currency: by the rates that the plan fixes, else by the table on the day that it asks for."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from tests.reference.classify import rate_into_company
from tests.reference.facts import Facts


def rate_into_plan(currency: str, day: date, plan: Plan, facts: Facts, company: Company) -> Fraction | None:
    """What one unit of the currency is in the plan's for a credit of the day; None where the table does not say."""
    if currency == plan.currency:
        return Fraction(1)
    fixed = plan.exchange.fixed.get(currency)
    if fixed is not None:
        return fixed.at(day)
    of = {"day": day, "month_start": day.replace(day=1), "plan_start": plan.effective.from_on}[plan.exchange.rates_of]
    theirs, ours = (rate_into_company(each, of, facts, company) for each in (currency, plan.currency))
    return None if theirs is None or ours is None else theirs / ours
