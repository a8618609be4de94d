"""Changes as the rows that Salesforce takes and gives, by id or, for our own objects, by their key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from simple_salesforce.format import format_soql

from connectors.api_names import IDENTIFIER
from connectors.port import Refused
from connectors.salesforce.wire_values import incoming, outgoing
from connectors.writing import by_record
from engine.model import Change, FieldInfo, Sent, Verdict

QUERY_MAX = 12_000
"""Characters of keys in one query, as sent; the whole address may have 16,000."""

Read = Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True)
class Write:
    """All changes of one record, later ones over earlier ones."""

    changes: tuple[Change, ...]
    record: Mapping[str, Any]

    @property
    def record_id(self) -> str:
        """Its id, or its key."""
        return self.changes[0].record_id


@dataclass(frozen=True, slots=True)
class Rows:
    """How the records of one object go over the wire. `keys` names the key field of every object that has one."""

    object: str
    fields: Mapping[str, FieldInfo]
    keys: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where collections of them are sent: an update by id, or an upsert by key."""
        return f"composite/sobjects/{self.object}/{self._key}" if self._key else "composite/sobjects"

    @property
    def _key(self) -> str | None:
        return self.keys.get(self.object)

    def writes(self, changes: Sequence[Change]) -> tuple[list[Write], list[Sent]]:
        """One write a record, in sending order; changes that no field can hold are parked at once."""
        writes, parked = [], []
        for record_id, group in by_record(changes).items():
            wanted = {field: value for change in group for field, value in change.fields}
            try:
                values = dict(self._sent(field, value) for field, value in wanted.items())
            except ValueError as problem:
                parked += [Sent(change, Verdict.PARKED, "UNFIT_VALUE", str(problem)) for change in group]
                continue
            known_by = {self._key or "id": record_id}
            writes.append(Write(tuple(group), {"attributes": {"type": self.object}, **known_by, **values}))
        return writes, parked

    def _sent(self, field: str, value: Any) -> tuple[str, Any]:
        """A reference to one of our own objects is told by the other record's key."""
        key = self._parent_key(field)
        if key is None or value is None:
            return field, outgoing(value, self.fields[field])
        return _relationship(field), {key: str(value)}

    def _parent_key(self, field: str) -> str | None:
        return next((self.keys[each] for each in self.fields[field].refers_to if each in self.keys), None)

    def queries(self, record_keys: Sequence[str], fields: Sequence[str]) -> Iterator[str]:
        """Queries for the records of these keys, none longer than an address may be."""
        names = [self._key or "Id", *(self._path(field) for field in fields)]
        for name in (self.object, *names):
            if not all(IDENTIFIER.fullmatch(part) for part in name.split(".")):
                raise Refused(f"{name!r} is not an API name.")
        start = f"SELECT {', '.join(names)} FROM {self.object} WHERE {self._key} IN "  # noqa: S608  names matched above
        for some in by_length(record_keys):
            yield start + format_soql("{}", list(some))

    def key_of(self, row: Mapping[str, Any]) -> str:
        """The key of a record that was found."""
        return str(row[self._key or "Id"])

    def read(self, row: Mapping[str, Any], fields: Sequence[str]) -> Read:
        """The values of a record in the form in which they would be written."""
        return {name: self._received(row, name) for name in fields}

    def _received(self, row: Mapping[str, Any], field: str) -> str | bool | None:
        key = self._parent_key(field)
        if key is None:
            return incoming(row[field], self.fields[field])
        parent = row[_relationship(field)]
        return None if parent is None else str(parent[key])

    def _path(self, field: str) -> str:
        key = self._parent_key(field)
        return field if key is None else f"{_relationship(field)}.{key}"


def _relationship(field: str) -> str:
    """The name under which a custom lookup gives the record behind it."""
    return field.removesuffix("__c") + "__r"


def by_length(record_keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in portions that fit into one query."""
    some: list[str] = []
    length = 0
    for key in record_keys:
        size = len(quote(format_soql("{}", key))) + len("%2C")
        if some and length + size > QUERY_MAX:
            yield some
            some, length = [], 0
        some.append(key)
        length += size
    if some:
        yield some
