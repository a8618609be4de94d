"""Which components read the results of which others, and circles among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from engine.documents.component import Component
from engine.documents.measure import Measure
from engine.documents.problems import Problem, nearest

K = TypeVar("K")


def reads(component: Component, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """The components of the same plan file whose results for the same payee the component reads."""
    measure = measures[component.measure]
    return () if measure.of_the_team else measure.of


def circle(needs: Mapping[K, Collection[K]]) -> list[K]:
    """Things that wait for each other, each before the one that it needs, the first once more at the end; or none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def problems_in_plan(components: Sequence[Component], measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Every component that is read is there, and none waits for itself."""
    ids = [component.id for component in components]
    for name, measure in measures.items():
        for position, unknown in enumerate(measure.of):
            if unknown not in ids and not measure.of_the_team:
                place = "measures", name, "of", position
                yield Problem(place, f"no component is called {unknown}.", nearest(unknown, ids))
    found = circle({component.id: reads(component, measures) for component in components})
    if found:
        message = f"components wait for each other: {' needs '.join(found)}."
        yield Problem(("components", ids.index(found[0])), message, "Let one of them not depend on the next.")
