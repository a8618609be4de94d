"""The mirror: the CRM's records as they were read, each change numbered, each version kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.model import Page, RawRecord
from store.bulk import among, execute_many, fetch
from store.instants import instant_of, instant_text
from store.tables import table

ROWS_AT_ONCE = 10_000

RAW, VERSION = table("raw_record"), table("raw_version")

INSERT = sa.text(
    "INSERT INTO raw_record"
    " (object, record_id, revision, stamp, deleted, merged_into, content_hash, body, run_id)"
    " VALUES (:object, :record_id, :revision, :stamp, :deleted, :merged_into, :content_hash, :body, :run_id)"
)
ARCHIVE = sa.text(
    "INSERT INTO raw_version"
    " (object, record_id, revision, stamp, deleted, merged_into, content_hash, body, run_id)"
    " SELECT object, record_id, revision, stamp, deleted, merged_into, content_hash, body, run_id"
    " FROM raw_record WHERE object = :object AND record_id = :record_id"
)
REPLACE = sa.text(
    "UPDATE raw_record SET revision = :revision, stamp = :stamp, deleted = :deleted, merged_into = :merged_into,"
    " content_hash = :content_hash, body = :body, run_id = :run_id WHERE object = :object AND record_id = :record_id"
)
TOUCH = sa.text("UPDATE raw_record SET stamp = :stamp, body = :body WHERE object = :object AND record_id = :record_id")
VANISH = sa.text(
    "UPDATE raw_record SET revision = :revision, deleted = :deleted, run_id = :run_id"
    " WHERE object = :object AND record_id = :record_id"
)
SAVE_CURSOR = sa.text(
    "INSERT INTO cursor (object, stream, cursor, run_id) VALUES (:object, :stream, :cursor, :run_id)"
    " ON CONFLICT (object, stream) DO UPDATE SET cursor = excluded.cursor, run_id = excluded.run_id"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page did to the mirror; the counts add up to the distinct records of the page."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ignored_older: int = 0


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """A record whose inputs changed, as it is now."""

    object: str
    record_id: str
    deleted: bool
    merged_into: str | None
    body: bytes
    revision: int


_Version = tuple[str, bool, str | None, str]
"""What decides whether an incoming record is news: stamp, deleted, merged into, content hash."""


def save_page(conn: sa.Connection, page: Page, run_id: int, stream: str | None = "pull") -> Saved:
    """Store a page and its cursor, in the caller's one transaction; the same page again changes nothing.

    A record older than the stored one is ignored: pages may arrive in any order. A record whose inputs (content hash,
    deletion, merge) are the same gets its newer body and stamp but no new revision: an echo of our own write is no
    change. `stream` keeps the cursors of pull and backfill apart; None keeps none (records read by id).
    """
    incoming = _newest(page.records)
    stored = _stored(conn, page.object, incoming)
    new, changed, touched, older = [], [], [], 0
    for record_id, (stamp, record) in incoming.items():
        known = stored.get(record_id)
        if known is None:
            new.append((stamp, record))
        elif stamp < known[0]:
            older += 1
        elif known[1:] != (record.deleted, record.merged_into, record.content_hash):
            changed.append((stamp, record))
        elif stamp > known[0]:
            touched.append((stamp, record.body, page.object, record_id))
    _store(conn, page.object, new, changed, run_id)
    execute_many(conn, TOUCH, touched)
    if stream is not None:
        execute_many(conn, SAVE_CURSOR, [(page.object, stream, page.cursor, run_id)])
    return Saved(len(new), len(changed), len(incoming) - len(new) - len(changed) - older, older)


def _newest(records: Iterable[RawRecord]) -> dict[str, tuple[str, RawRecord]]:
    """The newest version of each record of the page, the later one of two with the same stamp."""
    newest: dict[str, tuple[str, RawRecord]] = {}
    for record in records:
        stamp = instant_text(record.stamp)
        other = newest.get(record.record_id)
        if other is None or other[0] <= stamp:
            newest[record.record_id] = (stamp, record)
    return newest


def _stored(conn: sa.Connection, crm_object: str, ids: Iterable[str]) -> dict[str, _Version]:
    columns = (RAW.c.record_id, RAW.c.stamp, RAW.c.deleted, RAW.c.merged_into, RAW.c.content_hash)
    chosen = sa.select(*columns).where(RAW.c.object == crm_object, RAW.c.record_id.in_(among(ids)))
    return {row[0]: row[1:] for rows in fetch(conn, chosen) for row in rows}


def _store(
    conn: sa.Connection,
    crm_object: str,
    new: list[tuple[str, RawRecord]],
    changed: list[tuple[str, RawRecord]],
    run_id: int,
) -> None:
    """Insert the new, archive and replace the changed, each under the next revision."""
    revision = last_revision(conn)
    added = [
        (crm_object, r.record_id, number, stamp, r.deleted, r.merged_into, r.content_hash, r.body, run_id)
        for number, (stamp, r) in enumerate(new, revision + 1)
    ]
    execute_many(conn, INSERT, added)
    execute_many(conn, ARCHIVE, [(crm_object, record.record_id) for _, record in changed])
    replaced = [
        (number, stamp, r.deleted, r.merged_into, r.content_hash, r.body, run_id, crm_object, r.record_id)
        for number, (stamp, r) in enumerate(changed, revision + len(new) + 1)
    ]
    execute_many(conn, REPLACE, replaced)


def mark_vanished(conn: sa.Connection, crm_object: str, ids: Collection[str], run_id: int) -> int:
    """Records the CRM no longer knows become deleted, each a change of its own; answers how many were not yet."""
    live = [record_id for record_id, stored in _stored(conn, crm_object, ids).items() if not stored[1]]
    revision = last_revision(conn)
    execute_many(conn, ARCHIVE, [(crm_object, record_id) for record_id in live])
    execute_many(
        conn, VANISH, [(number, True, run_id, crm_object, one) for number, one in enumerate(sorted(live), revision + 1)]
    )
    return len(live)


def cursor_of(conn: sa.Connection, crm_object: str, stream: str = "pull") -> str | None:
    """Where reading this object goes on; None when it never began."""
    cursor = table("cursor").c
    return conn.scalar(sa.select(cursor.cursor).where(cursor.object == crm_object, cursor.stream == stream))


def forget_cursor(conn: sa.Connection, crm_object: str, stream: str) -> None:
    """The stream is finished (a backfill) or must start over."""
    cursor = table("cursor")
    conn.execute(sa.delete(cursor).where(cursor.c.object == crm_object, cursor.c.stream == stream))


def last_revision(conn: sa.Connection) -> int:
    """The newest change's number; rows never leave the mirror, so it only grows."""
    return conn.scalar(sa.select(sa.func.coalesce(sa.func.max(RAW.c.revision), 0))) or 0


