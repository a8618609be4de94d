"""Alternatives: components of which only the one that pays most, or least, is paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.dependencies import reads
from engine.documents.plans.precedence import Precedence
from engine.documents.problems import Problem


class Alternatives(NamedTuple):
    """Components of one plan, of which one is paid for each payee and window."""

    names: tuple[str, ...]
    greatest: bool


def alternatives_in(greatest_of: Precedence, least_of: Precedence) -> tuple[Alternatives, ...]:
    """Every choice that a plan writes."""
    written = ((of, True) for of in greatest_of), ((of, False) for of in least_of)
    return tuple(Alternatives(of, greatest) for way in written for of, greatest in way)


def alternative_problems(
    written: Mapping[str, Precedence], components: Sequence[Component], measures: Mapping[str, Measure]
) -> Iterator[Problem]:
    """Each choice has two components or more with the same windows, and each is in one choice only."""
    parts, taken = {part.id: part for part in components}, set[str]()
    placed = [
        ((key, position) if len(choices) > 1 else (key,), names)
        for key, choices in written.items()
        for position, names in enumerate(choices)
    ]
    for place, names in placed:
        if len(names) < 2:  # noqa: PLR2004 - one of one is no choice
            yield Problem(place, "a choice needs two components.", "Write those of which one is paid.")
        for at, name in enumerate(names):
            part, first = parts[name], parts[names[0]]
            if name in taken:
                yield Problem((*place, at), f"{name} is in a choice already.", "Write each once.")
            taken.add(name)
            windows = (part.accumulates, part.since, part.for_each)
            if windows != (first.accumulates, first.since, first.for_each):
                message = f"{name} adds up over other windows than {first.id}, with which it is compared."
                yield Problem((*place, at), message, "Let accumulates, since and for_each be the same.")
            if part.residual is not None:
                yield Problem((*place, at), f"{name} is a residual, paid month by month.", "Leave it out.")
            if part.to_date is not None:
                message = f"{name} is paid to date, each window less what those before it were paid."
                yield Problem((*place, at), message, "Leave it out.")
            for read in sorted(_read_by(part, parts, measures) & {*names}):
                yield Problem((*place, at), f"{name} depends on {read}, with which it is compared.", "Leave one out.")


def _read_by(part: Component, parts: Mapping[str, Component], measures: Mapping[str, Measure]) -> set[str]:
    """The components of the plan that it depends on, whatever stands between."""
    found, new = set[str](), {*reads(part, measures)} & parts.keys()
    while new:
        found |= new
        new = {read for name in new for read in reads(parts[name], measures)} & parts.keys() - found
    return found
