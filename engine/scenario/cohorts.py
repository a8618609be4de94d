"""What a scenario states that became of customers, as the rows that the deal stages would have made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dataframely as dy

from engine import frames as f
from engine.book import Rules
from engine.calendar import Period, period_of
from engine.cohorts.windows import kinds_of, window_of
from engine.documents.measures.retention import Retention
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.scenario.book import frame
from engine.scenario.cohort_facts import CohortFact
from engine.scenario.document import Scenario
from engine.scenario.values import DEAL_DAY, days_of

STATED = "(stated) "
"""How ids of customers begin who stand for statements."""
WHOLE = 100 * MICROS
"""The revenue of which a stated rate is the part kept."""


def stated_cohorts(scenario: Scenario, rules: Rules) -> dy.DataFrame[f.Cohorts]:
    """The rows of every stated cohort, for each plan and measure that it is of."""
    rows = [
        {**row, "account_id": f"{STATED}{number:03}-{place:05}"}
        for number, fact in enumerate(scenario.cohorts, start=1)
        for window, retention in _windows(fact, rules)
        for place, customer in enumerate(_customers(fact, retention))
        for row in [{**window, **customer, "payee_id": fact.payee}]
    ]
    return frame(f.Cohorts, rows)  # type: ignore[no-any-return]


def _windows(fact: CohortFact, rules: Rules) -> Iterator[tuple[dict[str, Any], Retention]]:
    """The keys of the windows that the fact is of, with the measure's retention."""
    for plan, name, retention, period in periods_of(fact, rules):
        window = window_of(period, retention, rules.company)
        days = {"from_on": window.from_on, "until_on": window.until_on, "since_on": window.from_on}
        yield {"plan": plan.plan, "measure": name, "over": window.over, **days}, retention


def periods_of(fact: CohortFact, rules: Rules) -> Iterator[tuple[Plan, str, Retention, Period]]:
    """The periods that the windows of the fact end with, in every plan file in force on the last day."""
    stated = days_of(fact.period, rules.company) if fact.period is not None else None
    for plan in rules.plans:
        for name, measure in plan.measures.items():
            if measure.retention is None or fact.measure not in (None, name):
                continue
            for kind in kinds_of(name, plan):
                day = DEAL_DAY if stated is None else stated[1] - timedelta(days=1)
                period = period_of(day, kind, rules.company)
                ends = stated is None or period.ends_on == stated[1]
                if ends and plan.effective.covers(period.ends_on - timedelta(days=1)):
                    yield plan, name, measure.retention, period


def _customers(fact: CohortFact, retention: Retention) -> Iterator[dict[str, int]]:
    """As many customers as it takes to say it: those who left and those who stayed."""
    if retention.kind == "logos":
        yield from _counted(fact)
        return
    start, lost, shrunk, expanded = fact.start or WHOLE, fact.lost, fact.shrunk, fact.expanded
    if fact.rate is not None:
        kept = int(fact.rate * WHOLE)
        lost, expanded = max(start - kept, 0), max(kept - start, 0)
    if lost:
        yield _numbers(lost, lost=lost)
    if start > lost:
        yield _numbers(start - lost, shrunk=shrunk, expanded=expanded)


def _counted(fact: CohortFact) -> Iterator[dict[str, int]]:
    """Customers by number."""
    customers, lost = fact.customers, fact.customers_lost
    if fact.rate is not None:
        customers = fact.rate.denominator
        lost = customers - fact.rate.numerator
    for place in range(customers or 0):
        yield _numbers(MICROS, lost=MICROS if place < lost else 0)


def _numbers(start: int, *, lost: int = 0, shrunk: int = 0, expanded: int = 0) -> dict[str, int]:
    return {"start_micros": start, "lost_micros": lost, "shrunk_micros": shrunk, "expanded_micros": expanded}
