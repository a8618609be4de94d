"""What does not fit a component by its windows: those that go on, those of the payee's own, those that come to zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.documents.curves.bracket import Bracket, Point
from engine.documents.curves.gauge import Whole
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.dependencies import gauges_of
from engine.documents.problems import Problem
from engine.documents.values import Dated

if TYPE_CHECKING:
    from engine.documents.plans.plan import Plan

MONTHS = ("month", "quarter", "half", "year")
TO_DATE_WITHOUT = ("rates", "rate_by", "by_deal", "floor", "carry", "residual", "split_of", "at_zero")
"""Keys that a component to date has not."""
SINCE_WITHOUT = ("target_of", "carry", "to_date")
"""Keys that ask for fiscal windows."""
FOR_EACH_WITHOUT = ("targets", "target_of", "since", "carry", "to_date")
"""Keys that ask for windows of all customers together."""


def unfit_to_date(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """A stretch of windows is longer than one, and is paid by one curve that does not change meanwhile."""
    whole, measure = component.to_date, measures[component.measure]
    in_percent = "a percentage" if measure.is_share and component.quota is None else None
    of_a_window = measure.of_a_window or in_percent
    if whole is None:
        if component.overpaid == "kept":
            yield Problem(("overpaid",), "nothing is paid to date.", "Remove overpaid, or write to_date.")
        return
    if component.accumulates not in MONTHS or MONTHS.index(component.accumulates) >= MONTHS.index(whole):
        message = "to date adds windows up, and there is none that is shorter."
        yield Problem(("to_date",), message, f"Write accumulates: month, or another part of a {whole}.")
    if of_a_window is not None:
        message = f"{of_a_window} of several windows is not the sum of theirs."
        yield Problem(("to_date",), message, "Remove to_date, or accumulate over the longer window.")
    yield from _unfit_ways(component, whole)


def _unfit_ways(component: Component, whole: Whole) -> Iterator[Problem]:
    """What is paid to date is of no deal."""
    for key in TO_DATE_WITHOUT:
        if getattr(component, key) not in (None, (), "credit"):
            message = f"what is paid to date is of no deal; it has no {key}."
            yield Problem((key,), message, f"Remove {key}, or write it in another component.")
    if component.cap is not None and component.cap.per == "deal":
        message = "what is paid to date is of no deal that could be capped."
        yield Problem(("cap", "per"), message, f"Write per: window, which caps what the {whole} so far is worth.")
    for place, gauge in gauges_of(component):
        if gauge.over == "transaction":
            yield Problem((*place, "over"), "what is paid to date is of no deal.", "Write over: month, or longer.")


def unfit_clawback(plan: Plan) -> Iterator[Problem]:
    """A clawback takes a deal off what is paid to date, which is paid by no deal, and not for good."""
    parts = {part.id: part for part in plan.components if part.to_date is not None}
    for position, name in ((place, name) for place, name in enumerate(plan.clawed_back) if name in parts):
        if parts[name].overpaid == "kept":
            message = f"{name} keeps what was paid, so that nothing is taken back."
            yield Problem(
                plan.clawed_back_at(position),
                message,
                f"Leave {name} out of applies_to, or remove overpaid there.",
            )
        if plan.clawback is not None and plan.clawback.of == "paid":
            message = f"{name} is paid to date, and no deal of it was paid by itself."
            yield Problem(("clawback", "of"), message, f"Remove of, or leave {name} out of applies_to.")


def unfit_since(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Windows of each payee's own are whole months, of which people data promises no part."""
    if component.since == "fiscal_year":
        return
    if component.accumulates not in MONTHS:
        message = "windows of each payee's own are one month or longer."
        yield Problem(("since",), message, "Add accumulates: month, quarter, half or year.")
    for key in SINCE_WITHOUT:
        if getattr(component, key) is not None:
            message = f"{key} is of fiscal periods, and these windows are each payee's own."
            yield Problem((key,), message, f"Remove {key}, or remove since.")
    of_a_window = measures[component.measure].of_a_window
    if of_a_window is not None:
        yield Problem(("since",), f"{of_a_window} is of fiscal periods.", "Remove since.")


def unfit_for_each(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Windows of each customer hold deals, and are nobody's targets."""
    if component.for_each is None:
        return
    if component.accumulates == "transaction":
        message = "each deal stands by itself already."
        yield Problem(("for_each",), message, "Add accumulates: year, or another window; or remove for_each.")
    for key in FOR_EACH_WITHOUT:
        if getattr(component, key) not in (None, "fiscal_year"):
            message = f"{key} is the payee's own, and these windows are of one customer each."
            yield Problem((key,), message, f"Remove {key}, or remove for_each.")
    measure = measures[component.measure]
    if not measure.of_credits or measure.across is not None:
        message = "adds up deals of customers, and this measure is of none."
        yield Problem(("for_each",), message, "Remove for_each, or measure deals or their cash.")


def unfit_trailing(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Windows are added up of what deals and results add up to, and are shorter than what they are added up in."""
    for place, gauge in gauges_of(component):
        key, over = gauge.looks_back, gauge.over or component.accumulates
        if key is None:
            continue
        names = (gauge.measure, *getattr(gauge, "each_of", ()))
        for looked_at in (measures[name] for name in names if name is not None):
            of_a_window = looked_at.of_a_window
            if of_a_window is not None and looked_at.across is None:
                message = f"{of_a_window} of several windows is not the sum of theirs."
                yield Problem((*place, key), message, f"Remove {key}, or look over a longer window.")
        if over == "transaction":
            yield Problem(place, f"{key} windows, but none is said.", "Add over: month, or longer.")
        elif gauge.to_date is not None and over in MONTHS and MONTHS.index(over) >= MONTHS.index(gauge.to_date):
            message = "to date adds windows up, and there is none that is shorter."
            yield Problem((*place, "to_date"), message, f"Write over: month, or another part of a {gauge.to_date}.")


def unfit_zero(component: Component, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """A result of zero is a result, where it is the best of all, and no sale is none."""
    rows, imported = component.rows, measures[component.measure].imported is not None
    tells = imported and bool(rows) and rows[0].start == 0 and bool(component.row_ways & {"share", "lump"})
    if component.at_zero is not None and component.carry is not None:
        yield Problem(("carry",), "results of exactly 0 begin every window by themselves.", "Remove carry, or at_zero.")
    if component.at_zero is not None and not tells:
        message = "is about imported results and a first row at 0 that pays an amount or a part of the target."
        yield Problem(("at_zero",), message, "Remove at_zero.")
    if component.at_zero is None and tells and len(rows) > 1 and _worth(rows[1]) < _worth(rows[0]):
        message = "less is better here, and what a result of exactly 0 pays is not said."
        yield Problem((), message, "Add at_zero: first_row, or at_zero: nothing.")


def _worth(row: Bracket | Point) -> Fraction:
    """What a row pays in the end."""
    leaf: Dated[Any] | None = row.lump if isinstance(row, Bracket) and row.lump is not None else row.pays
    return Fraction(leaf.steps[-1][1]) if leaf is not None else Fraction(0)


def unfit_rounding(component: Component, measure: Measure) -> Iterator[Problem]:
    """What is rounded is a percentage: of a quota, or one by itself; what is moved between windows is no percentage."""
    place = ("rounded_attainment",)
    if component.rounded_attainment is None:
        return
    if component.quota is None and not measure.is_share:
        yield Problem(place, "there is no attainment without a quota.", "Add quota, or remove rounded_attainment.")
    if component.carry is not None:
        yield Problem(place, "what is carried is not rounded.", "Remove carry, or rounded_attainment.")
