"""Windows of each payee's own, calendar months from the first day on the plan, and of each customer's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date

from engine.documents.plans.component import Component
from tests.reference.calendar import MONTHS, Span, months_later, whole_months
from tests.reference.entries import Entry
from tests.reference.facts import Facts
from tests.reference.participants import Participant, enrolments_of


def first_day(who: Participant, facts: Facts) -> date:
    """The payee's first day on the plan, whatever came between."""
    first: date = min(row["from_on"] for row in enrolments_of(who, facts))
    return first


def months_from(start: date, day: date, length: int, of: str = "") -> Span:
    """The so many months from some first day on in which a day lies; what is before it is in the first of them."""
    passed = max(whole_months(start, day), 0) // length * length
    first = months_later(start, passed)
    named = "month" if length == 1 else f"{length} months"
    return Span(f"the {named} from {first}{of}", first, months_later(start, passed + length))


def own_window(start: date, day: date, accumulates: str) -> Span:
    """The window of a day, in the windows that begin on a payee's first day."""
    return months_from(start, day, MONTHS[accumulates])


def apart(component: Component, windows: dict[str, list[Entry]]) -> Iterable[list[Entry]]:
    """The windows, of each customer by itself where the component adds up so."""
    if component.for_each is None:
        return windows.values()
    found: dict[Hashable, list[Entry]] = {}
    for window, entries in windows.items():
        for entry in entries:
            whose = entry.deal.account["account_id"] if entry.deal is not None else None
            found.setdefault((window, whose), []).append(entry)
    return found.values()
