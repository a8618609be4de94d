"""Writes to Salesforce in collections of 200: only allow-listed fields, one answer read for every record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.answers import clean, json_reader
from connectors.port import NotAllowed, TryAgain
from connectors.salesforce.describe import describe
from connectors.salesforce.errors import LATER
from connectors.salesforce.query import query_rows
from connectors.salesforce.rows import Rows, Write
from connectors.salesforce.session import Connection
from connectors.writing import check_allowed, check_writable
from engine.model import Change, FieldInfo, Sent, Verdict

BATCH = 200
READ_MAX = 2000
LOCK_TRIES = 4
NO_RULES = {"Sforce-Auto-Assign": "FALSE"}
"""Our writes must not make territory or assignment rules run again, not even through a trigger."""

NO_PARENT = "Foreign key external ID:"
"""The record that a field refers to by key is not there yet: it may be waiting itself."""

RETRY = LATER | {
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_EXCEPTION",
    "REQUEST_RUNNING_TOO_LONG",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "PROCESSING_HALTED",
    "DUPLICATE_VALUE",
}
"""Not among them: a record that an approval process locks. That takes days, and ends by a person's decision."""
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
PASSING_TRIGGER = ("UNABLE_TO_LOCK_ROW", "CPU time limit", "Too many SOQL")
"""A trigger that failed for one of these reasons may succeed later; any other reason is the admin's to mend."""


class _Problem(msgspec.Struct):
    statusCode: str = "UNKNOWN_EXCEPTION"  # noqa: N815  Salesforce's key
    message: str = ""
    fields: list[str] = msgspec.field(default_factory=list)


class RowAnswer(msgspec.Struct):
    """What became of one record of a collection."""

    success: bool
    errors: list[_Problem] = msgspec.field(default_factory=list)

    def sent(self, change: Change) -> Sent:
        """The verdict for one of the changes that made up the write."""
        if self.success:
            return Sent(change, Verdict.WRITTEN)
        problem = self.errors[0] if self.errors else _Problem()
        named = f" ({', '.join(problem.fields)})" if problem.fields else ""
        return Sent(change, _verdict(problem), problem.statusCode, clean(problem.message) + named)


def _verdict(problem: _Problem) -> Verdict:
    if problem.statusCode in GONE:
        return Verdict.GONE
    if problem.message.startswith(NO_PARENT):
        return Verdict.RETRY
    passing = any(text in problem.message for text in PASSING_TRIGGER)
    if problem.statusCode in RETRY or (problem.statusCode == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" and passing):
        return Verdict.RETRY
    return Verdict.PARKED


class _Locked(Exception):  # noqa: N818  it is a state to wait out, handled in this file
    """Some rows are locked by somebody else's save."""


class SalesforceTarget:
    """The Salesforce side of `connectors.port.Target`. `keys` names the key field of every object that is ours."""

    def __init__(
        self,
        connection: Connection,
        allowed: Mapping[str, Collection[str]],
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._connection = connection
        self._allowed = {name: frozenset(fields) for name, fields in allowed.items()}
        self._keys = dict(keys or {})
        self._fields: dict[str, Mapping[str, FieldInfo]] = {}

    def fields(self, object: str) -> Mapping[str, FieldInfo]:  # noqa: A002  the word of the port
        """What the org says of an object's fields for the running user; asked once."""
        if object not in self._fields:
            found = describe(self._connection, [object])
            if object not in found:
                raise NotAllowed(f"{object}: the org does not show this object to the integration user.")
            self._fields[object] = {name: field.info() for name, field in found[object].by_name().items()}
        return self._fields[object]

    def write(self, object: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:  # noqa: A002
        """Batches of answers, one for every change given. Siblings are sent together, so that they never lock."""
        rows = Rows(object, self._checked(object, changes), self._keys)
        writes, parked = rows.writes(changes)
        if parked:
            yield parked
        for start in range(0, len(writes), BATCH):
            batch = writes[start : start + BATCH]
            answers = self._settle(rows.path, batch)
            yield [answers[write.record_id].sent(change) for write in batch for change in write.changes]

    def read(
        self,
        object: str,  # noqa: A002
        ids: Sequence[str],
        fields: Sequence[str],
    ) -> Mapping[str, Mapping[str, str | bool | None]]:
        """Current values in the form in which they would be written; ids that are gone are not among them."""
        rows = Rows(object, self.fields(object), self._keys)
        found = self._by_key(rows, ids, fields) if object in self._keys else self._by_id(object, ids, fields)
        return {rows.key_of(row): rows.read(row, fields) for row in found}

    def _by_id(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        decode = msgspec.json.Decoder(list[dict[str, Any] | None], float_hook=str).decode
        for start in range(0, len(ids), READ_MAX):
            body = {"ids": list(ids[start : start + READ_MAX]), "fields": ["Id", *fields]}
            path = f"composite/sobjects/{name}"
            found = self._connection.fetch("POST", path, body=body, read=lambda answer: decode(answer.content))
            yield from filter(None, found)

    def _by_key(self, rows: Rows, keys: Sequence[str], fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for text in rows.queries(keys, fields):
            yield from query_rows(self._connection, text)

    def _checked(self, name: str, changes: Sequence[Change]) -> Mapping[str, FieldInfo]:
        """Refuse before anything is sent what is not ours to write, and what the org does not let us write."""
        wanted = check_allowed(name, changes, self._allowed.get(name, frozenset()))
        known = self.fields(name)
        check_writable(name, wanted, known, ", or grant Edit on it in the permission set")
        return known

    def _settle(self, path: str, batch: Sequence[Write]) -> Mapping[str, RowAnswer]:
        """Send a batch; rows that somebody else's save has locked are sent again a few times, alone."""
        answers: dict[str, RowAnswer] = {}
        attempts = Retrying(
            stop=stop_after_attempt(LOCK_TRIES),
            wait=wait_random_exponential(multiplier=1, max=16),
            retry=retry_if_exception_type(_Locked),
            sleep=self._connection.sleep,
            retry_error_callback=lambda _: None,
        )
        attempts(self._send, path, batch, answers)
        return answers

    def _send(self, path: str, batch: Sequence[Write], answers: dict[str, RowAnswer]) -> None:
        due = [write for write in batch if write.record_id not in answers or _is_locked(answers[write.record_id])]
        body = {"allOrNone": False, "records": [write.record for write in due]}
        read = json_reader(list[RowAnswer])
        results = self._connection.fetch("PATCH", path, body=body, headers=NO_RULES, read=read)
        if len(results) != len(due):
            raise TryAgain(f"{len(due)} records were sent, but {len(results)} answered: none is taken as written.")
        answers.update({write.record_id: result for write, result in zip(due, results, strict=True)})
        if any(_is_locked(result) for result in results):
            raise _Locked


def _is_locked(answer: RowAnswer) -> bool:
    return any(problem.statusCode == "UNABLE_TO_LOCK_ROW" for problem in answer.errors)
