"""What counts: everything that a measure adds up for a payee, on which days, and what other components take of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from tests.reference import entries as e
from tests.reference.across import EVERYBODY, across_people
from tests.reference.entries import Entry, Line
from tests.reference.leave import is_unpaid
from tests.reference.matching import fits
from tests.reference.participants import Participant, counts_on
from tests.reference.teams import members_of

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


def everything(who: Participant, name: str, over: str, earned: Earnings) -> list[Entry]:
    """What there is of a measure, on whatever day; rates are those of the windows of `over`."""
    measure = who.plan.measures[name]
    facts, company = earned.facts, earned.company
    if measure.retention is not None:
        return list(earned.customers.rates(name, who, over))
    if measure.members is not None:
        return list(members_of(name, who, over, earned))
    if measure.imported is not None:
        return e.of_results(measure, EVERYBODY if measure.across is not None else who.payee, facts)
    if measure.across is not None:
        return across_people(measure, who, earned.credits, facts, company)
    own = [credit for credit in earned.credits if credit.payee == who.payee]
    if measure.sum == "earnings":
        return e.of_earnings(measure, who, _earned(who, name, earned), own, facts=facts, company=company)
    return e.of_credits(measure, who.plan, own, facts, company)


def is_there(who: Participant, measure: Measure, entry: Entry, earned: Earnings) -> bool:
    """Whether what is of the day counts for the payee; of all people together what is of the plan file's days.

    What a payee earned by a window counts, too, once its last day is one after leaving.
    """
    if measure.across is not None:
        return who.plan.effective.covers(entry.day)
    if measure.of and not measure.of_the_team and entry.deal is None:
        return True
    return counts_on(who, entry.day, earned.facts) and not is_unpaid(who.payee, entry.day, who.plan, earned.facts)


def takes(component: Component, who: Participant, entry: Entry, earned: Earnings) -> bool:
    """Whether a component that stands before others takes the entry's deal: on the days of its own life."""
    life = component.effective or who.plan.effective
    measure = who.plan.measures[component.measure]
    return life.covers(entry.day) and entry.deal is not None and fits(measure.when, entry.deal, earned.facts)


def _earned(who: Participant, name: str, earned: Earnings) -> Iterator[tuple[Plan, Line]]:
    """The lines that a measure of earnings adds up: one's own of this plan file, or the team's of any plan."""
    measure = who.plan.measures[name]
    members = {row["person_id"] for row in earned.facts.enrolments} if measure.of_the_team else {who.payee}
    for read in earned.plans if measure.of_the_team else (who.plan,):
        for component in (part for part in read.components if part.id in measure.of):
            for member in sorted(members):
                for line in _earned_by(Participant(member, read), component, earned):
                    if not measure.of_the_team or e.is_below(line, who.payee, measure, earned.facts):
                        yield read, line


def _earned_by(who: Participant, component: Component, earned: Earnings) -> Iterator[Line]:
    """The lines of a component, and what it counted without a deal and paid nothing for, if it is not to date."""
    lines = earned.lines_of(who, component)
    yield from lines
    if component.to_date is not None:
        return
    paid = {line.source for line in lines}
    for entry in earned.counted(who, component):
        if entry.deal is None and entry.source not in paid:
            yield earned.line(who, component, entry, 0)