def changed_after(conn: sa.Connection, revision: int, limit: int) -> list[ChangedRecord]:
    """The next `limit` changed records after a revision, oldest change first."""
    columns = (RAW.c.object, RAW.c.record_id, RAW.c.deleted, RAW.c.merged_into, RAW.c.body, RAW.c.revision)
    chosen = sa.select(*columns).where(RAW.c.revision > revision).order_by(RAW.c.revision).limit(limit)
    return [ChangedRecord(*row) for row in conn.execute(chosen)]


def as_they_are(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> list[ChangedRecord]:
    """These records as last read; unknown ids are absent."""
    columns = (RAW.c.object, RAW.c.record_id, RAW.c.deleted, RAW.c.merged_into, RAW.c.body, RAW.c.revision)
    chosen = sa.select(*columns).where(RAW.c.object == crm_object, RAW.c.record_id.in_(among(ids)))
    return [ChangedRecord(*row) for row in conn.execute(chosen.order_by(RAW.c.revision))]


def winners(conn: sa.Connection) -> dict[str, dict[str, str]]:
    """By object, every record that was merged away and the one that is left in the end."""
    columns = (RAW.c.object, RAW.c.record_id, RAW.c.merged_into)
    found: dict[str, dict[str, str]] = {}
    for name, loser, winner in conn.execute(sa.select(*columns).where(RAW.c.merged_into.is_not(None))):
        found.setdefault(name, {})[loser] = winner
    return {name: {loser: _last(loser, into) for loser in into} for name, into in found.items()}


def _last(loser: str, into: dict[str, str]) -> str:
    """Follow merges of merges; a circle ends where it began."""
    winner = into[loser]
    seen = {loser}
    while winner in into and winner not in seen:
        seen.add(winner)
        winner = into[winner]
    return winner


def records_of(conn: sa.Connection, keys: Iterable[tuple[str, str]]) -> list[ChangedRecord]:
    """These records, by object and id, as they are now; unknown ones are absent."""
    return [found for key in keys if (found := _version(conn, RAW, *key)) is not None]


def record_at(conn: sa.Connection, crm_object: str, record_id: str, revision: int) -> ChangedRecord | None:
    """A record as it was at a revision, the newest by then; None where it was not known yet."""
    found = [_version(conn, kept, crm_object, record_id, by=revision) for kept in (RAW, VERSION)]
    return max((each for each in found if each is not None), key=lambda each: each.revision, default=None)


def _version(
    conn: sa.Connection, kept: sa.Table, crm_object: str, record_id: str, by: int | None = None
) -> ChangedRecord | None:
    row = kept.c
    columns = (row.object, row.record_id, row.deleted, row.merged_into, row.body, row.revision)
    chosen = sa.select(*columns).where(row.object == crm_object, row.record_id == record_id)
    if by is not None:
        chosen = chosen.where(row.revision <= by)
    found = conn.execute(chosen.order_by(row.revision.desc()).limit(1)).first()
    return ChangedRecord(*found) if found is not None else None


def stored_by(conn: sa.Connection, run_ids: Collection[int]) -> dict[int, set[str]]:
    """Ids of the records of which each of these runs stored a version."""
    found: dict[int, set[str]] = {run_id: set() for run_id in run_ids}
    for kept in (RAW, VERSION):
        chosen = sa.select(kept.c.run_id, kept.c.record_id).where(kept.c.run_id.in_(list(run_ids)))
        for run_id, record_id in conn.execute(chosen):
            found[run_id].add(record_id)
    return found


def bodies(conn: sa.Connection, crm_object: str, ids: Iterable[str]) -> dict[str, bytes]:
    """The records as last read, by id; unknown ids are absent, deleted records are there."""
    chosen = sa.select(RAW.c.record_id, RAW.c.body)
    rows = conn.execute(chosen.where(RAW.c.object == crm_object, RAW.c.record_id.in_(among(ids))))
    return {row[0]: row[1] for row in rows}


def deleted(conn: sa.Connection, crm_object: str, ids: Iterable[str]) -> set[str]:
    """Those of these records that the CRM has no longer."""
    chosen = sa.select(RAW.c.record_id).where(RAW.c.object == crm_object, RAW.c.deleted.is_(True))
    return set(conn.scalars(chosen.where(RAW.c.record_id.in_(among(ids)))))


def versions(conn: sa.Connection, crm_object: str) -> Iterator[tuple[str, bytes]]:
    """Id and body of every version ever read of an object's records that are not deleted, oldest first."""
    live = sa.select(RAW.c.record_id).where(RAW.c.object == crm_object, RAW.c.deleted.is_(False))
    past = sa.select(VERSION.c.record_id, VERSION.c.body, VERSION.c.revision).where(
        VERSION.c.object == crm_object, VERSION.c.record_id.in_(live)
    )
    last = sa.select(RAW.c.record_id, RAW.c.body, RAW.c.revision).where(
        RAW.c.object == crm_object, RAW.c.deleted.is_(False)
    )
    both = sa.union_all(past, last).order_by("revision")
    for record_id, body, _ in conn.execute(both).yield_per(ROWS_AT_ONCE):
        yield record_id, body


def ids(conn: sa.Connection, crm_object: str) -> Iterator[tuple[str, datetime]]:
    """Id and change instant of every record that is not deleted, ordered by id: our side of a reconciliation."""
    chosen = sa.select(RAW.c.record_id, RAW.c.stamp).where(RAW.c.object == crm_object, RAW.c.deleted.is_(False))
    for record_id, stamp in conn.execute(chosen.order_by(RAW.c.record_id)).yield_per(ROWS_AT_ONCE):
        yield record_id, instant_of(stamp)


def count(conn: sa.Connection, crm_object: str) -> int:
    """How many records of this object are not deleted."""
    chosen = sa.select(sa.func.count()).select_from(RAW)
    return conn.scalar(chosen.where(RAW.c.object == crm_object, RAW.c.deleted.is_(False))) or 0


def counts(conn: sa.Connection) -> dict[str, int]:
    """How many records of each object are not deleted."""
    chosen = sa.select(RAW.c.object, sa.func.count()).where(RAW.c.deleted.is_(False)).group_by(RAW.c.object)
    return {row[0]: row[1] for row in conn.execute(chosen.order_by(RAW.c.object))}
