"""The order of components: one that reads another's results comes after it (DESIGN 5: gates, kickers, overrides)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import TopologicalSorter

from engine.documents.plans.dependencies import added_up, circle, reads
from engine.documents.plans.plan import Plan

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
    """The components whose earnings or attainments a measure reads: of its plan file, or for the team's of every."""
    of = plans[file].measures[measure]
    read = of.members.attaining if of.members is not None else of.of
    files = range(len(plans)) if of.of_the_team or of.members is not None else (file,)
    return [(f, n) for f in files for n, part in enumerate(plans[f].components) if part.id in read]


def team_is_read(plans: Sequence[Plan]) -> bool:
    """Whether any component pays on what others earned, so that their pay has to be computed with it."""
    return any(measure.of and measure.of_the_team for plan in plans for measure in plan.measures.values())


def everybody_is_read(plans: Sequence[Plan]) -> bool:
    """Whether any measure adds up over all people, so that whatever anybody sells may change everybody's pay."""
    return any(measure.across is not None for plan in plans for measure in plan.measures.values())


def looking_at_each_other(plans: Sequence[Plan]) -> list[set[str]]:
    """Plans whose people are computed together: of contests, of pools, and of managers whose members are counted."""
    circles = [{plan.plan} for plan in plans if plan.ranks]
    circles += [
        {plan.plan, pool.of_others.plan} for plan in plans for pool in plan.bonus_pools if pool.of_others is not None
    ]
    for plan in plans:
        counted = {name for of in plan.measures.values() if of.members for name in of.members.attaining}
        if counted:
            read = {other.plan for other in plans if counted & {part.id for part in other.components}}
            circles.append({plan.plan, *read})
    return circles


def _needs(plans: Sequence[Plan]) -> dict[Place, list[Place]]:
    """For every component those that it reads."""
    needs: dict[Place, list[Place]] = {}
    for file, plan in enumerate(plans):
        ids = {part.id: (file, nth) for nth, part in enumerate(plan.components)}
        for nth, component in enumerate(plan.components):
            own = [ids[name] for name in reads(component, plan.measures)]
            earned = (earners(plans, file, measure) for measure in added_up(component, plan.measures))
            needs[file, nth] = [*own, *(place for places in earned for place in places)]
    return {place: [*of, *_compared_with(plans, of)] for place, of in needs.items()}


def _compared_with(plans: Sequence[Plan], places: Sequence[Place]) -> Iterator[Place]:
    """Those that decide with the components of these places which of them is paid."""
    for file, nth in places:
        ids = [part.id for part in plans[file].components]
        for of in plans[file].alternatives:
            if ids[nth] in of.names:
                yield from ((file, ids.index(name)) for name in of.names)
