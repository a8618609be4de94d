"""Precedence: components in an order, of which the first that takes a deal or a line of it takes it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import ComponentName, written
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.problems import Problem

ALIKE = ("credits", "levels", "dated_by", "portion")
"""What the measures of one order have in common, so that one of them can take what another would count."""


def _listed(value: Any) -> Any:
    """One order by itself is the only one."""
    return [value] if isinstance(value, list) and all(isinstance(name, str) for name in value) else value


class _OneOrMore:
    """Editors take the only order for the list, too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """An order, or a list of them."""
        listed = handler(core_schema)
        return {"anyOf": [listed["items"], listed]}


Precedence = Annotated[tuple[tuple[ComponentName, ...], ...], written(_listed), _OneOrMore()]


def before(component: str, components: Sequence[Component], orders: Precedence) -> tuple[Component, ...]:
    """The components that take what they count before this one does."""
    names = {name for order in orders if component in order for name in order[: order.index(component)]}
    return tuple(part for part in components if part.id in names)


def precedence_problems(
    orders: Precedence, components: Sequence[Component], measures: Mapping[str, Measure]
) -> Iterator[Problem]:
    """Each order has two components or more, each once, that add up the same credits of deals."""
    parts = {part.id: part for part in components}
    for position, order in enumerate(orders):
        place = ("precedence", position) if len(orders) > 1 else ("precedence",)
        if len(order) < 2:  # noqa: PLR2004 - an order of one is none
            yield Problem(place, "an order needs two components.", "Write those that may take the same deals.")
        for at, name in enumerate(order):
            if name in order[:at]:
                yield Problem((*place, at), f"{name} stands there twice.", "Write each once.")
                continue
            takers = [measures[parts[earlier].measure] for earlier in order[:at]]
            for message, remedy in _unfit(measures[parts[name].measure], takers):
                yield Problem((*place, at), f"{name} {message}", remedy)


def _unfit(measure: Measure, takers: Sequence[Measure]) -> Iterator[tuple[str, str]]:
    if not measure.of_credits or measure.of or measure.across is not None:
        yield "adds up no deals that another could take.", "Leave it out of the order."
        return
    for key in ALIKE:
        if takers and getattr(measure, key) != getattr(takers[0], key):
            yield f"has other {key} than the first of the order.", f"Let all measures of an order have the same {key}."
    by_line = any(taker.lines is not None for taker in takers)
    if by_line and (measure.sum == "cash" or measure.count is not None or measure.portion == "delta"):
        yield "is not divided by lines, of which one before it takes some.", "Test when in place of lines there."
    elif by_line and measure.sum == "margin" and not measure.looks_at_lines:
        yield "adds up margins of whole deals, of which one before it takes lines.", "Let it look at lines, too."
