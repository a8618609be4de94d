"""The raw floor of a pull from HubSpot: requests, msgspec into typed records, one sqlite3 upsert of a thousand rows.

It is the least that can be done, by list or by search: no retry, limit, check or exact body, but exact amounts, the
company of each deal, and a commit a thousand deals.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import requests

from benchmarks.child import measured
from benchmarks.portal_query import ASSOCIATIONS, LIST_PAGE, PROPERTIES, SEARCH_PAGE, SINCE, TOKEN

MONEY = frozenset({"acv", "amount"})
MICROS = 1_000_000
STAMP, ID = "hs_lastmodifieddate", "hs_object_id"
Properties = msgspec.defstruct("Properties", [(name, str | None, None) for name in PROPERTIES])


class Deal(msgspec.Struct):
    """One record."""

    id: str
    properties: Properties  # type: ignore[valid-type]  # made above


class Next(msgspec.Struct):
    """Where the next page begins."""

    after: str


class Paging(msgspec.Struct):
    """What follows a page."""

    next: Next


class Page(msgspec.Struct):
    """One answer of list, search or batch read."""

    results: list[Deal]
    total: int = 0
    paging: Paging | None = None


class To(msgspec.Struct):
    """The other end of an association."""

    toObjectId: int  # noqa: N815 - HubSpot's key


class Link(msgspec.Struct):
    """The associations of one deal."""

    to: list[To]
    from_: dict[str, str] = msgspec.field(name="from")


class Links(msgspec.Struct):
    """One answer of the associations."""

    results: list[Link]


decode, decode_links = msgspec.json.Decoder(Page).decode, msgspec.json.Decoder(Links).decode
COLUMNS = ("id", "company", *PROPERTIES)
TABLE = f"CREATE TABLE deal ({', '.join(COLUMNS)}, PRIMARY KEY (id)) WITHOUT ROWID"
UPSERT = (
    f"INSERT INTO deal VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    + f" WHERE excluded.{STAMP} > {STAMP}"
)


class Portal:
    """The portal's addresses that are needed here."""

    def __init__(self, address: str) -> None:
        self._objects = f"{address}/crm/objects/2026-09/deals"
        self._links = f"{address}/crm/associations/2026-09/deals/companies/batch/read"
        self._session = requests.Session()
        self._session.headers.update({"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"})

    def by_list(self) -> Iterator[list[Deal]]:
        """Every page of the list, ten at a time."""
        params: dict[str, str | int] = {"limit": LIST_PAGE, "properties": ",".join(PROPERTIES)}
        found: list[Deal] = []
        while True:
            page = decode(self._session.get(self._objects, params=params, timeout=60).content)
            found += page.results
            if page.paging is None:
                yield found
                return
            params["after"] = page.paging.next.after
            if len(found) >= ASSOCIATIONS:
                yield found
                found = []

    def by_search(self) -> Iterator[list[Deal]]:
        """Every id that the index names, and the records of a thousand ids at a time."""
        since = str(int((datetime.now(UTC) - SINCE).timestamp() * 1000))
        ids, last, more = [], "0", True
        while more:
            filters = [
                {"propertyName": STAMP, "operator": "GTE", "value": since},
                {"propertyName": ID, "operator": "GT", "value": last},
            ]
            asked = {"filterGroups": [{"filters": filters}], "properties": [STAMP], "limit": SEARCH_PAGE}
            page = self._post("/search", asked | {"sorts": [{"propertyName": ID, "direction": "ASCENDING"}]})
            ids += [hit.id for hit in page.results]
            more = len(page.results) < page.total
            if not more or len(ids) >= ASSOCIATIONS:
                yield self._read(ids)
                last, ids = ids[-1], []
            else:
                last = ids[-1]

    def companies(self, deals: list[Deal]) -> dict[str, int]:
        """The company of each deal."""
        body = {"inputs": [{"id": deal.id} for deal in deals]}
        found = decode_links(self._session.post(self._links, json=body, timeout=60).content)
        return {link.from_["id"]: link.to[0].toObjectId for link in found.results}

    def _read(self, ids: list[str]) -> list[Deal]:
        found: list[Deal] = []
        for start in range(0, len(ids), LIST_PAGE):
            inputs = [{"id": each} for each in ids[start : start + LIST_PAGE]]
            found += self._post("/batch/read", {"inputs": inputs, "properties": PROPERTIES}).results
        return found

    def _post(self, path: str, body: object) -> Page:
        return decode(self._session.post(self._objects + path, json=body, timeout=60).content)


def row_of(deal: Deal, companies: dict[str, int]) -> tuple[object, ...]:
    """The record's values; amounts as whole micro-units."""
    values = [
        int(Decimal(text) * MICROS)
        if name in MONEY and (text := getattr(deal.properties, name))
        else getattr(deal.properties, name)
        for name in PROPERTIES
    ]
    return (deal.id, companies.get(deal.id), *values)


def main(address: str, database: str, way: str) -> None:
    """Pull all deals into an empty table."""
    portal = Portal(address)
    conn = sqlite3.connect(database)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    conn.execute(TABLE)
    with measured() as work:
        for deals in portal.by_list() if way == "list" else portal.by_search():
            companies = portal.companies(deals)
            with conn:
                conn.executemany(UPSERT, [row_of(deal, companies) for deal in deals])
    work.report(conn.execute("SELECT count(*) FROM deal").fetchone()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
