"""Ids of what changed in a window of time, from the search index: cheap, capped, and a little behind the records.

A window is fixed before it is read, and every page begins after the largest id of the page before. So it does not
matter how many records changed in one millisecond, that a search ends at 10,000 results, or what changes while we read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.records import EPOCH
from connectors.hubspot.selection import STAMP
from connectors.hubspot.session import Connection
from connectors.port import TryAgain

PAGE = 200
GROUP = 1_000
"""Ids that are read together: as many as one call tells the associations of."""

PAGES_MAX = 100_000
ID = "hs_object_id"
MILLISECOND = timedelta(milliseconds=1)


class _Hit(msgspec.Struct):
    id: str
    properties: dict[str, str | None]


class _Hits(msgspec.Struct):
    total: int
    results: list[_Hit]


def changed_ids(
    connection: Connection, path: str, since: datetime, until: datetime, *, in_order: bool
) -> Iterator[list[tuple[str, str]]]:
    """Groups of (id, change stamp as text) of the records that last changed in [since, until), ids rising.

    `in_order` says that the index has had time to settle: ids that do not rise are then an error, for a page could be
    missing between them.
    """
    last = 0
    group: list[tuple[str, str]] = []
    for _ in range(PAGES_MAX):
        hits = _ask(connection, path, since, until, last)
        ids = [int(hit.id) for hit in hits.results]
        if in_order and any(a >= b for a, b in pairwise([last, *ids])):
            raise TryAgain(f"{path}: the search index is not in order; it is asked again later.", code="UNORDERED")
        group += [(hit.id, hit.properties.get(STAMP) or "") for hit in hits.results]
        if not ids or len(ids) >= hits.total:
            yield group
            return
        last = max(last, *ids)
        if len(group) >= GROUP:
            yield group
            group = []
    raise TryAgain(f"{path}: more than {PAGES_MAX} pages in one search.", code="PAGING")


def count_after(connection: Connection, path: str, record_id: int) -> int:
    """How many records have a larger id."""
    return _count(connection, path, _filter(ID, "GT", record_id))


def count_with(connection: Connection, path: str, name: str) -> int:
    """How many records have a value in a property, as far as the search index knows."""
    return _count(connection, path, {"propertyName": name, "operator": "HAS_PROPERTY"})


def _count(connection: Connection, path: str, wanted: dict[str, Any]) -> int:
    request = {"filterGroups": [{"filters": [wanted]}], "limit": 1}
    api = connection.hubspot.crm.objects.search_api
    return connection.ask(api.do_search, path, request, read=json_reader(_Hits)).total


def _ask(connection: Connection, path: str, since: datetime, until: datetime, last: int) -> _Hits:
    filters = [_filter(STAMP, "GTE", _millis(since)), _filter(STAMP, "LT", _millis(until))]
    if last:
        filters.append(_filter(ID, "GT", last))
    request = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": ID, "direction": "ASCENDING"}],
        "properties": [STAMP],
        "limit": PAGE,
    }
    return connection.ask(connection.hubspot.crm.objects.search_api.do_search, path, request, read=json_reader(_Hits))


def _filter(name: str, operator: str, value: int) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _millis(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND
