"""Bulk 2.0 queries: a job that outlives us, whose results are streamed and can be fetched again from any place."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

import msgspec
import requests
import urllib3

from connectors.answers import Interrupted, json_reader
from connectors.port import ConnectorError, NotAllowed, Refused, TryAgain
from connectors.salesforce.cursor import Cursor
from connectors.salesforce.errors import LocatorLost
from connectors.salesforce.records import Shape
from connectors.salesforce.session import CSV, Connection
from engine.model import Page

ROWS_A_CALL = 50_000
ROWS_A_PAGE = 10_000
POLL_S = 1.0
POLL_S_MAX = 30.0
JOB_S_MAX = 4 * 3600.0
RESUMES_MAX = 5
CHUNK_S_MAX = 1800.0
CELL_MAX = 2**27
NO_CONTENT = 204
UNFINISHED = frozenset({"UploadComplete", "InProgress", "Open"})


class BulkRefused(Refused):
    """Bulk does not do this object or query: ask through REST."""


class _Job(msgspec.Struct):
    id: str
    state: str
    numberRecordsProcessed: int = 0  # noqa: N815  Salesforce's key


class BulkQuery:
    """Query jobs of one shape."""

    def __init__(self, connection: Connection, shape: Shape, *, with_deleted: bool = True) -> None:
        self._connection = connection
        self._shape = shape
        self._operation = "queryAll" if with_deleted else "query"
        csv.field_size_limit(CELL_MAX)

    def start(self, soql: str) -> str:
        """Create a job; its id is worth keeping before anything else is done."""
        body = {"operation": self._operation, "query": soql}
        try:
            return self._connection.fetch("POST", "jobs/query", body=body, read=json_reader(_Job)).id
        except (Refused, NotAllowed) as problem:
            raise BulkRefused(str(problem), code=problem.code) from None

    def pages(self, place: Cursor) -> Iterator[Page]:
        """The results from a place on. Each page's cursor is a place; the last one's says where changes go on from."""
        job_id, resumes = place.job, 0
        total = self._wait(job_id)
        while place.job:
            try:
                for page, after in self._chunk(place, total):
                    place, resumes = after, 0
                    yield page
            except Interrupted as problem:
                resumes += 1
                if resumes > RESUMES_MAX:
                    raise
                self._connection.sleep(problem.wait_s or POLL_S * 2**resumes)
        self._forget(job_id)

    def _wait(self, job_id: str) -> int:
        """Poll until the job is complete; how many rows it has."""
        deadline = self._connection.monotonic() + JOB_S_MAX
        pause = POLL_S
        while (job := self._job(job_id)).state in UNFINISHED:
            if self._connection.monotonic() + pause > deadline:
                raise TryAgain(f"bulk job {job_id} is still {job.state} after {JOB_S_MAX:.0f} s.", code="BULK_SLOW")
            self._connection.sleep(pause)
            pause = min(pause * 1.5, POLL_S_MAX)
        if job.state != "JobComplete":
            raise BulkRefused(f"bulk job {job_id} ended as {job.state}.", code=job.state)
        return job.numberRecordsProcessed

    def _job(self, job_id: str) -> _Job:
        try:
            return self._connection.get(f"jobs/query/{job_id}", _Job)
        except Refused as problem:
            raise LocatorLost(f"bulk job {job_id} is no longer kept: {problem}", code=problem.code) from None

    def _chunk(self, place: Cursor, total: int) -> Iterator[tuple[Page, Cursor]]:
        """One results call, cut into pages; the place after each."""
        params = {"maxRecords": str(ROWS_A_CALL)} | ({"locator": place.locator} if place.locator else {})
        answer = self._connection.call("GET", f"jobs/query/{place.job}/results", accept=CSV, params=params, stream=True)
        with answer:
            if answer.status_code == NO_CONTENT:
                raise Interrupted(f"bulk job {place.job}: the results are not ready yet.", wait_s=POLL_S)
            rows = self._rows(answer)
            order = next(rows, [])
            stated = answer.headers.get("Sforce-NumberOfRecords", "")
            self._check_header(order)
            count = place.skip
            for batch, last in _batches(islice(rows, place.skip, None)):
                count += len(batch)
                after = msgspec.structs.replace(place, skip=count)
                if last:
                    self._check_count(count, stated)
                    after = _onward(place, answer.headers.get("Sforce-Locator", "null"))
                records = tuple(self._shape.from_cells(order, batch))
                yield Page(self._shape.selection.object, records, after.text(), total), after

    def _rows(self, answer: requests.Response) -> Iterator[list[str]]:
        """CSV rows as they arrive; a cell may hold newlines, and NUL characters are dropped."""
        answer.raw.decode_content = True
        answer.raw.auto_close = False  # the wrappers still ask for the end of a body that has ended
        lines = io.TextIOWrapper(io.BufferedReader(cast("io.RawIOBase", answer.raw)), encoding="utf-8", newline="")
        deadline = self._connection.monotonic() + CHUNK_S_MAX
        try:
            for row in csv.reader((line.replace("\0", "") for line in lines), strict=True):
                yield row
                if self._connection.monotonic() > deadline:
                    raise Interrupted(f"one part of the bulk results took more than {CHUNK_S_MAX:.0f} s.")
        except (urllib3.exceptions.HTTPError, UnicodeDecodeError, csv.Error, OSError) as problem:
            raise Interrupted(f"the bulk results broke off: {type(problem).__name__}.") from None

    def _forget(self, job_id: str) -> None:
        """Results are kept for days otherwise; that this fails is nobody's loss."""
        with contextlib.suppress(ConnectorError):
            self._connection.call("DELETE", f"jobs/query/{job_id}")

    def _check_header(self, order: Sequence[str]) -> None:
        if sorted(order) != sorted(self._shape.selection.fields):
            name = self._shape.selection.object
            msg = f"{name}: the bulk results have other columns than were asked for. Nothing was stored."
            raise Refused(msg, code="SHAPE")

    def _check_count(self, count: int, stated: str) -> None:
        if stated.isdigit() and int(stated) != count:
            name = self._shape.selection.object
            raise Interrupted(f"{name}: {stated} bulk rows were announced, but {count} came.")


def _onward(place: Cursor, locator: str) -> Cursor:
    """The next chunk, or, at the end, the moment from which changes are to be read."""
    if locator == "null":
        return Cursor(since=place.since)
    return msgspec.structs.replace(place, locator=locator, skip=0)


def _batches(rows: Iterator[list[str]]) -> Iterator[tuple[list[list[str]], bool]]:
    """Pages of rows, one held back so that the last is known as such; at least one page, though it be empty."""
    batch = list(islice(rows, ROWS_A_PAGE))
    while following := list(islice(rows, ROWS_A_PAGE)):
        yield batch, False
        batch = following
    yield batch, True
