"""Runs one SOQL query through REST to its end, and notices when the end is not the end."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.port import TryAgain
from connectors.salesforce.records import QueryPage, Shape
from connectors.salesforce.session import Connection
from engine.model import RawRecord

PAGES_MAX = 100_000


def query_pages(
    connection: Connection, shape: Shape, soql: str, *, with_deleted: bool
) -> Iterator[QueryPage[RawRecord]]:
    """Every page of a query. A short read is an error: no page is given out as the last one unless all rows came."""
    path = "queryAll" if with_deleted else "query"
    page = connection.fetch("GET", path, params={"q": soql}, read=lambda answer: shape.page(answer.content))
    total = page.totalSize
    seen: set[str] = set()
    link = ""
    for _ in range(PAGES_MAX):
        seen.update(record.record_id for record in page.records)
        _check_total(shape.selection.object, page, total, seen=len(seen))
        yield page
        if page.done:
            return
        if not page.nextRecordsUrl or page.nextRecordsUrl == link:
            msg = f"{shape.selection.object}: Salesforce says there is more, but not where: the read is not complete."
            raise TryAgain(msg, code="PAGING")
        link = page.nextRecordsUrl
        page = connection.fetch("GET", link, read=lambda answer: shape.page(answer.content))
    raise TryAgain(f"{shape.selection.object}: more than {PAGES_MAX} pages in one query.", code="PAGING")


def _check_total(name: str, page: QueryPage[RawRecord], total: int, *, seen: int) -> None:
    """Rows may be repeated, but none may be missing, and the total may not move while we read."""
    if page.totalSize != total or (page.done and seen != total):
        raise TryAgain(f"{name}: the query has {total} rows, but {seen} came: the read is not complete.", code="TOTAL")
