"""Corrections that people made by hand, as facts of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import Field

from engine.book import Rules
from engine.documents.document import Document
from engine.documents.plans.plan import Plan
from engine.documents.problems import Problem, nearest
from engine.documents.values import Day, Micros, Name
from engine.payees.measures.adjusted_measures import unfit
from engine.scenario.values import DEAL_DAY, REP, PeriodLabel, days_of


class AdjustmentFact(Document):
    """What somebody added to a payee's pay or, with `component`, to what its measure says."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Whose."""
    plan: Name | None = Field(default=None, examples=["ae"])
    """Of which plan; may be left out where there is one."""
    component: Name | None = Field(default=None, examples=["base"])
    """The component to whose measure it is added, which then pays by its own terms; without it, it is pay."""
    amount: Micros = Field(examples=["-250.00"])
    """How much; below zero it takes off."""
    period: PeriodLabel | None = Field(default=None, examples=["2026-03"])
    """It counts on the last day of this period."""
    on: Day | None = Field(default=None, examples=["2026-03-31"])
    """The day it counts on, in place of `period`; without both, 2026-01-15."""

    def problems(self) -> Iterator[Problem]:
        """One way to say when, and something that changes."""
        if self.period is not None and self.on is not None:
            yield Problem(("on",), "says when in 2 ways.", "Keep one of period and on.")
        if self.amount == 0:
            yield Problem(("amount",), "changes nothing.", "Write an amount above or below zero.")

    def day(self, rules: Rules) -> date:
        """The day on which it counts."""
        if self.period is not None:
            return days_of(self.period, rules.company)[1] - timedelta(days=1)
        return self.on or DEAL_DAY


def adjustments_of(facts: Sequence[AdjustmentFact], rules: Rules) -> Iterator[dict[str, Any]]:
    """The rows of the book."""
    for number, fact in enumerate(facts, start=1):
        plan = plan_of(fact, rules)
        measures = {part.id: plan.measures[part.measure] for part in plan.components}
        money = fact.component is None or measures[fact.component].unit == "amount"
        yield {
            "adjustment_id": f"adjustment:{number}",
            "payee_id": fact.payee,
            "kind": "pay" if fact.component is None else "achievement",
            "plan": plan.plan,
            "component": fact.component,
            "dated_on": fact.day(rules),
            "amount_micros": fact.amount,
            "currency": plan.currency if money else None,
        }


def plan_of(fact: AdjustmentFact, rules: Rules) -> Plan:
    """The plan's file; that it is there is `unfit_adjustments`' to tell."""
    return next(plan for plan in rules.plans if fact.plan in (None, plan.plan))


def unfit_adjustments(facts: Sequence[AdjustmentFact], rules: Rules) -> Iterator[Problem]:
    """Adjustments of plans and components that there are, and that take them."""
    names = {plan.plan for plan in rules.plans}
    for position, fact in enumerate(facts):
        place = ("adjustments", position)
        if fact.plan is None and len(names) > 1:
            yield Problem(place, "there are several plans.", f"Add plan: one of {', '.join(sorted(names))}.")
            continue
        if fact.plan is not None and fact.plan not in names:
            yield Problem((*place, "plan"), f"no plan is called {fact.plan}.", nearest(fact.plan, names))
            continue
        plan = plan_of(fact, rules)
        found = [part for part in plan.components if part.id == fact.component]
        if fact.component is not None and not found:
            ids = [part.id for part in plan.components]
            yield Problem(
                (*place, "component"), f"no component is called {fact.component}.", nearest(fact.component, ids)
            )
        for why in filter(None, (unfit(plan, part) for part in found)):
            yield Problem((*place, "component"), f"{why}.", "Adjust pay in its place: remove component.")
