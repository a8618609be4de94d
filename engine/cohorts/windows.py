"""The windows that a measure of retention is wanted for: those of the components and gauges that look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendar import Period, months_after, period_of
from engine.documents.company.company import Company
from engine.documents.measures.retention import Retention
from engine.documents.plans.looks import looks
from engine.documents.plans.plan import Plan
from engine.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class CohortWindow:
    """A window that is over: its first day, the first day after it, and which fiscal period it ends with."""

    over: PeriodKind
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Reach:
    """How far time has come: all is over that ends by `through`, or in plan tests that begins by the `last` day."""

    through: date | None = None
    last: date | None = None

    @property
    def is_stated(self) -> bool:
        """Whether anything says how far; without it, what happened last does."""
        return self.through is not None or self.last is not None

    def holds(self, period: Period) -> bool:
        """Whether the period is over."""
        if self.through is not None:
            return period.ends_on <= self.through
        return self.last is not None and period.starts_on <= self.last


def windows_of(measure: str, plan: Plan, company: Company, since: date, reach: Reach) -> list[CohortWindow]:
    """The windows within reach whose last day the plan covers, from the one that holds `since` on."""
    retention = plan.measures[measure].retention
    if retention is None:
        return []
    found = []
    for kind in kinds_of(measure, plan):
        period = period_of(max(since, plan.effective.from_on), kind, company)
        while reach.holds(period):
            if plan.effective.covers(period.ends_on - timedelta(days=1)):
                found.append(window_of(period, retention, company))
            period = period_of(period.ends_on, kind, company)
    return found


def window_of(period: Period, retention: Retention, company: Company) -> CohortWindow:
    """The window that ends with a period."""
    months = retention.trailing_months
    begins_on = period.starts_on if months is None else months_after(period.ends_on, -months, company)
    return CohortWindow(period.kind, begins_on, period.ends_on)


def kinds_of(measure: str, plan: Plan) -> list[PeriodKind]:
    """How long is accumulated where the measure is looked at."""
    looked = looks(plan.components, plan.measures)
    return list(dict.fromkeys(of.over for of in looked if of.measure == measure and of.over != "transaction"))
