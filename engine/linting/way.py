"""Ways of selling, and questions that compare what they pay. Everything is data until `trial` runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Section = Literal["deals", "achieved", "results"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as a plan test writes it, but for whose it is; `lists` are those that its account is on."""

    section: Section
    said: Mapping[str, Any]
    lists: tuple[str, ...] = ()

    def with_said(self, **more: Any) -> Fact:
        """The same fact with some values stated, too, or stated otherwise."""
        return Fact(self.section, MappingProxyType({**self.said, **more}), self.lists)


@dataclass(frozen=True, slots=True)
class Way:
    """What one payee does, in order.

    With `beside`, each deal is shared evenly with a colleague of that name, and both are paid.
    """

    name: str
    facts: tuple[Fact, ...]
    beside: str | None = None

    @property
    def payees(self) -> tuple[str, ...]:
        """Who is paid."""
        return (self.name,) if self.beside is None else (self.name, self.beside)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a way pays, and what it adds to measures; in micro-units."""

    amounts: Mapping[tuple[int, str], int]
    """By place of the payee among those of the way, and component; draws left out."""
    bases: Mapping[str, int]
    """What counted, by component."""

    @property
    def total(self) -> int:
        """Everything together."""
        return sum(self.amounts.values())

    def by(self, *components: str) -> int:
        """What some components pay together."""
        return sum(amount for (_, part), amount in self.amounts.items() if part in components)


@dataclass(frozen=True, slots=True)
class Answer:
    """That something is found: how bad it is, compared with other answers about the same, and the sentence."""

    weight: int
    sentence: str
    part: str = ""
    """The component or cap that makes it so, where it may be another than the one that was asked about."""


Asked = Callable[[Sequence[Paid]], Answer | None]
"""What the pays of the ways, in their order, show; None where all is well."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether some ways show a finding in a part of the plan: a component, and maybe a bracket of it."""

    finding: str
    part: str
    ways: tuple[Way, ...]
    answer: Asked
    row: int | None = None
    """The place of the bracket or band that it is about."""
