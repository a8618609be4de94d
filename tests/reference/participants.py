"""Who is on which plan file, and whose deals count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.documents.plans.plan import Plan
from tests.reference.facts import Facts, Row, holds_on


@dataclass(frozen=True)
class Participant:
    """A payee on a plan file."""

    payee: str
    plan: Plan

    @property
    def key(self) -> tuple[str, str, date]:
        """What tells it from others: plan files of one name begin on different days."""
        return self.payee, self.plan.plan, self.plan.effective.from_on


def is_on(who: Participant, day: date, facts: Facts) -> bool:
    """Whether the payee is on the plan file that day."""
    return who.plan.effective.covers(day) and any(holds_on(row, day) for row in enrolments_of(who, facts))


def counts_on(who: Participant, day: date, facts: Facts) -> bool:
    """Whether what is of that day counts: also of the days after leaving, as `leavers` of the last plan says."""
    if is_on(who, day, facts):
        return True
    if who.plan.leavers is None or not who.plan.effective.covers(day):
        return False
    ends = [row["until_on"] for row in facts.enrolments if row["person_id"] == who.payee]
    if not ends or None in ends:
        return False
    left = max(ends)
    counts = left <= day < left + timedelta(days=who.plan.leavers.paid_for_days)
    return counts and any(row["until_on"] == left for row in enrolments_of(who, facts))


def enrolments_of(who: Participant, facts: Facts) -> list[Row]:
    """The payee's rows of the plan's name."""
    return [row for row in facts.enrolments if (row["person_id"], row["plan"]) == (who.payee, who.plan.plan)]
