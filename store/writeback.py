"""The write-back table: what we want the CRM to say, what it confirmed, what is due.

Setting a field twice is harmless, so a crash between sending and marking costs one repeated write and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from engine.model import Change, Sent, Verdict
from store.bulk import among, execute_many
from store.instants import instant_text
from store.tables import table

DESIRED = table("desired_value")

ROWS_AT_ONCE = 10_000

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
ATTEMPTS_MAX = 20
"""After so many transient failures in a row (about 15 hours) the write is parked, where a person sees it."""

INSERT = sa.text(
    "INSERT INTO desired_value (object, record_id, ordered_by, fields, volatile, fingerprint, state, attempts,"
    " error_code, error_message) VALUES (:object, :record_id, :ordered_by, :fields, :volatile, :fingerprint, 'due', 0,"
    " '', '')"
)
REPLACE = sa.text(
    "UPDATE desired_value SET ordered_by = :ordered_by, fields = :fields, volatile = :volatile,"
    " fingerprint = :fingerprint, sent_fingerprint = CASE WHEN state = 'sent' THEN sent_fingerprint END,"
    " state = 'due', attempts = 0, next_try_at = NULL, error_code = '', error_message = ''"
    " WHERE object = :object AND record_id = :record_id"
)
"""A row that was due already may have been sent without our knowing the answer, hence what the CRM holds is unknown."""

REORDER = sa.text("UPDATE desired_value SET ordered_by = :ordered_by WHERE object = :object AND record_id = :record_id")
MARK_WRITTEN = sa.text(
    "UPDATE desired_value SET sent_fingerprint = :sent, attempts = 0, next_try_at = NULL, error_code = '',"
    " error_message = '', state = CASE WHEN fingerprint = :same THEN 'sent' ELSE 'due' END"
    " WHERE object = :object AND record_id = :record_id"
)
MARK_FAILED = sa.text(
    "UPDATE desired_value SET state = :state, attempts = :attempts, next_try_at = :next_try_at,"
    " error_code = :error_code, error_message = :error_message"
    " WHERE object = :object AND record_id = :record_id AND fingerprint = :fingerprint"
)
"""Not for a row whose wanted value changed meanwhile: the failure says nothing about the new one."""

UNPARK = sa.text(
    "UPDATE desired_value SET state = 'due', attempts = 0, next_try_at = NULL"
    " WHERE object = :object AND record_id = :record_id AND state IN ('parked', 'gone')"
)

UNPARK_ALL = sa.text(
    "UPDATE desired_value SET state = 'due', attempts = 0, next_try_at = NULL"
    " WHERE object = :object AND state IN ('parked', 'gone')"
)
SEND_AGAIN = sa.text(
    "UPDATE desired_value SET state = 'due', sent_fingerprint = NULL, attempts = 0, next_try_at = NULL"
    " WHERE object = :object AND record_id = :record_id AND state IN ('sent', 'due')"
)
CONFIRM = sa.text(
    "UPDATE desired_value SET state = 'sent', sent_fingerprint = fingerprint, attempts = 0, next_try_at = NULL,"
    " error_code = '', error_message = ''"
    " WHERE object = :object AND record_id = :record_id AND state IN ('sent', 'due')"
)


class Wanted(NamedTuple):
    """The fields one record should show. `volatile` fields are sent along but never make a record due."""

    record_id: str
    ordered_by: str
    fields: Mapping[str, str | bool | None]
    volatile: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Parked:
    """A write the CRM refuses until somebody mends the record, the permission or our value."""

    object: str
    record_id: str
    code: str
    message: str
    attempts: int


class _Row(NamedTuple):
    fingerprint: str
    ordered_by: str
    volatile: str
    attempts: int
    error_code: str


def fingerprint(fields: Mapping[str, object], volatile: Collection[str]) -> str:
    """Hash of the fields that count; dates count as their ISO text, the order of fields does not."""
    counted = {name: value for name, value in fields.items() if name not in volatile}
    return hashlib.sha256(json.dumps(counted, sort_keys=True, default=str).encode()).hexdigest()


def desire(conn: sa.Connection, crm_object: str, wanted: Iterable[Wanted]) -> int:
    """Want these values from now on; answers for how many records that is news.

    A changed value clears what an earlier one met: failed tries, parking.
    """
    return len(desire_each(conn, crm_object, wanted))


def desire_each(
    conn: sa.Connection, crm_object: str, wanted: Iterable[Wanted], anyway: Collection[str] = ()
) -> set[str]:
    """Like `desire`, but answers for which records it is news; those of `anyway` are due with it whatever they say."""
    remaining, changed = iter(wanted), set[str]()
    while some := {one.record_id: one for one in islice(remaining, ROWS_AT_ONCE)}:
        changed |= _desire(conn, crm_object, some, anyway)
    return changed


def _desire(conn: sa.Connection, crm_object: str, wanted: Mapping[str, Wanted], anyway: Collection[str]) -> set[str]:
    known = _rows(conn, crm_object, wanted)
    new, replaced, reordered = [], [], []
    for record_id, one in wanted.items():
        print_ = fingerprint(one.fields, one.volatile)
        content = (json.dumps(dict(one.fields), ensure_ascii=False), json.dumps(sorted(one.volatile)), print_)
        row = known.get(record_id)
        if row is None:
            new.append((crm_object, record_id, one.ordered_by, *content))
        elif row.fingerprint != print_ or record_id in anyway:
            replaced.append((one.ordered_by, *content, crm_object, record_id))
        elif row.ordered_by != one.ordered_by:
            reordered.append((one.ordered_by, crm_object, record_id))
    execute_many(conn, INSERT, new)
    execute_many(conn, REPLACE, replaced)
    execute_many(conn, REORDER, reordered)
    return {row[1] for row in new} | {row[-1] for row in replaced}


def _rows(conn: sa.Connection, crm_object: str, ids: Iterable[str]) -> dict[str, _Row]:
    columns = (DESIRED.c[name] for name in ("record_id", *_Row._fields))
    chosen = sa.select(*columns).where(DESIRED.c.object == crm_object)
    rows = conn.execute(chosen.where(DESIRED.c.record_id.in_(among(ids)))).all()
    return {row[0]: _Row._make(row[1:]) for row in rows}


def due(
    conn: sa.Connection, crm_object: str, now: datetime, limit: int, after: tuple[str, str] | None = None
) -> list[Change]:
    """The next writes in sending order; `after` is (ordered_by, record_id) of the last one already taken."""
    row = DESIRED.c
    chosen = (
        sa.select(row.record_id, row.fields, row.ordered_by)
        .where(row.object == crm_object, row.state == "due")
        .where(row.next_try_at.is_(None) | (row.next_try_at <= instant_text(now)))
        .order_by(row.ordered_by, row.record_id)
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(sa.tuple_(row.ordered_by, row.record_id) > after)
    return [
        Change(crm_object, record_id, tuple(json.loads(fields).items()), ordered_by)
        for record_id, fields, ordered_by in conn.execute(chosen)
    ]


def mark(conn: sa.Connection, sents: Sequence[Sent], now: datetime) -> list[Sent]:
    """Keep what became of writes, in a transaction of its own right after the CRM answered.

    Answers those parked now that were not already refused with the same code the last time: the others are no news.
    """
    news = []
    for crm_object in sorted({sent.change.object for sent in sents}):
        of_object = [sent for sent in sents if sent.change.object == crm_object]
        rows = _rows(conn, crm_object, [sent.change.record_id for sent in of_object])
        written, failed = [], []
        for sent in of_object:
            record_id, row = sent.change.record_id, rows[sent.change.record_id]
            print_ = fingerprint(dict(sent.change.fields), json.loads(row.volatile))
            if sent.verdict is Verdict.WRITTEN:
                written.append((print_, print_, crm_object, record_id))
            else:
                if sent.verdict is Verdict.PARKED and sent.code != row.error_code:
                    news.append(sent)
                outcome = _failed(sent.verdict, row.attempts + 1, now)
                failed.append((*outcome, sent.code, sent.message, crm_object, record_id, print_))
        execute_many(conn, MARK_WRITTEN, written)
        execute_many(conn, MARK_FAILED, failed)
    return news


def _failed(verdict: Verdict, attempts: int, now: datetime) -> tuple[str, int, str | None]:
    """State, attempts and next try after a failure: waits double from FIRST_WAIT up to LONGEST_WAIT."""
    if verdict is Verdict.GONE:
        return "gone", attempts, None
    if verdict is Verdict.PARKED or attempts >= ATTEMPTS_MAX:
        return "parked", attempts, None
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return "due", attempts, instant_text(now + wait)


def unpark(conn: sa.Connection, crm_object: str, ids: Collection[str] | None) -> None:
    """Try again what was parked or gone, because the records changed; None tries all of the object."""
    if ids is None:
        conn.execute(UNPARK_ALL, {"object": crm_object})
    else:
        execute_many(conn, UNPARK, [(crm_object, record_id) for record_id in ids])


def confirmed(
    conn: sa.Connection, crm_object: str, states: Collection[str] = ("sent",)
) -> dict[str, dict[str, str | bool | None]]:
    """What the CRM should hold by our last word with it, by record; fields that never make a record due left out.

    Other `states` tell what it should hold by then.
    """
    row = DESIRED.c
    chosen = sa.select(row.record_id, row.fields, row.volatile).where(row.object == crm_object, row.state.in_(states))
    return {
        record_id: {name: value for name, value in json.loads(fields).items() if name not in json.loads(volatile)}
        for record_id, fields, volatile in conn.execute(chosen)
    }


def send_again(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> None:
    """The CRM does not say what we want: these records are due, whatever we believed of them."""
    execute_many(conn, SEND_AGAIN, [(crm_object, record_id) for record_id in ids])


def confirm(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> None:
    """The CRM was seen to say what we want of these records: they need not be written."""
    execute_many(conn, CONFIRM, [(crm_object, record_id) for record_id in ids])


def parked(conn: sa.Connection) -> Iterator[Parked]:
    """Every parked write with the CRM's own words."""
    row = DESIRED.c
    chosen = sa.select(row.object, row.record_id, row.error_code, row.error_message, row.attempts)
    for found in conn.execute(chosen.where(row.state == "parked").order_by(row.object, row.record_id)):
        yield Parked(*found)


def counts(conn: sa.Connection) -> dict[str, dict[str, int]]:
    """How many rows are in which state (`due`, `sent`, `parked`, `gone`), by object."""
    row = DESIRED.c
    found: dict[str, dict[str, int]] = {}
    for crm_object, state, number in conn.execute(
        sa.select(row.object, row.state, sa.func.count()).group_by(row.object, row.state)
    ):
        found.setdefault(crm_object, {})[state] = number
    return found


def wanted_ids(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> set[str]:
    """Those of the records of which we want the CRM to say something."""
    return set(_rows(conn, crm_object, ids))
