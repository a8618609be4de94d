"""Which components read the results of which others, and circles among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from engine.documents.curves.gauge import Gauge
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.looks import looks_of
from engine.documents.problems import Loc, Problem, nearest

K = TypeVar("K")


def reads(component: Component, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """The components of the same plan file whose results for the same payee the component reads.

    Its own attainment is no result: a component may have a gate on it.
    """
    own = (measures[name] for name in added_up(component, measures) if not measures[name].of_the_team)
    earned: list[str | None] = [name for measure in own for name in measure.of]
    judged = (
        (gauge.payout_of, gauge.attainment_of if gauge.attainment_of != component.id else None)
        for gauge in component.gauges()
    )
    found = [*earned, *(name for names in judged for name in names)]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def added_up(component: Component, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """The measures that a component pays on or is judged by."""
    return tuple(dict.fromkeys(look.measure for look in looks_of(component, measures)))


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
    for position, component in enumerate(components):
        yield from _unfit_gauges(component, position, components, measures)
    found = circle({component.id: reads(component, measures) for component in components})
    if found:
        message = f"components wait for each other: {' needs '.join(found)}."
        yield Problem(("components", ids.index(found[0])), message, "Let one of them not depend on the next.")


def _unfit_gauges(
    component: Component, position: int, components: Sequence[Component], measures: Mapping[str, Measure]
) -> Iterator[Problem]:
    """Thresholds in the unit of their number; an attainment needs something to be a share of."""
    shares = {part.id for part in components if part.quota or measures[part.measure].is_share}
    for at, gauge in gauges_of(component):
        place = ("components", position, *at)
        for problem in gauge.unfit(measures):
            yield Problem((*place, *problem.loc), problem.message, problem.remedy)
        read = next((part for part in components if part.id in (gauge.attainment_of, gauge.payout_of)), None)
        if read is not None and read.since != "fiscal_year":
            message = f"the windows of {read.id} are each payee's own, and gates look at fiscal ones."
            yield Problem(place, message, "Write measure in place of it.")
        if read is not None and read.for_each is not None:
            message = f"{read.id} adds up each customer by itself, and gates look at all of them together."
            yield Problem(place, message, "Write measure in place of it.")
        of_windows = next((part.id for part in (component, read) if part and (part.to_date or part.carry)), None)
        if gauge.looks_before and of_windows is not None:
            message = f"{of_windows} is paid by windows that others add to, and what came before a deal is of its own."
            yield Problem((*place, "judged"), message, "Write judged: deal.")
        if read is not None and read.to_date is not None and gauge.attainment_of is not None:
            message = f"{read.id} is paid to date, and attains when a window is over."
            quota = f", quota: {read.quota}" if read.quota is not None else ""
            to_date = f"over: {read.accumulates}, to_date: {read.to_date}"
            remedy = f"Write measure: {read.measure}{quota}, {to_date} in place of it."
            yield Problem((*place, "attainment_of"), message, remedy)
        elif gauge.attainment_of is not None and gauge.attainment_of not in shares:
            message = f"{gauge.attainment_of} has no quota that it could attain."
            yield Problem((*place, "attainment_of"), message, f"Add quota to {gauge.attainment_of}.")


def gauges_of(component: Component) -> Iterator[tuple[Loc, Gauge]]:
    """Every gauge as it is written, and where."""
    for key in ("only_if", "only_if_any", "multiplied_by"):
        written = getattr(component, key)
        yield from (((key, nth) if len(written) > 1 else (key,), gauge) for nth, gauge in enumerate(written))
    if component.matrix is not None:
        yield ("matrix", "rows"), component.matrix.rows
        yield ("matrix", "columns"), component.matrix.columns
