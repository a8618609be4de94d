"""What does not fit between components and measures of a whole window: retention, weighted attainments, members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.documents.component import Component
from engine.documents.dependencies import gauges_of
from engine.documents.gauge import SHORT, Over
from engine.documents.measure import Measure
from engine.documents.problems import Problem


def unfit_windows(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Problems of a component that pays on what is of a window, and of gauges that look at it."""
    measure = measures[component.measure]
    if measure.of_a_window is not None:
        yield from _unfit_component(component, measure, measure.of_a_window)
    for place, gauge in gauges_of(component):
        for named in (gauge.measure, *getattr(gauge, "each_of", ())):
            looked_at = measures[named] if named is not None else None
            if looked_at is None or looked_at.of_a_window is None:
                continue
            if _too_short(gauge.over or component.accumulates, looked_at):
                yield Problem(place, *_no_window("over", looked_at.of_a_window))
            if gauge.quota is not None and looked_at.brings_whole:
                yield Problem((*place, "quota"), *_no_quota(looked_at.of_a_window))


def _unfit_component(component: Component, measure: Measure, what: str) -> Iterator[Problem]:
    if _too_short(component.accumulates, measure):
        yield Problem((), *_no_window("accumulates", what))
    if component.quota is not None and measure.brings_whole:
        yield Problem(("quota",), *_no_quota(what))
    if component.pays_each and measure.brings_whole:
        message = f"{what} is a share of a whole, and no number of units."
        remedy = "Write target (what 100% pays) with times: 1 or percentages of it, or a rate of the revenue kept."
        yield Problem(("pays" if component.pays else "brackets",), message, remedy)
    for key in ("residual", "rates", "rate_by", "by_deal"):
        if getattr(component, key):
            yield Problem((key,), f"{what} is not of a deal.", f"Remove {key}.")


def unfit_weights(measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """What is weighted is an attainment: it has a quota, or is a percentage by itself."""
    for name, measure in measures.items():
        for position, part in enumerate(measure.weighted):
            place, weighed = ("measures", name, "weighted", position), measures[part.measure]
            if weighed.weighted:
                yield Problem((*place, "measure"), "is weighted itself.", "Name what it weighs.")
            elif part.quota is None and not weighed.is_share:
                message = f"{part.measure} has no quota that it could attain."
                yield Problem(place, message, "Add quota with a name used in the quota file.")
            elif part.quota is not None and weighed.brings_whole:
                yield Problem((*place, "quota"), *_no_quota(weighed.of_a_window or "it"))


def _too_short(over: Over, measure: Measure) -> bool:
    """Whether the measure cannot be told over that: nothing of a window is of a deal, and rates are of whole months."""
    return over == "transaction" or (measure.retention is not None and over in SHORT)


def _no_window(key: str, what: str) -> tuple[str, str]:
    return f"{what} is of a window, not of a deal or week.", f"Add {key}: month, quarter, half or year."


def _no_quota(what: str) -> tuple[str, str]:
    return f"{what} is a percentage by itself.", "Remove quota."
