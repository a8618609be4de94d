"""Records that are ours: created or changed by their key, found by it, and associated with what they name.

A line whose statement is not there yet is sent again later, unwritten. A deal that is gone is no reason to keep a line
from being written: there is no page left on which it would be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.batches import BATCH, Answer, Result, Write, halving, told
from connectors.hubspot.errors import Detail
from connectors.hubspot.pay_records import LINKS, Link
from connectors.hubspot.session import Connection
from connectors.hubspot.transport import encoded
from engine.model import Sent, Verdict

Pair = tuple[str, str]
"""Two records by their ids, ours first; or a property and the key in it."""
EARLY = "the record that it belongs to is not there yet"


class _End(msgspec.Struct):
    id: str


class _Linked(msgspec.Struct):
    from_: _End = msgspec.field(name="from")
    to: _End


class _Links(msgspec.Struct):
    results: list[_Linked] = msgspec.field(default_factory=list)
    errors: list[Detail] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KeyedObject:
    """One object of the portal that is ours. `paths` names every object as addresses do."""

    connection: Connection
    name: str
    key: str
    paths: Mapping[str, str]

    @property
    def links(self) -> tuple[Link, ...]:
        """The associations of this object."""
        return LINKS.get(self.name, ())

    def send(self, batch: Sequence[Write]) -> list[Sent]:
        """Upsert a batch and associate its records; one answer for every change."""
        parents = self._parents(batch)
        waiting = [write for write in batch if self._is_early(write, parents)]
        ready = [write for write in batch if write not in waiting]
        late = [Sent(change, Verdict.RETRY, "NO_PARENT", EARLY) for write in waiting for change in write.changes]
        return [*late, *(halving(ready, lambda some: self._upsert(some, parents)) if ready else ())]

    def read(self, keys: Sequence[str], fields: Sequence[str]) -> Mapping[str, Result]:
        """The records of these keys that there are."""
        return self._by_key(self.name, self.key, keys, fields)

    def _by_key(self, name: str, key: str, keys: Sequence[str], fields: Sequence[str]) -> Mapping[str, Result]:
        api, found = self.connection.hubspot.crm.objects.batch_api, dict[str, Result]()
        for start in range(0, len(keys), BATCH):
            inputs = [{"id": each} for each in keys[start : start + BATCH]]
            body = {"inputs": inputs, "idProperty": key, "properties": [key, *fields], "propertiesWithHistory": []}
            answer = self.connection.ask(api.read, self.paths[name], body, read=json_reader(Answer))
            found |= {text: record for record in answer.results if (text := record.properties.get(key))}
        return found

    def _parents(self, batch: Sequence[Write]) -> Mapping[Pair, str]:
        """The ids of what the records name by key, where it is there."""
        found: dict[Pair, str] = {}
        for link in (each for each in self.links if each.by_key):
            named = sorted({write.properties.get(link.field, "") for write in batch} - {""})
            there = self._by_key(link.object, link.by_key, named, ())
            found |= {(link.field, key): record.id for key, record in there.items()}
        return found

    def _is_early(self, write: Write, parents: Mapping[Pair, str]) -> bool:
        named = [(link.field, write.properties.get(link.field)) for link in self.links if link.by_key]
        return any(key and (field, key) not in parents for field, key in named)

    def _upsert(self, batch: Sequence[Write], parents: Mapping[Pair, str]) -> list[Sent]:
        api, path = self.connection.hubspot.crm.objects.batch_api, self.paths[self.name]
        inputs = [{**write.input(), "idProperty": self.key} for write in batch]
        answer = self.connection.ask(api.upsert, path, {"inputs": inputs}, read=json_reader(Answer))
        ids = self._named(batch, answer)
        written = [write for write in batch if write.record_id in ids]
        apart = {
            sent.change.record_id: sent
            for link in self.links
            for sent in self._link(link, written, ids, parents)
            if not _is_settled(link, sent)
        }
        sents = told(batch, set(ids), answer.errors)
        return [replace(apart.get(each.change.record_id, each), change=each.change) for each in sents]

    def _named(self, batch: Sequence[Write], answer: Answer) -> Mapping[str, str]:
        """The ids of the records that were written, by key; asked for where the answer does not show the keys."""
        shown = {key: record.id for record in answer.results if (key := record.properties.get(self.key))}
        if len(shown) == len(answer.results):
            return shown
        written = {record.id for record in answer.results}
        there = self.read([write.record_id for write in batch], ())
        return {key: record.id for key, record in there.items() if record.id in written}

    def _link(
        self, link: Link, written: Sequence[Write], ids: Mapping[str, str], parents: Mapping[Pair, str]
    ) -> list[Sent]:
        """Associate records that were written with what they name; doing it again changes nothing."""
        named = {write.record_id: write.properties.get(link.field, "") for write in written}
        ends = {own: parents.get((link.field, other), other) for own, other in named.items() if other}
        pairs = {own: (ids[own], other) for own, other in ends.items()}
        due = [write for write in written if write.record_id in pairs]
        return halving(due, lambda some: self._associate(link, some, pairs)) if due else []

    def _associate(self, link: Link, batch: Sequence[Write], pairs: Mapping[str, Pair]) -> list[Sent]:
        api = self.connection.hubspot.crm.associations.v4.batch_api
        wanted = {write.record_id: pairs[write.record_id] for write in batch}
        body = encoded({"inputs": [{"from": {"id": own}, "to": {"id": other}} for own, other in wanted.values()]})
        path, other_path = self.paths[self.name], self.paths[link.object]
        answer = self.connection.ask(api.create_default, path, other_path, body, read=json_reader(_Links))
        done = {(each.from_.id, each.to.id) for each in answer.results}
        keys = {own: key for key, (own, _) in wanted.items()}
        return told(batch, {key for key, pair in wanted.items() if pair in done}, _by_our_keys(answer.errors, keys))


def _is_settled(link: Link, sent: Sent) -> bool:
    """Associated; or the other record is gone, and it was not one of ours."""
    return sent.verdict is Verdict.WRITTEN or (sent.verdict is Verdict.GONE and not link.by_key)


def _by_our_keys(errors: Sequence[Detail], keys: Mapping[str, str]) -> list[Detail]:
    """Errors about associations name the ids of records; we know these by key."""
    found = []
    for detail in errors:
        named = detail.context.get("fromObjectId") or []
        ids = [str(each) for each in (named if isinstance(named, list) else [named])]
        found.append(msgspec.structs.replace(detail, context={"ids": [keys[each] for each in ids if each in keys]}))
    return found
