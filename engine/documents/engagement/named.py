"""Names that rules of engagement define (segments, territories, windows) and that conditions test."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.documents.conditions import FieldTest, When
from engine.documents.engagement.places import Place
from engine.documents.problems import nearest

Defined = Mapping[str, Collection[str]]
"""By field of conditions: the names there are; a field that is not in it has the CRM's names, which nobody knows."""
Misnomer = tuple[str, str, str]
"""Which field, what is wrong, and what would be right."""


_LISTS = {"segment": "segments", "territory": "territories", "window": "windows", "arm": "experiments"}


def unknown_names(when: When, defined: Defined) -> Iterator[Misnomer]:
    """Tests on names that are not defined: they would never fit, or always."""
    for test in when.tests:
        for name in (*test.any_of, *test.none_of) if test.field in defined else ():
            if name not in defined[test.field]:
                yield test.field, f"no {test.field} is called {name}.", _remedy(test, name, defined[test.field])


def fields_of_later(place: str) -> tuple[str, ...]:
    """Fields that cannot be tested where these are defined, because they are worked out of them."""
    return {"segments": ("segment", "territory", "window", "arm"), "territories": ("territory", "window", "arm")}[place]


def circular_tests(place: str, each: Place) -> Iterator[Misnomer]:
    """Tests of a segment or territory on what is worked out after it."""
    for test in each.when.tests:
        if test.field in fields_of_later(place):
            message = f"{test.field} is not known yet where {place} are drawn."
            yield test.field, message, "Test what the CRM says: employees, country, industry, a fact or a list."


def _remedy(test: FieldTest, name: str, known: Collection[str]) -> str:
    return nearest(name, known) if known else f"Define it under {_LISTS[test.field]}."
