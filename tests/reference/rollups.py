"""Roll-ups: a direct credit counts for every manager above, by the reporting lines of its day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.documents.plans.plan import Plan
from tests.reference.credits import Credit, rolled_up
from tests.reference.facts import Facts
from tests.reference.holders import managers_of
from tests.reference.participants import Participant, counts_on


def above(person: str, day: date, facts: Facts) -> list[str]:
    """Everybody above, nearest first; whoever has two managers on that day has none, and nobody comes up twice."""
    chain = [person]
    while True:
        managers = managers_of(chain[-1], day, facts)
        if len(managers) != 1 or managers <= set(chain):
            return chain[1:]
        chain += managers


def rollups_of(credit: Credit, plans: Sequence[Plan], facts: Facts) -> Iterator[Credit]:
    """One for each manager above whose plan on that day adds up roll-ups."""
    for level, manager in enumerate(above(credit.payee, credit.deal.day, facts), start=1):
        if any(_adds_up_rollups(plan) for plan in plans_on(manager, credit.deal.day, plans, facts)):
            yield rolled_up(credit, manager, level)


def plans_on(person: str, day: date, plans: Sequence[Plan], facts: Facts) -> list[Plan]:
    """The plan files that the person is on that day, or has left so short a time before that it counts."""
    return [plan for plan in plans if counts_on(Participant(person, plan), day, facts)]


def _adds_up_rollups(plan: Plan) -> bool:
    return any("rollup" in measure.credits and measure.retention is None for measure in plan.measures.values())
