"""Reads Salesforce: what changed since a cursor, everything in bulk, or chosen records. One instance serves one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import msgspec

from connectors.canonical import FRAMES
from connectors.histories import HISTORY
from connectors.mapping import CrmMapping
from connectors.port import NotAllowed, Refused, Skipped, TryAgain
from connectors.salesforce import soql
from connectors.salesforce.bulk import BulkQuery, BulkRefused
from connectors.salesforce.cursor import Cursor
from connectors.salesforce.describe import Described, describe
from connectors.salesforce.errors import LocatorLost
from connectors.salesforce.past import DEALS, STAGES, TRACKED, histories, untracked
from connectors.salesforce.query import query_pages
from connectors.salesforce.records import QueryPage, Shape
from connectors.salesforce.session import Connection
from connectors.salesforce.windows import Windows
from engine.model import Issue, Organization, Page, RawRecord

OVERLAP = timedelta(minutes=15)
"""Re-read before the cursor: a change becomes visible up to the length of its transaction (10 min at most) late."""

IDS_MAX = 2000
BULK_FROM = 2_000
"""Rows from which a bulk job, which has to queue, is the better way for a backfill."""

IDS_BULK_FROM = 50_000
SECOND = timedelta(seconds=1)
BEFORE = ("Organization", "OpportunityStage", "CurrencyType", "DatedConversionRate", "UserRole")
IN_SINGLE_CURRENCY_ORGS_ABSENT = frozenset({"CurrencyType", "DatedConversionRate"})


class _Count(msgspec.Struct):
    name: str
    count: int


class _Counts(msgspec.Struct):
    sObjects: list[_Count]  # noqa: N815  Salesforce's key


class SalesforceSource:
    """The Salesforce side of `connectors.port.Source`."""

    def __init__(self, connection: Connection, mapping: CrmMapping, *, overlap: timedelta = OVERLAP) -> None:
        if overlap < timedelta(0):
            raise ValueError("the overlap cannot be negative")
        self._connection = connection
        self._mapping = mapping
        self._overlap = overlap
        self._shapes: dict[str, Shape] = {}

    @cached_property
    def _described(self) -> dict[str, Described]:
        """Asked once; the moment of the answer is the server's time of this run."""
        asked = [name for name in self.wanted if name != HISTORY]
        found = dict(describe(self._connection, asked + ([STAGES, TRACKED] if self._mapping.history else [])))
        self._started = self._connection.server_date
        return found

    @cached_property
    def _counts(self) -> dict[str, int]:
        """About how many rows each object has, asked once; an org that does not say is taken to have many."""
        try:
            names = ",".join(name for name in self.objects if name != HISTORY)
            answer = self._connection.get("limits/recordCount", _Counts, params={"sObjects": names})
        except (Refused, NotAllowed):
            return {}
        return {each.name: each.count for each in answer.sObjects}

    @property
    def wanted(self) -> tuple[str, ...]:
        """The objects that the mapping asks for, whether or not the org has them."""
        frames = [frame for frame in FRAMES if frame in self._mapping.objects]
        mapped = tuple(self._mapping.objects[frame].crm_object for frame in frames)
        return BEFORE + mapped + ((HISTORY,) if self._mapping.history else ())

    @property
    def objects(self) -> tuple[str, ...]:
        """What this org has of what we want; the records named come before those that name them."""
        return tuple(name for name in self.wanted if self._has(name))

    def issues(self) -> tuple[Issue, ...]:
        """Optional fields and objects the org does not show."""
        found: list[Issue] = []
        if self._mapping.history and TRACKED not in self._described:
            found.append(untracked())
        for name in self.objects:
            if name == HISTORY:
                continue
            _, issues = soql.select(self._described[name], soql.wanted_fields(self._mapping, name))
            found.extend(issues)
        return tuple(found)

    def readable(self, object: str) -> str:  # noqa: A002
        """How many fields of the object will be read, in words; the error names what is missing."""
        if not self._has(object):
            return "not in this org: left out"
        return f"{len(self._shape(object).selection.fields)} fields"

    def server_time(self) -> datetime:
        """Salesforce's clock at the start of this run (whole seconds)."""
        _ = self._described
        if self._started is None:
            raise TryAgain("Salesforce's answer carries no Date, so that there is no clock to read changes by.")
        return self._started

    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in the org today."""
        return self._connection.budget.usage()

    def organization(self) -> Organization:
        """The org behind the credentials."""
        shape = self._shape("Organization")
        pages = query_pages(self._connection, shape, soql.query(shape.selection), with_deleted=False)
        rows = [msgspec.json.decode(record.body, type=dict[str, Any]) for page in pages for record in page.records]
        if len(rows) != 1:
            raise Refused(f"the org has {len(rows)} Organization records instead of one.")
        row = rows[0]
        return Organization(
            org_id=row["Id"],
            name=row["Name"] or "",
            is_sandbox=bool(row.get("IsSandbox")),
            zone=row.get("TimeZoneSidKey") or "UTC",
            currency=row.get("DefaultCurrencyIsoCode"),
            fiscal_year_start_month=int(row.get("FiscalYearStartMonth") or 1),
        )

    def pages(self, object: str, cursor: str | None) -> Iterator[Page]:  # noqa: A002  the word of the port
        """What changed since the cursor; its pages are in the order of change, so that each page's cursor is safe."""
        place = Cursor.read(cursor)
        if place.job:
            raise Refused(f"{object}: this cursor is of an unfinished backfill. Resume the backfill first.")
        shape = self._shape(object)
        if not shape.selection.stamped:
            yield from self._whole(shape)
            return
        since = place.since - self._overlap if place.since else None
        pages = self._window(shape, since, self.server_time() + SECOND, Cursor(since=place.since))
        yield from map(self._with_pasts, pages) if object == HISTORY else pages

    def backfill(self, object: str, since: date | None, until: date | None, cursor: str | None) -> Iterator[Page]:  # noqa: A002
        """Everything last changed in [since, until), by a Bulk 2.0 job that outlives a crash."""
        shape = self._shape(object)
        if not shape.selection.stamped:
            yield from self._whole(shape)
            return
        place = Cursor.read(cursor)
        since_when = _midnight(since) if place.job or place.since is None else place.since
        window = since_when, _midnight(until) or self.server_time() + SECOND
        if object == HISTORY:
            yield from map(self._with_pasts, self._window(shape, *window, Cursor()))
            return
        if not place.job and self._counts.get(object, BULK_FROM) < BULK_FROM:
            yield from self._window(shape, *window, Cursor())
            return
        try:
            yield from self._bulk(shape, window, place)
        except BulkRefused:
            yield from self._window(shape, *window, Cursor())

    def ids(self, object: str) -> Iterator[tuple[str, datetime]]:  # noqa: A002
        """Every live record's id and change stamp."""
        full = self._shape(object).selection
        names = [name for name in ("Id", soql.STAMP) if name in full.types]
        shape = Shape(soql.Selection(object, {name: full.types[name] for name in names}))
        text = soql.query(shape.selection)
        for page in self._counted(shape, text):
            yield from ((record.record_id, record.stamp) for record in page)

    def sweep(self, object: str) -> Iterator[Page]:  # noqa: A002, ARG002
        """Nothing: every change of a record moves its stamp, but for formulas, which are not promised."""
        yield from ()

    def records(self, object: str, ids: Sequence[str]) -> Iterator[Page]:  # noqa: A002
        """The records as they are now, 2,000 a call. Their pages carry no cursor."""
        shape = self._shape(object)
        for start in range(0, len(ids), IDS_MAX):
            body = {"ids": list(ids[start : start + IDS_MAX]), "fields": list(shape.selection.fields)}
            path = f"composite/sobjects/{object}"
            rows = self._connection.fetch("POST", path, body=body, read=lambda answer: shape.listed(answer.content))
            yield Page(object, tuple(rows), cursor="")

    def _bulk(self, shape: Shape, window: tuple[datetime | None, datetime], place: Cursor) -> Iterator[Page]:
        """Go on with the job of the place, or start one; a job that is no longer kept is started anew."""
        bulk = BulkQuery(self._connection, shape)
        text = soql.query(shape.selection) + soql.between(*window)
        onward = min(window[1], self.server_time())
        if place.job:
            try:
                yield from bulk.pages(place)
            except LocatorLost:
                place = Cursor()
            else:
                return
        yield from bulk.pages(Cursor(job=bulk.start(text), since=onward))

    def _counted(self, shape: Shape, text: str) -> Iterator[Sequence[RawRecord]]:
        """Through REST, unless the first page says that Bulk is the better way."""
        for page in query_pages(self._connection, shape, text, with_deleted=False):
            if page.totalSize > IDS_BULK_FROM:
                bulk = BulkQuery(self._connection, shape, with_deleted=False)
                yield from (chunk.records for chunk in bulk.pages(Cursor(job=bulk.start(text))))
                return
            yield page.records

    def _whole(self, shape: Shape) -> Iterator[Page]:
        """A small object that keeps no change stamps is read whole every time."""
        done = Cursor(since=self.server_time()).text()
        for page in query_pages(self._connection, shape, soql.query(shape.selection), with_deleted=False):
            yield Page(
                shape.selection.object, tuple(page.records), done if page.done else Cursor().text(), page.totalSize
            )

    def _window(self, shape: Shape, since: datetime | None, until: datetime, place: Cursor) -> Iterator[Page]:
        """[since, until) in slices that Salesforce manages in time, each resumed at its last row when it is cut off."""
        name = shape.selection.object
        windows = Windows(since, until)
        while windows.open:
            try:
                for page in self._slice(shape, windows):
                    place = Cursor(since=max(filter(None, (place.since, windows.reached)), default=None))
                    last = page.done and windows.last
                    if last:
                        place = Cursor(since=until - SECOND)
                    yield Page(name, tuple(page.records), place.text(), page.totalSize)
            except TryAgain as problem:
                windows.shrink_or_restart(problem)
            else:
                windows.advance()

    def _with_pasts(self, page: Page) -> Page:
        """The histories of the deals on a page, in their place."""
        found = histories(self._connection, page.records, tracked=TRACKED in self._described)
        return Page(HISTORY, tuple(found), page.cursor, page.expected)

    def _slice(self, shape: Shape, windows: Windows) -> Iterator[QueryPage[RawRecord]]:
        text = soql.query(shape.selection) + soql.between(windows.since, windows.until) + soql.BY_STAMP
        for page in query_pages(self._connection, shape, text, with_deleted=True):
            windows.saw([record.stamp for record in page.records])
            yield page

    def _has(self, name: str) -> bool:
        if (STAGES if name == HISTORY else name) in self._described:
            return True
        if name in IN_SINGLE_CURRENCY_ORGS_ABSENT:
            return False
        frame = self._mapping.frame_of(name)
        if name in soql.FIXED and name != "Organization":
            return False
        if frame and self._mapping.objects[frame].optional:
            return False
        msg = f"{name}: the org does not show this object. Grant the integration user Read (and View All) on it."
        raise NotAllowed(msg, code="INVALID_TYPE")

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            if not self._has(name):
                raise Skipped(f"{name}: this org does not have the object.")
            self._shapes[name] = Shape(DEALS if name == HISTORY else self._selected(name))
        return self._shapes[name]

    def _selected(self, name: str) -> soql.Selection:
        return soql.select(self._described[name], soql.wanted_fields(self._mapping, name))[0]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
