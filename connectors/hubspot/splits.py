"""Deal splits, for the deals that have them: read, and set as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.batches import Answer, Write, halving, in_batches, told
from connectors.hubspot.session import Connection
from connectors.hubspot.transport import encoded
from connectors.port import TryAgain
from engine.model import Change, Sent

INPUTS_MAX = 100


class _Split(msgspec.Struct):
    id: str
    properties: dict[str, str | None]


class _Deal(msgspec.Struct):
    id: str
    splits: list[_Split] = msgspec.field(default_factory=list)


class _Answer(msgspec.Struct):
    results: list[_Deal]


def splits(connection: Connection, deal_ids: Sequence[str]) -> Mapping[str, list[Mapping[str, Any]]]:
    """The splits of each deal, in the order of their ids. A deal of which none came is an error: it has some."""
    found = _asked(connection, deal_ids)
    if missing := [deal_id for deal_id in deal_ids if deal_id not in found]:
        raise TryAgain(f"deal {missing[0]} has splits, but they could not be read.", code="SPLITS")
    return found


class HubspotSplits:
    """The HubSpot side of `connectors.port.Beside` for splits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Shares in percent by user and deal."""
        return {
            deal_id: {str(each["owner"]): f"{Decimal(str(each['share'])) * 100:.2f}" for each in every}
            for deal_id, every in _asked(self._connection, ids).items()
            if every
        }

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """Each deal's splits are replaced as a whole."""
        api = self._connection.hubspot.crm.objects.deal_splits.batch_api

        def send(some: Sequence[Write]) -> list[Sent]:
            body = encoded({"inputs": [_input(write.changes[-1]) for write in some]})
            answer = self._connection.ask(api.upsert, body, read=json_reader(Answer))
            return told(some, {deal.id for deal in answer.results}, answer.errors)

        for batch in in_batches([Write(change.record_id, (change,), {}) for change in changes]):
            yield halving(batch, send)


def _asked(connection: Connection, deal_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    api = connection.hubspot.crm.objects.deal_splits.batch_api
    found: dict[str, list[Mapping[str, Any]]] = {}
    for start in range(0, len(deal_ids), INPUTS_MAX):
        inputs = [{"id": deal_id} for deal_id in deal_ids[start : start + INPUTS_MAX]]
        answer = connection.ask(api.read, {"inputs": inputs}, read=json_reader(_Answer))
        for deal in answer.results:
            found[deal.id] = [_told(split) for split in sorted(deal.splits, key=lambda each: int(each.id))]
    return found


def _input(change: Change) -> dict[str, Any]:
    """Percentages are of one: 60.25 % is 0.6025."""
    shares = [(int(user), Decimal(str(share)) / 100) for user, share in change.fields]
    splits = [{"ownerId": user, "percentage": msgspec.Raw(f"{share:f}".encode())} for user, share in shares]
    return {"id": int(change.record_id), "splits": splits}


def _told(split: _Split) -> Mapping[str, Any]:
    values = split.properties
    return {"id": split.id, "owner": values.get("hubspot_owner_id"), "share": values.get("hs_deal_split_percentage")}
