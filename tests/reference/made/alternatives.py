"""Choices by lot, of which only the component that pays most, or least, is paid."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

PERIODS = ("month", "quarter", "half", "year")
DEALS = ("m1", "m2", "plain", "count", "met")
"""Measures of which any window may be one of a customer, or of the payee's own."""
NOT_OWN = {"since", "for_each", "to_date", "residual", "targets", "target_of", "carry"}
"""What keeps a component from having such windows."""
OWN = {"since", "for_each", "to_date", "residual"}
"""What has windows that are not like others'."""


def alternatives(chance: Random, document: dict[str, Any]) -> dict[str, Any]:
    """`greatest_of` and `least_of` of components with the same windows, none of which waits for another of them.

    Not of windows to date: their two sides are not compared as one yet.
    """
    if chance.random() < 0.4:
        _align(document["components"])
        _align_own(document)
    groups: dict[str, list[str]] = {}
    ids = [part["id"] for part in document["components"]]
    for place, part in enumerate(document["components"]):
        if part.keys() & {"residual", "to_date"}:
            continue
        accumulates = part.get("accumulates", "transaction")
        group = groups.setdefault(str((accumulates, part.get("since"), part.get("for_each"))), [])
        between = ids[ids.index(group[0]) : place] if group else []
        if not {*between} & {*_named(part, document["measures"])}:
            group.append(part["id"])
    choices = [chance.sample(group, len(group)) for group in groups.values() if len(group) > 1]
    made: dict[str, Any] = {"greatest_of": [], "least_of": []}
    for choice in choices:
        if chance.random() < 0.7:
            made[chance.choice(list(made))].append(choice)
    return {key: of[0] if len(of) == 1 else of for key, of in made.items() if of}


def _align(components: list[dict[str, Any]]) -> None:
    """Lets those with fiscal windows have those of the first of them."""
    fiscal = [part for part in components if part.get("accumulates") in PERIODS and not part.keys() & OWN]
    for part in fiscal:
        part["accumulates"] = fiscal[0]["accumulates"]


def _align_own(document: dict[str, Any]) -> None:
    """Lets those that nobody reads have windows of each customer, or of the payee's own, where any has."""
    for part in document["components"]:
        others = [each for each in document["components"] if each is not part]
        read = part["id"] in {name for each in others for name in _named(each, document["measures"])}
        fits = part["measure"] in DEALS and part.get("accumulates") in PERIODS and not part.keys() & NOT_OWN
        alike = [each for each in others if each.keys() & {"since", "for_each"} and each["accumulates"] in PERIODS]
        if fits and not read and alike:
            part |= {key: alike[0][key] for key in ("since", "for_each", "accumulates") if key in alike[0]}


def _named(written: Any, measures: dict[str, Any]) -> Iterator[str]:
    """Every name in it, and in the measures that it names."""
    if isinstance(written, str):
        yield written
        yield from _named(measures.get(written, ()), {key: of for key, of in measures.items() if key != written})
    elif isinstance(written, dict | list | tuple):
        for each in written.values() if isinstance(written, dict) else written:
            yield from _named(each, measures)
