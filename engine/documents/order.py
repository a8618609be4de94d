"""The order of components: one that reads another's results comes after it (DESIGN 5: gates, kickers, overrides)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

from engine.documents.dependencies import added_up, circle, reads
from engine.documents.plan import Plan

Place = tuple[int, int]
"""Which plan file, and which of its components."""


def in_order(plans: Sequence[Plan]) -> Iterable[Place]:
    """The place of every component, after those it reads; without dependencies, as they are written.

    CycleError where components wait for each other: `check_rules` refuses such documents.
    """
    return TopologicalSorter(_needs(plans)).static_order()


def circle_among(plans: Sequence[Plan]) -> list[str]:
    """The components, of one or several plans, that wait for each other, the first once more at the end; or none."""
    return [f"{plans[file].plan}.{plans[file].components[nth].id}" for file, nth in circle(_needs(plans))]


def earners(plans: Sequence[Plan], file: int, measure: str) -> list[Place]:
    """The components whose earnings a measure adds up: of its plan file, or for the team's of every plan."""
    of = plans[file].measures[measure]
    files = range(len(plans)) if of.of_the_team else (file,)
    return [(f, n) for f in files for n, part in enumerate(plans[f].components) if part.id in of.of]


def team_is_read(plans: Sequence[Plan]) -> bool:
    """Whether any component pays on what others earned, so that their pay has to be computed with it."""
    return any(measure.of and measure.of_the_team for plan in plans for measure in plan.measures.values())


def _needs(plans: Sequence[Plan]) -> dict[Place, list[Place]]:
    """For every component those that it reads."""
    needs: dict[Place, list[Place]] = {}
    for file, plan in enumerate(plans):
        ids = {part.id: (file, nth) for nth, part in enumerate(plan.components)}
        for nth, component in enumerate(plan.components):
            own = [ids[name] for name in reads(component, plan.measures)]
            earned = (earners(plans, file, measure) for measure in added_up(component))
            needs[file, nth] = [*own, *(place for places in earned for place in places)]
    return needs
