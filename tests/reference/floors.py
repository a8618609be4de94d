"""Floors: the least that a deal pays a payee, where it pays anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from tests.reference.cases import case_of
from tests.reference.entries import Entry, Line
from tests.reference.factors import times_of
from tests.reference.gauges import cell
from tests.reference.money import rounded
from tests.reference.participants import Participant
from tests.reference.rate_by import rate_of
from tests.reference.terms import asks_nothing

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


def topped_up(who: Participant, component: Component, lines: Sequence[Line], earned: Earnings) -> Iterator[Line]:
    """A line for each deal that pays something, but less than its floor; none for one of which a part is held.

    With `always` one that pays nothing or less, too, where no gate is closed for one of its credits.
    It stands with the last of the payee's credits for the deal. Before the split each credit has its share of it.
    """
    assert component.floor is not None
    entries = earned.counted(who, component)
    opened = {entry.source for entry in entries if not entry.house and _pays(who, component, entry, earned)}
    alone = component.floor.applies == "before_split"
    shares = {entry.source: entry.share or Fraction(1) for entry in entries} if alone else {}
    of_deals: dict[str, list[Line]] = {}
    for line in lines:
        if line.deal is not None:
            of_deals.setdefault(line.source if alone else line.deal.id, []).append(line)
    for of in of_deals.values():
        known = [line.amount for line in of if line.amount is not None]
        if len(known) < len(of):
            continue
        least = _least(component, who.plan, of[-1], shares.get(of[-1].source, Fraction(1)))
        always = component.floor.always and any(line.source in opened for line in of)
        if (always or sum(known) > 0) and sum(known) < least:
            yield replace(of[-1], part="floor", kind="floor", amount=least - sum(known))


def _pays(who: Participant, component: Component, entry: Entry, earned: Earnings) -> bool:
    """Whether neither a gate nor what the deal is (its case, its straight line, its cell) makes it pay nothing."""
    case = case_of(component.rates, entry, earned.facts)
    of_case = case is None or case.value.at(entry.day) != 0
    of_line = component.rate_by is None or rate_of(component.rate_by, entry) != 0
    asks = not asks_nothing(who, component, entry, earned)
    known = bool(times_of(who, component, entry, earned)) and of_case and of_line and asks
    return known and cell(component, who, entry, earned) != 0


def _least(component: Component, plan: Plan, line: Line, share: Fraction) -> int:
    """The floor on the day of the line, rounded as lines are."""
    assert component.floor is not None
    amount = component.floor.amount.at(line.day)
    assert amount is not None
    return rounded(amount * share, plan.unit_micros, plan.rounding)
