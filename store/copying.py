"""What one database knew at a computation, put into another: the inputs of computing it again.

Records go over in steps, from one computation to the next, as they arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from store import ledger
from store.bulk import among, execute_many, fetch
from store.chain import ADJUSTMENT, APPROVAL, CLOSING, PAYMENT, REQUEST, STATEMENT, STEP, head
from store.computations import LOT, Computation
from store.mirror import RAW, VERSION
from store.ownership import WISH
from store.people import FACT
from store.pins import PIN, pinned
from store.settings import ORGANIZATION, set_setting
from store.tables import table
from store.teams import PLACED
from store.writeback import DESIRED

RUN = table("run")
RECORD = (
    "object",
    "record_id",
    "revision",
    "stamp",
    "deleted",
    "merged_into",
    "content_hash",
    "body",
    "run_id",
)
FORGET = sa.text("DELETE FROM raw_record WHERE object = :object AND record_id = :record_id")
INSERT = sa.text(
    f"INSERT INTO raw_record ({', '.join(RECORD)}) VALUES ({', '.join(':' + name for name in RECORD)})"  # noqa: S608 - our own column names
)


class Changed(NamedTuple):
    """A record as it was at a revision."""

    object: str
    record_id: str
    revision: int


def copy_inputs(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """Everything that the computation `until` knew and `after` (None: nothing) did not, but the ledgers."""
    copy_around(source, into, after, until)
    copy_told(source, into, until)
    _put(source, into, _records(after.revision if after else 0, until.revision))
    copy_pins(source, into, after, until)
    copy_adjustments(source, into, until.adjustments or 0)


def copy_adjustments(source: sa.Connection, into: sa.Connection, until: int) -> None:
    """What became of adjustments up to a step, and the adjustments themselves up to the newest of these.

    One that waited then comes along where a newer one had been decided: it does not count.
    """
    newest = sa.select(sa.func.max(STEP.c.adjustment)).where(STEP.c.number <= until)
    _copy(
        source, into, ADJUSTMENT, *_between(ADJUSTMENT.c.number, head(into, ADJUSTMENT)[0], source.scalar(newest) or 0)
    )
    _copy(source, into, STEP, *_between(STEP.c.number, head(into, STEP)[0], until))


def copy_around(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """The same but records, pins and adjustments: runs, lots, the organization."""
    _copy(source, into, RUN, *_between(RUN.c.run_id, after.run_id if after else 0, until.run_id))
    rowid: sa.ColumnElement[int] = sa.literal_column("rowid")
    _copy(source, into, LOT, *_between(rowid, after.lots if after else 0, until.lots))
    if until.organization is not None:
        set_setting(into, ORGANIZATION, until.organization)


def copy_told(source: sa.Connection, into: sa.Connection, until: Computation, of: Sequence[str] | None = None) -> None:
    """What had been read of people by a computation, or of these people; what is there already stays."""
    chosen = [FACT.c.read_at <= until.computed_at, FACT.c.number.not_in(among(into.scalars(sa.select(FACT.c.number))))]
    if of is not None:
        chosen.append(FACT.c.person_id.in_(among(of)))
    _copy(source, into, FACT, *chosen)


def copy_pins(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """Pins and releases by then, and the versions as which the pinned records are believed."""
    first = pins_by(source, after) if after else 0
    _copy(source, into, PIN, *_between(PIN.c.number, first, pins_by(source, until)))
    for (name, record_id), revision in pinned(into).items():
        known = VERSION.c
        this = (known.object == name, known.record_id == record_id, known.revision == revision)
        if into.scalar(sa.select(sa.func.count()).where(*this)) == 0:
            _copy(source, into, VERSION, *this)


def pins_by(source: sa.Connection, at: Computation) -> int:
    """The newest pin or release at a computation: the last one by its run where it did not note any."""
    if at.pins is not None:
        return at.pins
    by_run = sa.select(sa.func.coalesce(sa.func.max(PIN.c.number), 0)).where(PIN.c.run_id <= at.run_id)
    return source.scalar(by_run) or 0


def copy_closings(source: sa.Connection, into: sa.Connection, by: str) -> None:
    """What was paid, approved, closed and reopened by an instant, each closing after what was sealed with it."""
    for kept in (PAYMENT, REQUEST, APPROVAL):
        _copy(source, into, kept, kept.c.at <= by)
    columns = CLOSING.c
    numbers = sa.select(columns.number).where(columns.at <= by).order_by(columns.number)
    for number in source.scalars(numbers).all():
        _copy(source, into, STATEMENT, STATEMENT.c.closing_number == number)
        _copy(source, into, CLOSING, columns.number == number)


def copy_write_back(source: sa.Connection, into: sa.Connection) -> None:
    """What the CRM was told, and over whom, in place of what is known of it: no database can undo that."""
    for told in (DESIRED, WISH, PLACED):
        into.execute(sa.delete(told))
        _copy(source, into, told)


def copy_ledgers(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """What was booked after one computation up to another."""
    earned, payable = ledger.EARNED, ledger.PAYABLE
    _copy(source, into, earned, *_between(earned.c.number, after.earned if after else 0, until.earned))
    _copy(source, into, payable, *_between(payable.c.number, after.payable if after else 0, until.payable))


def changed_records(source: sa.Connection, after: int, until: int) -> list[Changed]:
    """The records that changed after one revision up to another, in the order of their last change."""
    return [Changed(*row[:3]) for rows in fetch(source, _records(after, until)) for row in rows]


def copy_chosen(source: sa.Connection, into: sa.Connection, records: Sequence[Changed], until: Computation) -> None:
    """These records as they were at these revisions; of people, also since when they were so."""
    copy_told(source, into, until, [record.record_id for record in records])
    revisions = [record.revision for record in records]
    chosen = _records(min(revisions) - 1, max(revisions), only=revisions)
    _put(source, into, chosen)


def _records(after: int, until: int, only: Sequence[int] | None = None) -> sa.Select[tuple[object, ...]]:
    """The newest version of each record up to a revision, of those that are newer than the other revision.

    A record whose version of then was replaced since is among the versions that are kept.
    """
    now = sa.select(*(RAW.c[name] for name in RECORD)).where(*_between(RAW.c.revision, after, until))
    past = sa.select(*(VERSION.c[name] for name in RECORD)).where(*_between(VERSION.c.revision, after, until))
    every = sa.union_all(now, past).subquery()
    chosen = sa.select(*(every.c[name] for name in RECORD)).order_by(every.c.revision)
    if only is not None:
        return chosen.where(every.c.revision.in_(among(only)))
    newest = sa.select(sa.func.max(every.c.revision)).group_by(every.c.object, every.c.record_id)
    return chosen.where(every.c.revision.in_(newest))


def _put(source: sa.Connection, into: sa.Connection, records: sa.Select[tuple[object, ...]]) -> None:
    """Each record in place of what is known of it."""
    for rows in fetch(source, records):
        execute_many(into, FORGET, [tuple(row[:2]) for row in rows])
        execute_many(into, INSERT, list(rows))


def _between(column: sa.ColumnElement[int], after: int, until: int) -> tuple[sa.ColumnElement[bool], ...]:
    return column > after, column <= until


def _copy(source: sa.Connection, into: sa.Connection, name: sa.Table, *those: sa.ColumnElement[bool]) -> None:
    columns = [column.name for column in name.columns]
    insert = sa.text(
        f"INSERT INTO {name.name} ({', '.join(columns)}) VALUES ({', '.join(':' + each for each in columns)})"  # noqa: S608 - our own table
    )
    for rows in fetch(source, sa.select(name).where(*those).order_by(*name.primary_key.columns)):
        execute_many(into, insert, list(rows))
