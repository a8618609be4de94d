"""Every condition of a document, wherever it stands, and the fields that it tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.documents.conditions import When
from engine.documents.document import Document


def conditions_of(document: Document, place: str = "") -> Iterator[tuple[str, When]]:
    """Every `when` of a document and of what is in it, with its path; entries with an id are named by it."""
    for name, value in document:
        yield from _inside(value, f"{place}.{name}" if place else name)


def tested_fields(documents: Iterable[Document]) -> frozenset[str]:
    """Every field, and fact, that a condition of the documents tests."""
    return frozenset(test.field for one in documents for _, when in conditions_of(one) for test in when.tests)


def tested_facts(document: Document) -> Iterator[tuple[str, str]]:
    """Every mapped fact that is tested or added up, with its place."""
    for place, when in conditions_of(document):
        yield from ((place, test.fact) for test in when.tests if test.fact is not None)
    for name, measure in getattr(document, "measures", {}).items():
        if measure.fact is not None:
            yield f"measures.{name}.fact", measure.fact


def tested_lists(documents: Iterable[Document]) -> frozenset[str]:
    """Every named list of accounts that a condition of the documents tests."""
    tests = (when.account for one in documents for _, when in conditions_of(one) if when.account)
    return frozenset(name for test in tests for name in (test.listed_in, test.not_listed_in) if name is not None)


def _inside(value: Any, place: str) -> Iterator[tuple[str, When]]:
    if isinstance(value, When):
        yield place, value
    elif isinstance(value, Document):
        yield from conditions_of(value, place)
    elif isinstance(value, tuple):
        for position, entry in enumerate(value, start=1):
            named = getattr(entry, "id", None)
            yield from _inside(entry, f"{place}.{named}" if named else f"{place}[{position}]")
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _inside(entry, f"{place}.{name}")
