"""Records by list, which shows everything at once and exactly, and by batch, which reads those that are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from connectors.hubspot.records import Listed, Received, listed
from connectors.hubspot.search import count_after
from connectors.hubspot.selection import Selection
from connectors.hubspot.session import Connection
from connectors.hubspot.transport import encoded
from connectors.port import TryAgain

GROUP = 10
"""Pages that are stored together: as many records as one call tells the associations of."""

GROUPS_MAX = 100_000
URL_MAX = 2_000
"""Longer lists of properties do not fit into an address: their values are read by batch."""

T = TypeVar("T")
_END = object()


def groups(
    connection: Connection, selection: Selection, after: str | None, *, archived: bool = False
) -> Iterator[tuple[list[Received], str | None]]:
    """All records from a place on, ten pages at a time, each group with the place where the next begins."""
    for _ in range(GROUPS_MAX):
        found: list[Received] = []
        for _ in range(GROUP):
            page = page_of(connection, selection, after, archived=archived)
            found += page.results
            if page.after is not None and page.after == after:
                raise TryAgain(f"{selection.object}: HubSpot says there is more, but not where.", code="PAGING")
            after = page.after
            if after is None:
                if len(page.results) == selection.page and not archived:
                    _check_end(connection, selection, max(int(each.id) for each in page.results))
                break
        yield found, after
        if after is None:
            return
    raise TryAgain(f"{selection.object}: the list has no end.", code="PAGING")


def _check_end(connection: Connection, selection: Selection, last: int) -> None:
    """A full page need not be the last one because it names no next: the search index knows of later records."""
    if later := count_after(connection, selection.path, last):
        msg = f"{selection.object}: the list ended, but {later} records come after its end: the read is not complete."
        raise TryAgain(msg, code="PAGING")


def page_of(connection: Connection, selection: Selection, after: str | None, *, archived: bool = False) -> Listed:
    """One page of the list."""
    api = connection.hubspot.crm.objects.basic_api
    names = selection.properties
    fits = sum(len(name) + len("properties=&") for name in names) <= URL_MAX
    given = {"limit": selection.page, "archived": str(archived).lower(), **({"after": after} if after else {})}
    if fits:
        asked = {"properties": names, "properties_with_history": list(selection.history)}
        return connection.ask(api.get_page, selection.path, read=listed, **asked, **given)
    page = connection.ask(api.get_page, selection.path, read=listed, **given)
    return Listed(by_id(connection, selection, [each.id for each in page.results], archived=archived), page.paging)


def by_id(
    connection: Connection, selection: Selection, ids: Sequence[str], *, archived: bool = False
) -> list[Received]:
    """The records of these ids, as many a call as it tells; ids that are gone are not among them."""
    found: list[Received] = []
    api = connection.hubspot.crm.objects.batch_api
    past = list(selection.history)
    for start in range(0, len(ids), selection.page):
        inputs = [{"id": record_id} for record_id in dict.fromkeys(ids[start : start + selection.page])]
        body = {"inputs": inputs, "properties": selection.properties, "propertiesWithHistory": past}
        given = {"archived": "true"} if archived else {}
        found += connection.ask(api.read, selection.path, encoded(body), read=listed, **given).results
    return found


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one fetched by a thread while the caller stores the one in hand."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="next-page") as ahead:
        coming = ahead.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = ahead.submit(next, items, _END)
            yield item  # type: ignore[misc]  # anything but the mark of the end is an item
