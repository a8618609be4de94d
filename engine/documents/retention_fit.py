"""What does not fit between components and measures of retention, which are percentages of a window by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.documents.component import Component
from engine.documents.dependencies import gauges_of
from engine.documents.measure import Measure
from engine.documents.problems import Problem


def unfit_retention(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Problems of a component that pays on a rate of retention, and of gauges that look at one."""
    if measures[component.measure].retention is not None:
        yield from _unfit_component(component)
    for place, gauge in gauges_of(component):
        named = (gauge.measure, *getattr(gauge, "each_of", ()))
        if any(name is not None and measures[name].retention is not None for name in named):
            if (gauge.over or component.accumulates) == "transaction":
                yield Problem(place, *_no_window("over"))
            if gauge.quota is not None:
                yield Problem((*place, "quota"), *_no_quota())


def _unfit_component(component: Component) -> Iterator[Problem]:
    if component.accumulates == "transaction":
        yield Problem((), *_no_window("accumulates"))
    if component.quota is not None:
        yield Problem(("quota",), *_no_quota())
    if component.pays_each:
        message = "an amount for each unit of what was kept is no share of anything."
        remedy = "Write target (what 100% pays) with times: 1 or percentages of it, or a rate of the revenue kept."
        yield Problem(("pays" if component.pays else "brackets",), message, remedy)
    for key in ("residual", "rates", "rate_by", "by_deal"):
        if getattr(component, key):
            yield Problem((key,), "a rate of retention is of customers, not of a deal.", f"Remove {key}.")


def _no_window(key: str) -> tuple[str, str]:
    return "customers are kept over a window, not on a deal.", f"Add {key}: month, quarter, half or year."


def _no_quota() -> tuple[str, str]:
    return "a rate of retention is a percentage by itself: of what there was at the start.", "Remove quota."
