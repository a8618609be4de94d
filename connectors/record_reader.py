"""Reads the fields of one kind of record out of raw bodies; what cannot be read is an issue that names the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from connectors import reading
from connectors.canonical import FRAMES, REFERENCES, SINGULAR, Kind
from connectors.dialect import Dialect, Stage
from connectors.dialects import DIALECTS
from connectors.mapping import WITH_FACTS, CrmMapping, MappedField
from engine.model import Issue, Severity

Fields = Sequence[tuple[str, str, Callable[[Any], Any]]]
"""Our name, the CRM's name, and what reads the value."""
_FACTS = dict.fromkeys(WITH_FACTS, ("facts",))
_ENCODE = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Product:
    """What deal lines need of their product."""

    name: str | None
    family: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What the records themselves do not say."""

    zone: str
    """Where an instant becomes a business date."""
    currency: str | None
    """The currency of records that name none: the org's, in single-currency orgs."""
    products: Mapping[str, Product] = field(default_factory=dict)
    stages: Mapping[tuple[str, str], Stage] = field(default_factory=dict)
    """Pipeline and stage ids, where deals are won or lost by them."""
    winners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By frame, records that were merged away, and into which: CRMs move their own references, not a company's."""


class Reader:
    """Reads the canonical fields of one frame out of raw bodies and keeps the issues."""

    def __init__(self, frame: str, mapping: CrmMapping, context: Context) -> None:
        self.mapping, self.context, self.frame = mapping, context, frame
        self.issues: list[Issue] = []
        self.flawed = False
        """Whether the record at hand has a value that cannot be read."""
        self.raw: dict[str, Any] = {}
        """The record at hand as the CRM sent it."""
        self.dialect = DIALECTS[mapping.crm]
        mapped = mapping.objects[frame]
        self._object = mapped.crm_object
        self._fields = [
            (name, mapped.fields[name].field, _parser(mapped.fields[name], kind, self.dialect, context.zone))
            for name, kind in FRAMES[frame].items()
            if name in mapped.fields
        ]
        self._facts = [
            (name, each.field, _parser(each, each.kind, self.dialect, context.zone))
            for name, each in mapped.facts.items()
        ]
        self._references = [
            (name, context.winners[named])
            for name, named in REFERENCES.get(frame, {}).items()
            if named in context.winners
        ]
        self._empty = dict.fromkeys((*FRAMES[frame], *_FACTS.get(frame, ())))
        self._decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode

    def read(self, record_id: str, body: bytes) -> dict[str, Any]:
        """The canonical values; what is absent or cannot be read is None."""
        self.raw = raw = self._decode(body)
        values = dict(self._empty)
        self.flawed = False
        values |= self._parsed(record_id, raw, self._fields)
        for name, winners in self._references:
            values[name] = winners.get(values[name], values[name])
        if facts := self._parsed(record_id, raw, self._facts):
            values["facts"] = _ENCODE({name: fact_text(fact) for name, fact in facts.items()}).decode()
        return values

    def _parsed(self, record_id: str, raw: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
        """The values of those fields that the record has and that can be read."""
        values = {}
        for name, crm_field, parse in fields:
            value = raw.get(crm_field)
            if value is not None:
                try:
                    values[name] = parse(value)
                except ValueError as problem:
                    self.flaw(record_id, crm_field, str(problem))
        return values

    def flaw(self, record_id: str, crm_field: str, message: str) -> None:
        """Note a value that cannot be read: it holds the record."""
        self.flawed = True
        self.issues.append(
            Issue(
                "unreadable_value",
                Severity.HOLDS,
                f"{SINGULAR[self.frame]} {record_id}",
                f"{self._object}.{crm_field}: {message}.",
                f"Correct {crm_field} of this record in {self.dialect.crm}; it is read again by itself.",
            )
        )

    def lacks(self, record_id: str, values: Mapping[str, Any], *names: str) -> bool:
        """Whether a value without which there can be no row is missing; if so, there is an issue."""
        missing = [self.mapping.objects[self.frame].fields[name].field for name in names if values[name] is None]
        if missing and not self.flawed:
            self.flaw(record_id, missing[0], "is empty, and the record means nothing without it")
        return bool(missing)

    def currency(self, record_id: str, values: Mapping[str, Any]) -> str | None:
        """The record's currency, or the org's where records carry none; an unknown one holds the record."""
        found = values["currency"] or self.context.currency
        if found is None or reading.known_currency(found):
            return found
        mapped = self.mapping.objects[self.frame].fields.get("currency")
        self.flaw(record_id, mapped.field if mapped else "currency", f"{found!r} is not a currency we know")
        return None


def fact_text(value: Any) -> str:
    """A fact as conditions compare it: text, an amount in micro-units, a day, `true` or `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parser(mapped: MappedField, kind: Kind, dialect: Dialect, zone: str) -> Callable[[Any], Any]:
    if mapped.associated:
        return reading.associated
    if kind is Kind.DATE:
        return lambda value: reading.day(value, zone)
    return dialect.parsers[kind]
