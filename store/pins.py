"""Pins: records that are read as they were believed, because a change of theirs waits for a decision or was refused.

Pins are only added; the last one of a record says whether it is pinned and to which revision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from store import mirror
from store.bulk import execute_many
from store.mirror import ChangedRecord
from store.tables import table

PIN = table("pin")

INSERT = sa.text(
    "INSERT INTO pin (object, record_id, pinned, revision, run_id)"
    " VALUES (:object, :record_id, :pinned, :revision, :run_id)"
)

Key = tuple[str, str]
"""Object and id of a record."""


def pin(conn: sa.Connection, believed: Iterable[tuple[str, str, int | None]], run_id: int) -> None:
    """Read these records as they were at these revisions from now on; None: as if they were not there."""
    execute_many(conn, INSERT, [(name, record, True, revision, run_id) for name, record, revision in believed])


def release(conn: sa.Connection, keys: Iterable[Key], run_id: int) -> None:
    """Read these records as they are, from now on."""
    execute_many(conn, INSERT, [(name, record, False, None, run_id) for name, record in keys])


def last_pin(conn: sa.Connection) -> int:
    """The number of the newest pin or release."""
    return conn.scalar(sa.select(sa.func.coalesce(sa.func.max(PIN.c.number), 0))) or 0


def moved_after(conn: sa.Connection, number: int) -> list[Key]:
    """The records that were pinned or released since."""
    chosen = sa.select(PIN.c.object, PIN.c.record_id).where(PIN.c.number > number).distinct()
    return [(row.object, row.record_id) for row in conn.execute(chosen.order_by(PIN.c.object, PIN.c.record_id))]


def released_by(conn: sa.Connection, run_ids: Collection[int]) -> dict[int, set[str]]:
    """Ids of the records that each of these runs released: read as they are again, whenever they were stored."""
    found: dict[int, set[str]] = {run_id: set() for run_id in run_ids}
    chosen = sa.select(PIN.c.run_id, PIN.c.record_id).where(PIN.c.run_id.in_(list(run_ids)), ~PIN.c.pinned)
    for run_id, record_id in conn.execute(chosen):
        found[run_id].add(record_id)
    return found


def pinned(conn: sa.Connection) -> dict[Key, int | None]:
    """The pinned records, each with the revision at which it is believed."""
    last = sa.select(sa.func.max(PIN.c.number)).group_by(PIN.c.object, PIN.c.record_id)
    chosen = sa.select(PIN.c.object, PIN.c.record_id, PIN.c.revision).where(PIN.c.number.in_(last), PIN.c.pinned)
    return {(row.object, row.record_id): row.revision for row in conn.execute(chosen)}


def as_believed(conn: sa.Connection, records: Sequence[ChangedRecord]) -> Iterator[ChangedRecord]:
    """The records, those that are pinned as they were."""
    held = pinned(conn)
    for record in records:
        key = (record.object, record.record_id)
        yield _believed(conn, record, held[key]) if key in held else record


def _believed(conn: sa.Connection, record: ChangedRecord, revision: int | None) -> ChangedRecord:
    was = None if revision is None else mirror.record_at(conn, record.object, record.record_id, revision)
    return replace(record, deleted=True) if was is None else replace(was, revision=record.revision)
