"""What differs between CRMs in how records are to be read: each connector states its own, `DIALECTS` knows them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from connectors.canonical import Kind
from engine.model import Found

Body = tuple[str, bool, bytes]
"""Record id, whether it is deleted, canonical JSON."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage of a pipeline says of its deals."""

    label: str | None
    pipeline: str | None
    """The pipeline's label."""
    is_closed: bool
    is_won: bool


@dataclass(frozen=True, slots=True)
class RatePlace:
    """What exchange rates depend on beside themselves."""

    zone: str
    home: str | None
    """The company's own currency."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one CRM writes values, and which of its objects no mapping names."""

    crm: str
    """Its name, for people."""
    parsers: Mapping[Kind, Callable[[Any], Any]]
    """Readers of single values but dates; ValueError says what is wrong with one."""
    rate_objects: tuple[str, ...]
    exchange_rates: Callable[[Mapping[str, Iterable[Body]], RatePlace], Found[list[Row]]]
    """Rows of the `FxRates` frame from the live records of the rate objects."""
    org_zone: bool = False
    """Whether instants fall on days of the org's own time zone (its users see them so), not of the company's."""
    stage_object: str | None = None
    """The object of pipeline stages, where deals are won or lost by it."""
    stages: Callable[[Iterable[Body]], Mapping[tuple[str, str], Stage]] = lambda _: {}
    """Stages by pipeline and stage id, from the records of the stage object."""
    assignees: Callable[[Iterable[Body]], Mapping[str, str]] = lambda bodies: {each[0]: each[0] for each in bodies}
    """Person ids by the id that goals name people by, from the records of the people object."""
    splits: Callable[[Any], Iterable[tuple[str, str | None, Fraction | None]]] = lambda _: ()
    """Split id, user and share of the splits that a deal's body carries."""
