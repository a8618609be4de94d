"""Writes to HubSpot in batches of 100: only allow-listed properties, one answer read for every record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from connectors.answers import json_reader
from connectors.hubspot.batches import BATCH, Answer, Result, Write, halving, in_batches, told, writes_of
from connectors.hubspot.describe import Described, describe
from connectors.hubspot.keyed import KeyedObject
from connectors.hubspot.notes import HubspotNotes
from connectors.hubspot.pay_records import LINKS
from connectors.hubspot.session import Connection
from connectors.hubspot.wire_values import incoming
from connectors.outcomes import NOTES
from connectors.port import NotAllowed
from connectors.writing import check_allowed, check_writable
from engine.model import Change, FieldInfo, Sent

NO_OBJECTS = (
    "the portal does not show this object. It needs custom objects (Enterprise), the scopes crm.objects.custom.read "
    "and .write, and `worker.py setup --apply`; without them, set records: false."
)


class HubspotTarget:
    """The HubSpot side of `connectors.port.Target`. `keys` names the key property of every object that is ours."""

    def __init__(
        self,
        connection: Connection,
        allowed: Mapping[str, Collection[str]],
        keys: Mapping[str, str] | None = None,
        notes: HubspotNotes | None = None,
    ) -> None:
        self._connection, self._notes = connection, notes
        self._allowed = {name: frozenset(fields) for name, fields in allowed.items()}
        self._keys = dict(keys or {})
        self._described: dict[str, Described] = {}
        self._fields: dict[str, Mapping[str, FieldInfo]] = {}

    def fields(self, object: str) -> Mapping[str, FieldInfo]:  # noqa: A002  the word of the port
        """What the portal says of an object's properties; asked once."""
        if self._notes and object == NOTES:
            return self._notes.fields(object)
        if object not in self._fields:
            self._fields[object] = {name: each.info() for name, each in self._object(object).by_name().items()}
        return self._fields[object]

    def write(self, object: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:  # noqa: A002
        """Batches of answers, one for every change given."""
        if self._notes and object == NOTES:
            yield from self._notes.write(object, changes)
            return
        wanted = check_allowed(object, changes, self._allowed.get(object, frozenset()))
        known = self.fields(object)
        check_writable(object, wanted, known, "")
        writes, parked = writes_of(changes, known)
        if parked:
            yield parked
        send = self._keyed(object).send if object in self._keys else partial(self._update, object)
        for batch in in_batches(writes):
            yield send(batch)

    def read(
        self,
        object: str,  # noqa: A002
        ids: Sequence[str],
        fields: Sequence[str],
    ) -> Mapping[str, Mapping[str, str | bool | None]]:
        """Current values in the form in which they would be written; ids that are gone are not among them."""
        if self._notes and object == NOTES:
            return self._notes.read(object, ids, fields)
        infos = self.fields(object)
        found = self._keyed(object).read(ids, fields) if object in self._keys else self._by_id(object, ids, fields)
        return {
            own: {name: incoming(record.properties.get(name), infos[name]) for name in fields}
            for own, record in found.items()
        }

    def _object(self, name: str) -> Described:
        if name not in self._described:
            found = describe(self._connection, name)
            if found is None:
                raise NotAllowed(
                    f"{name}: {NO_OBJECTS if name in self._keys else 'the portal does not show this object.'}"
                )
            self._described[name] = found
        return self._described[name]

    def _keyed(self, name: str) -> KeyedObject:
        """What the object's records are associated with is addressed by path, too."""
        others = [link.object for link in LINKS.get(name, ())]
        paths = {each: self._object(each).path for each in (name, *others)}
        return KeyedObject(self._connection, name, self._keys[name], paths)

    def _by_id(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Result]:
        api, found = self._connection.hubspot.crm.objects.batch_api, dict[str, Result]()
        for start in range(0, len(ids), BATCH):
            inputs = [{"id": record_id} for record_id in ids[start : start + BATCH]]
            body = {"inputs": inputs, "properties": list(fields), "propertiesWithHistory": []}
            answer = self._connection.ask(api.read, name, body, read=json_reader(Answer))
            found |= {record.id: record for record in answer.results}
        return found

    def _update(self, name: str, batch: Sequence[Write]) -> list[Sent]:
        api = self._connection.hubspot.crm.objects.batch_api

        def send(some: Sequence[Write]) -> list[Sent]:
            body = {"inputs": [write.input() for write in some]}
            answer = self._connection.ask(api.update, name, body, read=json_reader(Answer))
            return told(some, {record.id for record in answer.results}, answer.errors)

        return halving(batch, send)
