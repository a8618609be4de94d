"""Reads HubSpot: what changed since a cursor, everything there is, or chosen records. One instance serves one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property, partial
from typing import Any

import msgspec

from connectors.canonical import FRAMES
from connectors.histories import HISTORY
from connectors.hubspot.associations import associations
from connectors.hubspot.cursor import Cursor
from connectors.hubspot.describe import Described, describe
from connectors.hubspot.lists import by_id, groups, one_ahead, page_of
from connectors.hubspot.passes import Lag, Seen, Window, windows
from connectors.hubspot.past import history, selected
from connectors.hubspot.records import Received, Shape
from connectors.hubspot.search import changed_ids
from connectors.hubspot.selection import MERGED, SPLIT_COUNT, Selection, select
from connectors.hubspot.session import Connection
from connectors.hubspot.splits import splits
from connectors.hubspot.users import Users
from connectors.hubspot.whole import OWNER_FIELDS, OWNERS, WHOLE, Whole, owners
from connectors.mapping import ASSOCIATION, CrmMapping
from connectors.normalise import SPLITS
from connectors.port import NotAllowed, Skipped, TryAgain
from connectors.wanted import Wanted, mapped_fields
from engine.model import Issue, Organization, Page, RawRecord, Severity

PRODUCTION = "STANDARD"


class _Account(msgspec.Struct):
    portalId: int  # noqa: N815  HubSpot's key
    accountType: str = PRODUCTION  # noqa: N815
    timeZone: str = "UTC"  # noqa: N815
    companyCurrency: str | None = None  # noqa: N815


class HubspotSource:
    """The HubSpot side of `connectors.port.Source`."""

    def __init__(self, connection: Connection, mapping: CrmMapping, *, lag: Lag, seen: Seen) -> None:
        self._connection = connection
        self._mapping = mapping
        self._lag = lag
        self._seen = seen
        self._described: dict[str, Described | None] = {}
        self._shapes: dict[str, Shape] = {}
        self._listed: dict[str, list[tuple[str, datetime]]] = {}
        self._closed: list[Issue] = []
        self._users = Users(connection, [each for each in _of_people(mapping) if each.field not in OWNER_FIELDS])
        self._wholes: dict[str, Whole] = {**WHOLE, OWNERS: partial(owners, users=self._users)}

    @cached_property
    def _account(self) -> _Account:
        """Asked once; the moment of the answer is the server's time of this run."""
        found = self._connection.get("/account-info/v3/details", _Account)
        self._started = self._connection.server_date
        return found

    @property
    def wanted(self) -> tuple[str, ...]:
        """The objects that are read where the portal has them."""
        mapped = [self._mapping.objects[frame].crm_object for frame in FRAMES if frame in self._mapping.objects]
        return (
            *(name for name in WHOLE if name not in mapped),
            *mapped,
            *((HISTORY,) if self._mapping.history else ()),
        )

    @property
    def objects(self) -> tuple[str, ...]:
        """What this portal has of what we want; the records named come before those that name them."""
        return tuple(name for name in self.wanted if self._has(name))

    def issues(self) -> tuple[Issue, ...]:
        """Optional properties the portal does not have."""
        found: list[Issue] = []
        for name in self.objects:
            if described := self._describe(name):
                found += select(described, mapped_fields(self._mapping, name))[1]
        return (*found, *self._users.issues(), *self._closed)

    def readable(self, object: str) -> str:  # noqa: A002  the word of the port
        """What of the object will be read, in words; the error names what is missing."""
        if object in WHOLE:
            return f"{sum(len(page) for page in self._wholes[object](self._connection))} records"
        if not self._has(object):
            return "not in this portal: left out"
        selection = self._shape(object).selection
        found = page_of(self._connection, selection, None).results
        return f"{len(selection.types or selection.history)} properties{'' if found else ', no record yet'}"

    def server_time(self) -> datetime:
        """HubSpot's clock at the start of this run (whole seconds)."""
        _ = self._account
        if self._started is None:
            raise TryAgain("HubSpot's answer carries no Date, so that there is no clock to read changes by.")
        return self._started

    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in the account today."""
        return self._connection.budget.usage()

    def organization(self) -> Organization:
        """The portal behind the credentials. Its fiscal year is the company file's to say."""
        found = self._account
        return Organization(
            org_id=str(found.portalId),
            name=f"portal {found.portalId}",
            is_sandbox=found.accountType != PRODUCTION,
            zone=found.timeZone,
            currency=found.companyCurrency,
            fiscal_year_start_month=1,
        )

    def pages(self, object: str, cursor: str | None) -> Iterator[Page]:  # noqa: A002
        """What changed since the cursor; without one, or with that of an unfinished list, the list to its end."""
        place = Cursor.read(cursor)
        if object in WHOLE:
            yield from self._whole(object)
        elif place.live is None:
            yield from self._list(self._shape(object), place)
        else:
            self._seen.forget(object, (place.settled or place.live) - 2 * self._lag.overlap)
            for window in windows(place, self.server_time(), self._lag):
                yield from self._window(self._shape(object), window, place)
                place = window.done

    def backfill(self, object: str, since: date | None, until: date | None, cursor: str | None) -> Iterator[Page]:  # noqa: A002
        """Everything last changed in [since, until). HubSpot has no bulk read: all is listed, and the rest left out."""
        if object in WHOLE:
            yield from self._whole(object)
            return
        first, last = _midnight(since), _midnight(until)
        for page in self._list(self._shape(object), Cursor.read(cursor)):
            kept = (r for r in page.records if (not first or r.stamp >= first) and (not last or r.stamp < last))
            yield Page(page.object, tuple(kept), page.cursor)

    def sweep(self, object: str) -> Iterator[Page]:  # noqa: A002
        """Everything there is and everything archived: values that HubSpot works out change without a stamp."""
        if object in WHOLE:
            return
        shape = self._shape(object)
        self._listed[object] = listed = []
        for found, _ in groups(self._connection, shape.selection, None, archived=True):
            yield Page(object, tuple(shape.record(each, {}) for each in found), cursor="")
        for page in self._list(shape, Cursor()):
            listed += [(record.record_id, record.stamp) for record in page.records if not record.deleted]
            yield page

    def ids(self, object: str) -> Iterator[tuple[str, datetime]]:  # noqa: A002
        """Every live record's id and change stamp, as the sweep of this run has seen them."""
        if object in WHOLE:
            yield from ((r.record_id, r.stamp) for page in self._wholes[object](self._connection) for r in page)
            return
        if object not in self._listed:
            for _ in self.sweep(object):
                continue
        yield from self._listed[object]

    def records(self, object: str, ids: Sequence[str]) -> Iterator[Page]:  # noqa: A002
        """The records as they are now. Their pages carry no cursor."""
        if object in WHOLE:
            chosen = set(ids)
            for page in self._wholes[object](self._connection):
                yield Page(object, tuple(record for record in page if record.record_id in chosen), cursor="")
            return
        shape = self._shape(object)
        yield Page(object, self._completed(shape, by_id(self._connection, shape.selection, ids)), cursor="")

    def _whole(self, name: str) -> Iterator[Page]:
        for records in self._wholes[name](self._connection):
            yield Page(name, tuple(records), Cursor().text())

    def _list(self, shape: Shape, place: Cursor) -> Iterator[Page]:
        """The list from a place on; changes made while we read are left to the first windows after it."""
        started = place.started or self.server_time()

        def pages() -> Iterator[Page]:
            for found, after in groups(self._connection, shape.selection, place.after or None):
                onward = Cursor(started=started, after=after) if after else Cursor(live=started, settled=started)
                yield Page(shape.selection.object, self._completed(shape, found), onward.text())

        yield from one_ahead(pages())

    def _window(self, shape: Shape, window: Window, place: Cursor) -> Iterator[Page]:
        """What changed in one window, and an empty page at its end: only that one moves the cursor."""
        name, path = shape.selection.object, shape.selection.path
        for hits in changed_ids(self._connection, path, window.since, window.until, in_order=window.settled):
            if ids := self._seen.unread(name, hits):
                yield Page(name, self._read(shape, ids), place.text())
            self._seen.stored(name, hits, window.until)
        yield Page(name, (), window.done.text())

    def _read(self, shape: Shape, ids: list[str]) -> tuple[RawRecord, ...]:
        """The records of ids from the index; those that were archived meanwhile say so."""
        found = by_id(self._connection, shape.selection, ids)
        missing = sorted(set(ids) - {each.id for each in found})
        gone = by_id(self._connection, shape.selection, missing, archived=True) if missing else []
        return (*self._completed(shape, found), *(shape.record(each, {}) for each in gone))

    def _completed(self, shape: Shape, found: list[Received]) -> tuple[RawRecord, ...]:
        """Records with what HubSpot keeps beside their properties."""
        if shape.selection.history:
            return tuple(history(each, self._mapping) for each in found)
        beside = self._beside(shape.selection, found)
        owned = shape.selection.object == self._line_object
        records = []
        for each in found:
            extra = {name: values.get(each.id) for name, values in beside.items()}
            record = shape.record(each, extra)
            records.append(record._replace(deleted=True) if owned and not any(extra.values()) else record)
            if each.properties.get(MERGED):
                records += shape.merged_away(each)
        return tuple(records)

    def _beside(self, selection: Selection, found: list[Received]) -> dict[str, Any]:
        ids = [each.id for each in found]
        beside: dict[str, Any] = {
            ASSOCIATION + to: associations(self._connection, selection.path, to, ids)
            for to in (selection.associations if ids else ())
        }
        if self._mapping.deal_splits and selection.object == self._mapping.deal_object:
            split = [each.id for each in found if (each.properties.get(SPLIT_COUNT) or "0") != "0"]
            beside[SPLITS] = splits(self._connection, split)
        return beside

    @property
    def _line_object(self) -> str | None:
        """Line items belong to a deal or to a quote; those of quotes repeat the deal's and are not ours."""
        mapped = self._mapping.objects.get("deal_lines")
        return mapped.crm_object if mapped else None

    def _has(self, name: str) -> bool:
        if name in WHOLE or name == HISTORY or self._describe(name) is not None:
            return True
        frame = self._mapping.frame_of(name)
        if frame and self._mapping.objects[frame].optional:
            return False
        msg = f"{name}: the portal does not show this object. Correct the mapping, or grant the scope to read it."
        raise NotAllowed(msg, code="OBJECT")

    def _describe(self, name: str) -> Described | None:
        if name not in self._described:
            self._described[name] = None if name in WHOLE or name == HISTORY else self._ask(name)
        return self._described[name]

    def _ask(self, name: str) -> Described | None:
        """The object's definition; one that we may not see is an issue where the mapping can do without it."""
        frame = self._mapping.frame_of(name)
        try:
            return describe(self._connection, name)
        except NotAllowed as problem:
            if frame is None or not self._mapping.objects[frame].optional:
                raise
            remedy = "Grant the scope, or remove the object from the mapping."
            self._closed.append(Issue("object_not_readable", Severity.WARNS, name, str(problem), remedy))
            return None

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            described = self._describe(self._mapping.deal_object if name == HISTORY else name)
            if described is None:
                raise Skipped(f"{name}: this portal does not have the object.")
            wanted = None if name == HISTORY else mapped_fields(self._mapping, name)
            self._shapes[name] = Shape(select(described, wanted)[0] if wanted else selected(described, self._mapping))
        return self._shapes[name]


def _of_people(mapping: CrmMapping) -> tuple[Wanted, ...]:
    return mapped_fields(mapping, mapping.objects["people"].crm_object)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
