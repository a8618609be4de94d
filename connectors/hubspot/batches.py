"""One batch of writes: what is sent for each record, and what HubSpot's answer says became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.hubspot import verdicts
from connectors.hubspot.errors import Answered, Detail
from connectors.hubspot.wire_values import outgoing
from connectors.writing import by_record
from engine.model import Change, FieldInfo, Sent, Verdict

BATCH = 100
UNANSWERED = Detail(category="INTERNAL_ERROR", message="HubSpot's answer does not say what became of this record")


@dataclass(frozen=True, slots=True)
class Write:
    """All changes of one record, later ones over earlier ones: a batch that names a record twice is refused whole."""

    record_id: str
    changes: tuple[Change, ...]
    properties: Mapping[str, str]

    def input(self) -> dict[str, Any]:
        """With a trace id, HubSpot answers for this record alone and says so by it."""
        return {"id": self.record_id, "objectWriteTraceId": self.record_id, "properties": self.properties}


def writes_of(changes: Sequence[Change], fields: Mapping[str, FieldInfo]) -> tuple[list[Write], list[Sent]]:
    """One write a record, in sending order; changes that no property can hold are parked at once."""
    writes, parked = [], []
    for record_id, group in by_record(changes).items():
        wanted = {field: value for change in group for field, value in change.fields}
        try:
            properties = {field: outgoing(value, fields[field]) for field, value in wanted.items()}
        except ValueError as problem:
            parked += [Sent(change, Verdict.PARKED, "UNFIT_VALUE", str(problem)) for change in group]
            continue
        writes.append(Write(record_id, tuple(group), properties))
    return writes, parked


def in_batches(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """As many at a time as HubSpot takes."""
    for start in range(0, len(writes), BATCH):
        yield writes[start : start + BATCH]


def halving(batch: Sequence[Write], send: Callable[[Sequence[Write]], list[Sent]]) -> list[Sent]:
    """Send a batch. One that is refused whole is halved until the record that spoils it stands alone.

    Where the portal has no room for another record, no record spoils it: all of them have that answer.
    """
    try:
        return send(batch)
    except Answered as refused:
        if len(batch) == 1 or verdicts.is_full(refused.problem):
            return [sent for write in batch for sent in verdicts.sent(write.changes, refused.problem)]
        middle = len(batch) // 2
        return [*halving(batch[:middle], send), *halving(batch[middle:], send)]


def told(batch: Sequence[Write], written: set[str], errors: Sequence[Detail]) -> list[Sent]:
    """One answer a change: written, refused by name, or not answered at all, which is sent again later."""
    refused = {record_id: detail for detail in errors for record_id in _meant(detail)}
    open_ = [write.record_id for write in batch if write.record_id not in written | refused.keys()]
    nameless = [detail for detail in errors if not _meant(detail)]
    if len(open_) == len(nameless) == 1:
        refused[open_[0]] = nameless[0]
    found: list[Sent] = []
    for write in batch:
        if write.record_id in written:
            found += [Sent(change, Verdict.WRITTEN) for change in write.changes]
        else:
            found += verdicts.sent(write.changes, refused.get(write.record_id, UNANSWERED))
    return found


class Result(msgspec.Struct):
    """A record that was written or read."""

    id: str
    properties: dict[str, str | None] = msgspec.field(default_factory=dict)


class Answer(msgspec.Struct):
    """HubSpot's answer to a batch; 207 lists errors beside results."""

    results: list[Result] = msgspec.field(default_factory=list)
    errors: list[Detail] = msgspec.field(default_factory=list)


def _meant(detail: Detail) -> list[str]:
    """The records an error is about: by trace id (which is our record id), else by the ids it names."""
    named = detail.context.get("objectWriteTraceId") or detail.context.get("ids") or []
    return [str(each) for each in (named if isinstance(named, list) else [named])]
