"""Floors: the least that a deal pays a payee, where it pays anything."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.documents.component import Component
from engine.documents.plan import Plan
from tests.reference.entries import Entry, Line
from tests.reference.money import rounded


def topped_up(
    component: Component, plan: Plan, entries: Sequence[Entry], lines: Sequence[Line], opened: Container[str]
) -> Iterator[Line]:
    """A line for each deal that pays something, but less than its floor; none for one of which a part is held.

    With `always` one that pays nothing or less, too, where one of its credits is `opened`: no gate is closed.
    It stands with the last of the payee's credits for the deal. Before the split each credit has its share of it.
    """
    assert component.floor is not None
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
        least = _least(component, plan, of[-1], shares.get(of[-1].source, Fraction(1)))
        always = component.floor.always and any(line.source in opened for line in of)
        if (always or sum(known) > 0) and sum(known) < least:
            yield replace(of[-1], part="floor", kind="floor", amount=least - sum(known))


def _least(component: Component, plan: Plan, line: Line, share: Fraction) -> int:
    """The floor on the day of the line, rounded as lines are."""
    assert component.floor is not None
    amount = component.floor.amount.at(line.day)
    assert amount is not None
    return rounded(amount * share, plan.unit_micros, plan.rounding)
