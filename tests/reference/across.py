"""What everybody came to together: whose credits count in a measure across people, and when it pays whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.documents.company.company import Company
from engine.documents.measures.across import Across
from engine.documents.measures.measure import Measure
from engine.documents.values import Window
from tests.reference.calendar import Span
from tests.reference.credits import Credit
from tests.reference.entries import Entry, of_credits
from tests.reference.facts import Facts, holds_on
from tests.reference.participants import Participant, is_on

if TYPE_CHECKING:
    from tests.reference.earn import Earnings

EVERYBODY = "everybody"
"""How quotas and results name all people together; what is asked of them is neither ramped nor prorated."""
DAY = timedelta(days=1)


def whose(who: Participant, measure: str) -> Participant:
    """Who is to reach the quota of a measure: the payee, or everybody."""
    return who if who.plan.measures[measure].across is None else Participant(EVERYBODY, who.plan)


def across_people(
    measure: Measure, who: Participant, credits_: Sequence[Credit], facts: Facts, company: Company
) -> list[Entry]:
    """Everybody's, on a plan or not; or of whoever is on one of the plans on the day on which it counts."""
    assert measure.across is not None
    found = [
        entry
        for credit in credits_
        for entry in of_credits(measure, who.plan, [credit], facts, company)
        if not measure.across.plans or _is_on_one(measure.across, credit.payee, entry, facts)
    ]
    return sorted(found, key=lambda entry: entry.order)


def _is_on_one(across: Across, payee: str, entry: Entry, facts: Facts) -> bool:
    mine = (row for row in facts.enrolments if row["person_id"] == payee and row["plan"] in across.plans)
    return any(holds_on(row, entry.day) for row in mine)


def shared(name: str, who: Participant, over: str, life: Window | None, earned: Earnings) -> Iterator[Entry]:
    """What everybody came to, as that of a payee: an entry for each window that is over, on its last day.

    It is of who is on the plan that day, and of no deal. While one of them is held, so is the sum.
    """
    windows: dict[Span, list[Entry]] = {}
    for entry in earned.entries_over(whose(who, name), name, over, life):
        windows.setdefault(earned.span(over, entry), []).append(entry)
    for window, of in windows.items():
        last = window.end - DAY
        if window.end <= earned.through and is_on(who, last, earned.facts):
            known = [entry.base for entry in of if entry.base is not None]
            base = sum(known) if len(known) == len(of) else None
            yield Entry(f"{EVERYBODY}:{name}:{who.payee}:{window.label}", None, last, base)
