"""Deal splits, for the deals that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.session import Connection
from connectors.port import TryAgain

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
    api = connection.hubspot.crm.objects.deal_splits.batch_api
    found: dict[str, list[Mapping[str, Any]]] = {}
    for start in range(0, len(deal_ids), INPUTS_MAX):
        inputs = [{"id": deal_id} for deal_id in deal_ids[start : start + INPUTS_MAX]]
        answer = connection.ask(api.read, {"inputs": inputs}, read=json_reader(_Answer))
        for deal in answer.results:
            found[deal.id] = [_told(split) for split in sorted(deal.splits, key=lambda each: int(each.id))]
    if missing := [deal_id for deal_id in deal_ids if deal_id not in found]:
        raise TryAgain(f"deal {missing[0]} has splits, but they could not be read.", code="SPLITS")
    return found


def _told(split: _Split) -> Mapping[str, Any]:
    values = split.properties
    return {"id": split.id, "owner": values.get("hubspot_owner_id"), "share": values.get("hs_deal_split_percentage")}
