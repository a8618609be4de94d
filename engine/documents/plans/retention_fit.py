"""What does not fit between components and measures of a whole window: retention, weights, ratios, members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.documents.curves.gauge import SHORT, Over
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.dependencies import gauges_of
from engine.documents.problems import Loc, Problem


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
            yield from _too_short(gauge.over or component.accumulates, place, "over", looked_at)
            if gauge.ranked is not None and looked_at.across is not None:
                message = f"{looked_at.of_a_window} is the same for all, so that nobody stands before another."
                yield Problem((*place, "ranked"), message, "Remove ranked, or rank by a measure of each payee's own.")
            if gauge.quota is not None and looked_at.brings_whole:
                yield Problem((*place, "quota"), *_no_quota(looked_at.of_a_window))


def _unfit_component(component: Component, measure: Measure, what: str) -> Iterator[Problem]:
    yield from _too_short(component.accumulates, (), "accumulates", measure)
    if component.quota is not None and measure.brings_whole:
        yield Problem(("quota",), *_no_quota(what))
    if component.pays_each and measure.brings_whole:
        message = f"{what} is a share of a whole, and no number of units."
        remedy = (
            "Write lump (an amount for reaching the row), target (what 100% pays) with times: 1 or percentages of it,"
            " or a rate of the revenue kept."
        )
        yield Problem(("pays" if component.pays else "brackets",), message, remedy)
    if component.rate_decimals is not None and measure.divides_whole:
        message = f"{what} has no quota, and the target no rate that could be rounded."
        yield Problem(("rate_decimals",), message, "Remove rate_decimals.")
    for key in ("residual", "rates", "rate_by", "by_deal"):
        if getattr(component, key):
            yield Problem((key,), f"{what} is not of a deal.", f"Remove {key}.")
    if component.carry is not None and measure.across is None:
        yield Problem(("carry",), f"{what} of several windows is not the sum of theirs.", "Remove carry.")
    for key in ("floor", "carry") if measure.across is not None else ():
        if getattr(component, key):
            yield Problem((key,), f"{what} is of all people together.", f"Remove {key}.")
    if component.split_of == "money" and measure.across is not None:
        yield Problem(("split_of",), f"{what} is shared by nobody.", "Remove split_of.")


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


def unfit_sums(measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """What is divided or added to others adds up credits or results; a percentage of a window is none that could be."""
    for name, measure in measures.items():
        asked: list[tuple[Loc, str]] = []
        if measure.ratio is not None:
            asked = [(("ratio", key), getattr(measure.ratio, key)) for key in ("of", "to")]
        asked += [(("adds", position, "measure"), part.measure) for position, part in enumerate(measure.adds)]
        what = "divided" if measure.ratio is not None else "added to others"
        for place, named in asked:
            part = measures[named]
            if (part.of_a_window is not None and part.across is None) or part.unit == "percent":
                message = f"is no sum, count or number that could be {what}."
                yield Problem(("measures", name, *place), message, "Name a measure with sum, count or import.")


def _too_short(over: Over, place: Loc, key: str, measure: Measure) -> Iterator[Problem]:
    """What is of a window is not of a deal, and retention not of less than a fiscal month."""
    remedy = f"Add {key}: month, quarter, half or year."
    if over == "transaction":
        yield Problem(place, f"{measure.of_a_window} is of a window, not of a deal.", remedy)
    elif over in SHORT and measure.retention is not None:
        yield Problem(
            (*place, key), f"{measure.of_a_window} is one of whole fiscal months.", f"Write {key}: month or longer."
        )


def _no_quota(what: str) -> tuple[str, str]:
    return f"{what} is a percentage by itself.", "Remove quota."
