"""What one database knew at a computation, put into another: the inputs of computing it again.

Records go over in steps, from one computation to the next, as they arrived.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from store import ledger
from store.bulk import execute_many, fetch
from store.computations import LOT, Computation
from store.mirror import RAW, VERSION
from store.settings import ORGANIZATION, set_setting
from store.tables import table

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


def copy_inputs(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """Everything that the computation `until` knew and `after` (None: nothing) did not, but the ledgers."""
    _copy(source, into, RUN, RUN.c.run_id > (after.run_id if after else 0), RUN.c.run_id <= until.run_id)
    copy_records(source, into, after.revision if after else 0, until.revision)
    _copy(source, into, LOT, *_between("rowid", after.lots if after else 0, until.lots))
    if until.organization is not None:
        set_setting(into, ORGANIZATION, until.organization)


def copy_ledgers(source: sa.Connection, into: sa.Connection, after: Computation | None, until: Computation) -> None:
    """What was booked after one computation up to another."""
    earned, payable = ledger.EARNED, ledger.PAYABLE
    _copy(source, into, earned, *_between(earned.c.number, after.earned if after else 0, until.earned))
    _copy(source, into, payable, *_between(payable.c.number, after.payable if after else 0, until.payable))


def copy_records(source: sa.Connection, into: sa.Connection, after: int, until: int) -> None:
    """The records that changed after one revision up to another, as they were at the latter."""
    for rows in fetch(source, _records(after, until)):
        execute_many(into, FORGET, [row[:2] for row in rows])
        execute_many(into, INSERT, list(rows))


def changed_records(source: sa.Connection, after: int, until: int) -> list[tuple[str, str, int]]:
    """Object, id and revision of the records that `copy_records` would copy, in the order in which they changed."""
    rows = (row for some in fetch(source, _records(after, until)) for row in some)
    return [(row[0], row[1], row[2]) for row in rows]


def _records(after: int, until: int) -> sa.Select[tuple[object, ...]]:
    """The newest version of each record up to a revision, of those that are newer than the other revision.

    A record whose version of then was replaced since is among the versions that are kept.
    """
    now = sa.select(*(RAW.c[name] for name in RECORD)).where(RAW.c.revision > after, RAW.c.revision <= until)
    past = sa.select(*(VERSION.c[name] for name in RECORD)).where(
        VERSION.c.revision > after, VERSION.c.revision <= until
    )
    every = sa.union_all(now, past).subquery()
    newest = sa.func.max(every.c.revision)
    ids = sa.select(newest).group_by(every.c.object, every.c.record_id)
    chosen = sa.select(*(every.c[name] for name in RECORD))
    return chosen.where(every.c.revision.in_(ids)).order_by(every.c.revision)


def _between(column: sa.ColumnElement[int] | str, after: int, until: int) -> Sequence[sa.ColumnElement[bool]]:
    number = sa.literal_column(column) if isinstance(column, str) else column
    return number > after, number <= until


def _copy(source: sa.Connection, into: sa.Connection, name: sa.Table, *those: sa.ColumnElement[bool]) -> None:
    columns = [column.name for column in name.columns]
    insert = sa.text(
        f"INSERT INTO {name.name} ({', '.join(columns)}) VALUES ({', '.join(':' + each for each in columns)})"  # noqa: S608 - our own table
    )
    for rows in fetch(source, sa.select(name).where(*those).order_by(*name.primary_key.columns)):
        execute_many(into, insert, list(rows))
