"""Query cursors: the ids a query found, handed out a page at a time. Records are read when their page is asked for."""

import itertools
from collections import OrderedDict
from dataclasses import dataclass

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.ids import id18
from sandbox.salesforce.queries.query import Answer

PAGE = 2_000
_SMALLEST = 200
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """One open query. `answer.rows` is empty: rows are fetched by id, for they may change between pages."""

    locator: str
    answer: Answer
    ids: tuple[str, ...]
    user: str


class Cursors:
    """Open cursors by locator; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Cursor] = OrderedDict()
        self._numbers = itertools.count(1)

    def open(self, answer: Answer, user: str) -> Cursor:
        """Keep what a query found."""
        locator = id18(f"0r8{next(self._numbers):012d}")
        ids = tuple(str(row["Id"]) for row in answer.rows)
        answer.rows.clear()
        cursor = Cursor(locator, answer, ids, user)
        self._open[locator] = cursor
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)
        return cursor

    def find(self, locator: str, user: str) -> tuple[Cursor, int]:
        """Give the cursor and the offset that a locator names; INVALID_QUERY_LOCATOR when it names none."""
        name, _, offset = locator.rpartition("-")
        cursor = self._open.get(name)
        if cursor is None or not offset.isdigit() or int(offset) >= len(cursor.ids) or cursor.user != user:
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor, int(offset)

    def expire(self) -> None:
        """Forget every cursor."""
        self._open.clear()


def page_size(header: str | None) -> int:
    """Read `Sforce-Query-Options: batchSize=N`; out of 200..2000 it is moved to the nearest."""
    for option in (header or "").split(","):
        name, _, number = option.strip().partition("=")
        if name.lower() == "batchsize" and number.strip().isdigit():
            return max(_SMALLEST, min(PAGE, int(number)))
    return PAGE
