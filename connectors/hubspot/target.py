"""Writes to HubSpot in batches of 100: only allow-listed properties, one answer read for every record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot import verdicts
from connectors.hubspot.describe import describe
from connectors.hubspot.errors import Answered, Detail
from connectors.hubspot.session import Connection
from connectors.hubspot.wire_values import incoming, outgoing
from connectors.port import NotAllowed
from connectors.writing import by_record, check_allowed, check_writable
from engine.model import Change, FieldInfo, Sent, Verdict

BATCH = 100
UNANSWERED = Detail(category="INTERNAL_ERROR", message="HubSpot's answer does not say what became of this record")


@dataclass(frozen=True, slots=True)
class _Write:
    """All changes of one record, later ones over earlier ones: a batch that names a record twice is refused whole."""

    record_id: str
    changes: tuple[Change, ...]
    properties: Mapping[str, str]

    def input(self) -> dict[str, Any]:
        """With a trace id, HubSpot answers for this record alone and says so by it."""
        return {"id": self.record_id, "objectWriteTraceId": self.record_id, "properties": self.properties}


class _Result(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    results: list[_Result] = msgspec.field(default_factory=list)
    errors: list[Detail] = msgspec.field(default_factory=list)


class _Received(msgspec.Struct):
    id: str
    properties: dict[str, str | None]


class _Read(msgspec.Struct):
    results: list[_Received]


class HubspotTarget:
    """The HubSpot side of `connectors.port.Target`."""

    def __init__(self, connection: Connection, allowed: Mapping[str, Collection[str]]) -> None:
        self._connection = connection
        self._allowed = {name: frozenset(fields) for name, fields in allowed.items()}
        self._fields: dict[str, Mapping[str, FieldInfo]] = {}

    def fields(self, object: str) -> Mapping[str, FieldInfo]:  # noqa: A002  the word of the port
        """What the portal says of an object's properties; asked once."""
        if object not in self._fields:
            found = describe(self._connection, object)
            if found is None:
                raise NotAllowed(f"{object}: the portal does not show this object.")
            self._fields[object] = {name: each.info() for name, each in found.by_name().items()}
        return self._fields[object]

    def write(self, object: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:  # noqa: A002
        """Batches of answers, one for every change given."""
        wanted = check_allowed(object, changes, self._allowed.get(object, frozenset()))
        known = self.fields(object)
        check_writable(object, wanted, known, "")
        writes, parked = _writes(changes, known)
        if parked:
            yield parked
        for start in range(0, len(writes), BATCH):
            yield self._send(object, writes[start : start + BATCH])

    def read(
        self,
        object: str,  # noqa: A002
        ids: Sequence[str],
        fields: Sequence[str],
    ) -> Mapping[str, Mapping[str, str | bool | None]]:
        """Current values in the form in which they would be written; ids that are gone are not among them."""
        infos = self.fields(object)
        api = self._connection.hubspot.crm.objects.batch_api
        found: dict[str, Mapping[str, str | bool | None]] = {}
        for start in range(0, len(ids), BATCH):
            inputs = [{"id": record_id} for record_id in ids[start : start + BATCH]]
            body = {"inputs": inputs, "properties": list(fields), "propertiesWithHistory": []}
            for each in self._connection.ask(api.read, object, body, read=json_reader(_Read)).results:
                found[each.id] = {name: incoming(each.properties.get(name), infos[name]) for name in fields}
        return found

    def _send(self, name: str, batch: Sequence[_Write]) -> list[Sent]:
        """Send a batch. One that is refused whole is halved until the record that spoils it stands alone."""
        api = self._connection.hubspot.crm.objects.batch_api
        body = {"inputs": [write.input() for write in batch]}
        try:
            answer = self._connection.ask(api.update, name, body, read=json_reader(_Answer))
        except Answered as refused:
            if len(batch) == 1:
                return verdicts.sent(batch[0].changes, refused.problem)
            middle = len(batch) // 2
            return [*self._send(name, batch[:middle]), *self._send(name, batch[middle:])]
        return _told(batch, answer)


def _told(batch: Sequence[_Write], answer: _Answer) -> list[Sent]:
    """One answer a change: written, refused by name, or not answered at all, which is sent again later."""
    written = {result.id for result in answer.results}
    refused = {record_id: detail for detail in answer.errors for record_id in _meant(detail)}
    open_ = [write.record_id for write in batch if write.record_id not in written | refused.keys()]
    nameless = [detail for detail in answer.errors if not _meant(detail)]
    if len(open_) == len(nameless) == 1:
        refused[open_[0]] = nameless[0]
    found: list[Sent] = []
    for write in batch:
        if write.record_id in written:
            found += [Sent(change, Verdict.WRITTEN) for change in write.changes]
        else:
            found += verdicts.sent(write.changes, refused.get(write.record_id, UNANSWERED))
    return found


def _meant(detail: Detail) -> list[str]:
    """The records an error is about: by trace id (which is our record id), else by the ids it names."""
    named = detail.context.get("objectWriteTraceId") or detail.context.get("ids") or []
    return [str(each) for each in (named if isinstance(named, list) else [named])]


def _writes(changes: Sequence[Change], fields: Mapping[str, FieldInfo]) -> tuple[list[_Write], list[Sent]]:
    """One write a record, in sending order; changes that no property can hold are parked at once."""
    writes, parked = [], []
    for record_id, group in by_record(changes).items():
        wanted = {field: value for change in group for field, value in change.fields}
        try:
            properties = {field: outgoing(value, fields[field]) for field, value in wanted.items()}
        except ValueError as problem:
            parked += [Sent(change, Verdict.PARKED, "UNFIT_VALUE", str(problem)) for change in group]
            continue
        writes.append(_Write(record_id, tuple(group), properties))
    return writes, parked
