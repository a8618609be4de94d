"""Runs one SOQL query through REST to its end, and notices when the end is not the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec

from connectors.port import TryAgain
from connectors.salesforce.records import QueryPage, Shape
from connectors.salesforce.session import Connection
from engine.model import RawRecord

PAGES_MAX = 100_000
Ask = Callable[[str], Future[QueryPage[RawRecord]]]


class _Rows(msgspec.Struct):
    totalSize: int  # noqa: N815  Salesforce's key
    records: list[dict[str, Any]]
    nextRecordsUrl: str | None = None  # noqa: N815


_rows = msgspec.json.Decoder(_Rows, float_hook=str).decode
"""Numbers with decimals as the text that came."""


def query_rows(connection: Connection, soql: str) -> list[dict[str, Any]]:
    """All records of a query whose answer is small, as they came."""
    found: list[dict[str, Any]] = []
    path, options = "query", {"params": {"q": soql}}
    for _ in range(PAGES_MAX):
        page = connection.fetch("GET", path, read=lambda answer: _rows(answer.content), **options)
        found += page.records
        if page.nextRecordsUrl is None:
            return found
        path, options = page.nextRecordsUrl, {}
    raise TryAgain(f"more than {PAGES_MAX} pages in one query.", code="PAGING")


def query_count(connection: Connection, soql: str) -> int:
    """The answer to a `SELECT COUNT()`."""
    return connection.fetch("GET", "query", read=lambda answer: _rows(answer.content), params={"q": soql}).totalSize


def query_pages(
    connection: Connection, shape: Shape, soql: str, *, with_deleted: bool
) -> Iterator[QueryPage[RawRecord]]:
    """Every page of a query; the next one is fetched while the caller stores the one in hand.

    A short read is an error: no page is given out as the last one unless all rows came.
    """

    def fetch(path: str, **options: Any) -> QueryPage[RawRecord]:
        return connection.fetch("GET", path, read=lambda answer: shape.page(answer.content), **options)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="next-page") as ahead:
        first = ahead.submit(fetch, "queryAll" if with_deleted else "query", params={"q": soql})
        yield from _pages(lambda link: ahead.submit(fetch, link), shape.selection.object, first)


def _pages(ask: Ask, name: str, coming: Future[QueryPage[RawRecord]]) -> Iterator[QueryPage[RawRecord]]:
    seen: set[str] = set()
    link, total = "", None
    for _ in range(PAGES_MAX):
        page = coming.result()
        total = page.totalSize if total is None else total
        seen.update(record.record_id for record in page.records)
        _check_total(name, page, total, seen=len(seen))
        onward = None if page.done or page.nextRecordsUrl == link else page.nextRecordsUrl
        if onward:
            link, coming = onward, ask(onward)
        yield page
        if page.done:
            return
        if not onward:
            msg = f"{name}: Salesforce says there is more, but not where: the read is not complete."
            raise TryAgain(msg, code="PAGING")
    raise TryAgain(f"{name}: more than {PAGES_MAX} pages in one query.", code="PAGING")


def _check_total(name: str, page: QueryPage[RawRecord], total: int, *, seen: int) -> None:
    """Rows may be repeated, but none may be missing, and the total may not move while we read."""
    if page.totalSize != total or (page.done and seen != total):
        raise TryAgain(f"{name}: the query has {total} rows, but {seen} came: the read is not complete.", code="TOTAL")
