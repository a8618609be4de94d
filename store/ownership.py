"""Owner fields of the CRM that we set: who is wanted, what we wrote, and over whom.

An owner that we wrote is read as the one it stands for (`as_chosen`): our own writes are no input, so that rules which
look at the owner never see what they did themselves, and cannot go round in circles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from engine.model import Page, RawRecord
from store import mirror
from store.bulk import among, execute_many
from store.instants import instant_of, instant_text
from store.tables import table

WISH = table("owner_wish")

State = Literal["idle", "sending", "ours", "theirs"]

INSERT = sa.text(
    "INSERT INTO owner_wish (object, record_id, field, ordered_by, wanted, state, due)"
    " VALUES (:object, :record_id, :field, :ordered_by, :wanted, 'idle', :due)"
)
WANT = sa.text(
    "UPDATE owner_wish SET ordered_by = :ordered_by, wanted = :wanted, due = :due"
    " WHERE object = :object AND record_id = :record_id AND field = :field"
)
KEEP = sa.text(
    "UPDATE owner_wish SET stood = :stood, written = :written, state = :state, changed_at = :changed_at, due = :due"
    " WHERE object = :object AND record_id = :record_id AND field = :field"
)
LOOK = sa.text("UPDATE owner_wish SET due = :due WHERE object = :object AND record_id = :record_id AND field = :field")


class Wish(NamedTuple):
    """Whom one field of a record should name; None where we have no say in it."""

    record_id: str
    ordered_by: str
    field: str
    wanted: str | None


@dataclass(frozen=True, slots=True)
class Owned:
    """One owner field of a record, and what we know of it."""

    record_id: str
    field: str
    ordered_by: str = ""
    wanted: str | None = None
    stood: str | None = None
    written: str | None = None
    state: State = "idle"
    changed_at: datetime | None = None
    due: bool = True

    def steady(self, value: str | None) -> bool:
        """Whether a field that says this needs no look."""
        return value == {"ours": self.written, "idle": self.wanted}.get(self.state, ...)

    def chosen(self, value: str | None) -> str | None:
        """Whom the field names but for us."""
        return self.stood if self.state in ("sending", "ours") and value == self.written else value


def want(conn: sa.Connection, crm_object: str, wishes: Sequence[Wish]) -> int:
    """Want these owners from now on; answers for how many fields that is news."""
    known = {(each.record_id, each.field): each for each in _of(conn, crm_object, {w.record_id for w in wishes})}
    new, changed = [], []
    for wish in wishes:
        row = known.get((wish.record_id, wish.field))
        if row is None and wish.wanted is not None:
            new.append((crm_object, wish.record_id, wish.field, wish.ordered_by, wish.wanted, True))
        elif row is not None and row.wanted != wish.wanted:
            changed.append((wish.ordered_by, wish.wanted, True, crm_object, wish.record_id, wish.field))
    execute_many(conn, INSERT, new)
    execute_many(conn, WANT, changed)
    return len(new) + len(changed)


def as_chosen(conn: sa.Connection, page: Page) -> Page:
    """The page as it would be without our writes; a field that no longer says what we think is to be looked at."""
    kept: dict[str, list[Owned]] = {}
    for owned in _of(conn, page.object, {record.record_id for record in page.records}):
        kept.setdefault(owned.record_id, []).append(owned)
    if not kept:
        return page
    records, differing = [], []
    for record in page.records:
        fields = _fields(record) if record.record_id in kept and not record.deleted else {}
        mine = [each for each in kept.get(record.record_id, ()) if each.field in fields]
        now = {each.field: msgspec.json.decode(fields[each.field]) for each in mine}
        differing += [each for each in mine if not each.steady(now[each.field])]
        records.append(_with(record, fields, {each.field: each.chosen(now[each.field]) for each in mine}, now))
    execute_many(conn, LOOK, [(True, page.object, each.record_id, each.field) for each in differing])
    return replace(page, records=tuple(records))


def _fields(record: RawRecord) -> dict[str, msgspec.Raw]:
    """The fields as they are written, digit by digit."""
    return msgspec.json.decode(record.body, type=dict[str, msgspec.Raw]) if record.body else {}


def _with(
    record: RawRecord, fields: dict[str, msgspec.Raw], chosen: Mapping[str, Any], now: Mapping[str, Any]
) -> RawRecord:
    if chosen == now:
        return record
    body = msgspec.json.encode(fields | {name: msgspec.Raw(msgspec.json.encode(who)) for name, who in chosen.items()})
    return record._replace(body=body, content_hash=blake2b(body, digest_size=16).hexdigest())


def due_records(conn: sa.Connection, crm_object: str, fields: Collection[str]) -> list[str]:
    """The records with one of these fields to look at, in sending order."""
    row = WISH.c
    first = sa.func.min(row.ordered_by)
    due = sa.select(row.record_id).where(row.object == crm_object, row.due, row.field.in_(among(fields)))
    chosen = due.group_by(row.record_id)
    return list(conn.scalars(chosen.order_by(first, row.record_id)))


def wanted_count(conn: sa.Connection, crm_object: str, fields: Collection[str], *, due: bool = False) -> int:
    """How many of these fields should name somebody; with `due`, of those to look at."""
    row = WISH.c
    mine = sa.and_(row.object == crm_object, row.field.in_(among(fields)), row.wanted.is_not(None))
    counted = sa.select(sa.func.count()).select_from(WISH).where(mine)
    return conn.scalar(counted.where(row.due) if due else counted) or 0


def owned(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> dict[str, list[Owned]]:
    """All owner fields of these records."""
    found: dict[str, list[Owned]] = {}
    for each in _of(conn, crm_object, ids):
        found.setdefault(each.record_id, []).append(each)
    return found


def as_read(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The fields of these records that the rules decided by, as they were read."""
    bodies = mirror.bodies(conn, crm_object, list(ids))
    return {record_id: msgspec.json.decode(body, type=dict[str, Any]) for record_id, body in bodies.items() if body}


def keep(conn: sa.Connection, crm_object: str, every: Iterable[Owned]) -> None:
    """Remember what these fields are now."""
    rows = [
        (each.stood, each.written, each.state, _text(each.changed_at), each.due, crm_object, each.record_id, each.field)
        for each in every
    ]
    execute_many(conn, KEEP, rows)


def look_again(conn: sa.Connection, crm_object: str) -> None:
    """Look at every field, because somebody may have changed it without our being told."""
    conn.execute(sa.update(WISH).where(WISH.c.object == crm_object).values(due=True))


def _of(conn: sa.Connection, crm_object: str, ids: Collection[str]) -> list[Owned]:
    row = WISH.c
    chosen = sa.select(WISH).where(row.object == crm_object, row.record_id.in_(among(ids)))
    return [_owned(found) for found in conn.execute(chosen.order_by(row.record_id, row.field))]


def _owned(row: Any) -> Owned:
    at = instant_of(row.changed_at) if row.changed_at else None
    return Owned(row.record_id, row.field, row.ordered_by, row.wanted, row.stood, row.written, row.state, at, row.due)


def _text(instant: datetime | None) -> str | None:
    return instant_text(instant) if instant else None
