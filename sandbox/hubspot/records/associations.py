"""Which records belong together, and as what. Every association is kept from both sides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.hubspot.errors import validation

Types = tuple[int, ...]
HUBSPOT, USER = "HUBSPOT_DEFINED", "USER_DEFINED"
PRIMARY = "Primary"


@dataclass(frozen=True, slots=True)
class Label:
    """One kind of association in one direction; `inverse` is its number in the other."""

    number: int
    source: str
    target: str
    inverse: int
    label: str | None = None
    category: str = HUBSPOT
    name: str = ""

    def shown(self) -> dict[str, Any]:
        """Shape of the API."""
        return {"category": self.category, "typeId": self.number, "label": self.label}


_STANDARD = (
    # from, to, primary there and back, plain there and back
    ("0-3", "0-2", (5, 6), (341, 342)),
    ("0-3", "0-1", None, (3, 4)),
    ("0-3", "0-8", None, (19, 20)),
    ("0-3", "0-3", None, (451, 451)),
    ("0-1", "0-2", (1, 2), (279, 280)),
    ("0-46", "0-3", None, (214, 213)),
    ("0-46", "0-2", None, (190, 189)),
    ("0-46", "0-1", None, (202, 201)),
)
_PARENTS = (Label(13, "0-2", "0-2", 14, "Child Company"), Label(14, "0-2", "0-2", 13, "Parent Company"))
_FIRST_OWN = 10_001


class Associations:
    """All associations of the portal, by the types and then the ids of both ends."""

    def __init__(self) -> None:
        self._labels: dict[int, Label] = {}
        self._between: dict[tuple[str, str], list[Label]] = {}
        self._links: dict[tuple[str, str], dict[int, dict[int, Types]]] = {}
        self._next = _FIRST_OWN
        self.version = 0
        for source, target, primary, plain in _STANDARD:
            if primary:
                self._define(source, target, primary, PRIMARY)
            self._define(source, target, plain, None)
        for label in _PARENTS:
            self._note(label)

    def _define(self, source: str, target: str, numbers: tuple[int, int], label: str | None) -> None:
        there, back = numbers
        self._note(Label(there, source, target, back, label))
        self._note(Label(back, target, source, there, label))

    def _note(self, label: Label) -> None:
        if label.number not in self._labels:
            self._labels[label.number] = label
            self._between.setdefault((label.source, label.target), []).append(label)

    # -- kinds of association

    def define_own(self, source: str, target: str, name: str, label: str | None = None) -> Label:
        """Make a kind of association of the customer's, in both directions."""
        there, back = self._next, self._next + 1
        self._next += 2
        self._note(Label(there, source, target, back, label, USER, name))
        self._note(Label(back, target, source, there, label, USER, name))
        return self._labels[there]

    def labels(self, source: str, target: str) -> list[Label]:
        """Give the kinds of association from one type to another."""
        return self._between.get((source, target), [])

    def of_type(self, source: str) -> list[Label]:
        """Give the kinds of association that start at a type."""
        return [label for label in self._labels.values() if label.source == source]

    def label(self, number: int) -> Label:
        """Give a kind by its number."""
        return self._labels[number]

    def plain(self, source: str, target: str) -> Label:
        """Give the kind without a label; refused where the types do not associate."""
        found = next((each for each in self.labels(source, target) if each.label is None), None)
        if found is None:
            raise validation(f"No association type exists between {source} and {target}")
        return found

    def check(self, source: str, target: str, category: str, number: int) -> Label:
        """Give a kind that a request names; refused when it is none between these types."""
        found = self._labels.get(number)
        if found is None or (found.source, found.target, found.category) != (source, target, category):
            message = f"{category} association type {number} is not defined from {source} to {target}"
            raise validation(message, sub_category="crm.associations.INVALID_ASSOCIATION_TYPE")
        return found

    # -- associations

    def link(self, label: Label, source: int, target: int) -> None:
        """Associate two records; a labelled association is a plain one too, and only one company is primary."""
        if label.label == PRIMARY and label.source != "0-2":
            self._demote(label, source)
        self._add(label, source, target)
        plain = next((each for each in self.labels(label.source, label.target) if each.label is None), None)
        if plain is not None and plain is not label:
            self._add(plain, source, target)
        self.version += 1

    def _demote(self, label: Label, source: int) -> None:
        for other, numbers in tuple(self.of(label.source, source, label.target).items()):
            if label.number in numbers:
                self._drop(label, source, other)

    def _add(self, label: Label, source: int, target: int) -> None:
        for here, there, number, (a, b) in _ways(label, source, target):
            far = self._links.setdefault((here, there), {}).setdefault(a, {})
            far[b] = _with(far.get(b, ()), number)

    def _drop(self, label: Label, source: int, target: int) -> None:
        for here, there, number, (a, b) in _ways(label, source, target):
            far = self._links.get((here, there), {}).get(a, {})
            left = tuple(each for each in far.get(b, ()) if each != number)
            if left:
                far[b] = left
            else:
                far.pop(b, None)

    def unlink(self, source: tuple[str, int], target: tuple[str, int], numbers: Iterable[int] = ()) -> None:
        """Take associations of two records, each of type and id, away: those of the numbers, or all."""
        held = self.of(*source, target[0]).get(target[1], ())
        for number in tuple(numbers) or held:
            if number in held:
                self._drop(self._labels[number], source[1], target[1])
        self.version += 1

    def of(self, source_type: str, source: int, target_type: str) -> dict[int, Types]:
        """Give what a record is associated with, in the order in which it came."""
        return self._links.get((source_type, target_type), {}).get(source, {})

    def first(self, source_type: str, source: int, target_type: str, number: int) -> int | None:
        """Give the first record at the other end of one kind of association."""
        found = self.of(source_type, source, target_type)
        return next((each for each, numbers in found.items() if number in numbers), None)

    def move(self, kind: str, old: int, new: int) -> None:
        """Give all associations of one record to another."""
        for (source, target), links in self._links.items():
            if source != kind or old not in links:
                continue
            for far, numbers in tuple(links[old].items()):
                for number in numbers:
                    self._drop(self._labels[number], old, far)
                    self._add(self._labels[number], new, far)
                links[old].pop(far, None)
            del links[old]
            self._links[target, source] = {a: far for a, far in self._links[target, source].items() if far}
        self.version += 1

    def dump(self) -> dict[str, Any]:
        """Give the customer's kinds of association, and every association, as JSON values."""
        own = [label for label in self._labels.values() if label.category == USER]
        return {
            "own": [[each.source, each.target, each.name, each.label] for each in own if each.number < each.inverse],
            "links": [
                [source, target, a, b, numbers]
                for (source, target), links in self._links.items()
                for a, far in links.items()
                for b, numbers in far.items()
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what was dumped."""
        for source, target, name, label in state["own"]:
            self.define_own(source, target, name, label)
        for source, target, a, b, numbers in state["links"]:
            far = self._links.setdefault((source, target), {}).setdefault(a, {})
            for number in numbers:
                far[b] = _with(far.get(b, ()), number)
        self.version += 1


def _ways(label: Label, source: int, target: int) -> tuple[tuple[str, str, int, tuple[int, int]], ...]:
    return (
        (label.source, label.target, label.number, (source, target)),
        (label.target, label.source, label.inverse, (target, source)),
    )


_SHARED: dict[Types, Types] = {}


def _with(numbers: Types, number: int) -> Types:
    """Add a number; equal tuples are one, for there are many associations and few kinds."""
    if number in numbers:
        return numbers
    new = tuple(sorted((*numbers, number)))
    return _SHARED.setdefault(new, new)
