"""Which measures a plan looks at, over which windows and of which quotas: by components, gauges and weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Accumulation, Component


class Look(NamedTuple):
    """A measure that is added up over a window, and the quota that this is compared with."""

    measure: str
    over: Accumulation
    quota: str | None


def looks_of(component: Component, measures: Mapping[str, Measure]) -> Iterator[Look]:
    """Everything that decides what a component pays; of what is made of other measures, each of them too."""
    own = [Look(component.measure, component.accumulates, component.quota)]
    own += [
        Look(gauge.measure, gauge.over or component.accumulates, gauge.quota)
        for gauge in component.gauges()
        if gauge.measure is not None
    ]
    for look in own:
        yield look
        for name, quota in parts_of(look.measure, measures):
            yield Look(name, look.over, quota)


def parts_of(measure: str, measures: Mapping[str, Measure]) -> Iterator[tuple[str, str | None]]:
    """The measures that one is made of, and the quotas with which they are compared; of those that are weighted, too.

    A ratio or sum has no parts that are made of others.
    """
    of = measures[measure]
    for name, quota in of.parts:
        yield name, quota
        if of.weighted:
            yield from measures[name].parts


def looks(components: Iterable[Component], measures: Mapping[str, Measure]) -> Iterator[Look]:
    """Those of all components."""
    for component in components:
        yield from looks_of(component, measures)
