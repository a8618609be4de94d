"""Runs one SOQL query through REST to its end, and notices when the end is not the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from connectors.port import TryAgain
from connectors.salesforce.records import QueryPage, Shape
from connectors.salesforce.session import Connection
from engine.model import RawRecord

PAGES_MAX = 100_000
Ask = Callable[[str], Future[QueryPage[RawRecord]]]


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
