"""Records that are written together: a statement and its lines, as the write-back table holds them.

A line is ordered by its statement's key, a statement by its payee: so each finds the others.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model import Change
from store.bulk import among
from store.instants import instant_text
from store.writeback import DESIRED

STATES = ("due", "sent", "parked", "gone")
"""Every state a row can be in; naming them lets the index find rows by their order."""


class Held(NamedTuple):
    """A row of the write-back table. `may_go` is whether it is due and need not wait."""

    change: Change
    volatile: tuple[str, ...]
    state: str
    sent_fingerprint: str | None
    may_go: bool

    @property
    def fields(self) -> Mapping[str, Any]:
        """The values wanted."""
        return dict(self.change.fields)


def ordered_by(conn: sa.Connection, crm_object: str, parents: Collection[str], now: datetime) -> list[Held]:
    """The rows of these parents: all lines of statements, or all statements of payees."""
    return _held(conn, crm_object, DESIRED.c.ordered_by.in_(among(parents)), now)


def of_keys(conn: sa.Connection, crm_object: str, keys: Collection[str], now: datetime) -> list[Held]:
    """The rows of these records."""
    return _held(conn, crm_object, DESIRED.c.record_id.in_(among(keys)), now)


def wanted_of(conn: sa.Connection, crm_object: str, keys: Collection[str]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """What is wanted of these records: by key, what each is ordered by, and its fields."""
    row = DESIRED.c
    chosen = sa.select(row.record_id, row.ordered_by, row.fields)
    rows = conn.execute(chosen.where(row.object == crm_object, row.record_id.in_(among(keys))))
    return {key: (parent, json.loads(fields)) for key, parent, fields in rows}


def _held(conn: sa.Connection, crm_object: str, which: sa.ColumnElement[bool], now: datetime) -> list[Held]:
    row, moment = DESIRED.c, instant_text(now)
    chosen = sa.select(DESIRED).where(row.object == crm_object, row.state.in_(STATES), which)
    return [
        Held(
            Change(crm_object, found.record_id, tuple(json.loads(found.fields).items()), found.ordered_by),
            tuple(json.loads(found.volatile)),
            found.state,
            found.sent_fingerprint,
            found.state == "due" and (found.next_try_at is None or found.next_try_at <= moment),
        )
        for found in conn.execute(chosen.order_by(row.ordered_by, row.record_id))
    ]


def with_work(conn: sa.Connection, parent: str, detail: str, now: datetime) -> list[str]:
    """The keys of the statements that are due, or that have a line that is, in the order of keys."""
    row = DESIRED.c
    may_go = sa.and_(row.state == "due", row.next_try_at.is_(None) | (row.next_try_at <= instant_text(now)))
    own = sa.select(row.record_id).where(row.object == parent, may_go)
    by_detail = sa.select(row.ordered_by).where(row.object == detail, may_go)
    return sorted(conn.scalars(own.union(by_detail)))
