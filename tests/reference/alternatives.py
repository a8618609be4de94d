"""Alternatives: of several components only the one that pays most, or least, is paid, window by window."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from tests.reference.entries import Entry, Line
from tests.reference.participants import Participant

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


def one_of(who: Participant, component: Component, earned: Earnings) -> list[tuple[str, list[Line]]]:
    """The lines of a component and of those it is compared with, by name, with nothing for those not chosen.

    Who has no line in a window comes to nothing there; of equals the first that is written is paid. While anything of a
    window is held, nobody knows which of them it is, so that all of it is.
    """
    choice = next((each for each in who.plan.alternatives if component.id in each.names), None)
    if choice is None:
        return [(component.id, earned.by_itself(who, component))]
    named = {part.id: part for part in who.plan.components}
    parts = {name: earned.by_itself(who, named[name]) for name in choice.names}
    windows: dict[Hashable, dict[str, list[Line]]] = {}
    for name, lines in parts.items():
        for line in lines:
            of = windows.setdefault(_window(named[name], who, line, earned), {each: [] for each in parts})
            of[name].append(line)
    left = [_left(of, greatest=choice.greatest) for of in windows.values()]
    return [(name, [line for of in left for line in of[name]]) for name in parts]


def _left(parts: dict[str, list[Line]], *, greatest: bool) -> dict[str, list[Line]]:
    """What is left of a window's lines."""
    if any(line.amount is None for lines in parts.values() for line in lines):
        return {name: [replace(line, amount=None) for line in lines] for name, lines in parts.items()}
    sums = {name: sum(line.amount or 0 for line in lines) for name, lines in parts.items()}
    best = max(sums, key=sums.__getitem__) if greatest else min(sums, key=sums.__getitem__)
    return {name: lines if name == best else _beaten(lines) for name, lines in parts.items()}


def _beaten(lines: list[Line]) -> list[Line]:
    """Nothing for each, and nothing is topped up."""
    return [replace(line, amount=0) for line in lines if line.kind != "floor"]


def _window(component: Component, who: Participant, line: Line, earned: Earnings) -> Hashable:
    """What the component adds up together; the windows of those compared are alike."""
    whose = line.deal.account["account_id"] if line.deal is not None and component.for_each is not None else None
    entry = Entry(line.source, line.deal, line.day, 0)
    return earned.window(component.accumulates, entry, earned.begins(who, component)), whose
