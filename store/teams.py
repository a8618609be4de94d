"""Members whom we put on deals' teams. They are no input: rules see whom people put there, and the roles they chose.

Which fields name deal, user and role is the mapping's business: a member's record is known by the three values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from engine.model import Page, RawRecord
from store.bulk import among, execute_many
from store.tables import table

PLACED = table("team_placed")
OURS = "(set by Tallystick)"
"""The role that a member of ours is read as having: one that no rule asks for."""

PUT = sa.text(
    "INSERT INTO team_placed (object, record_id, user_id, role, stood)"
    " VALUES (:object, :record_id, :user_id, :role, :stood)"
    " ON CONFLICT (object, record_id, user_id) DO UPDATE SET role = excluded.role"
)
FORGET = sa.text("DELETE FROM team_placed WHERE object = :object AND record_id = :record_id AND user_id = :user_id")


class Placed(NamedTuple):
    """A member that we put on a deal's team; `stood` is the role that somebody had given the same user before."""

    record_id: str
    user_id: str
    role: str
    stood: str | None


def put(conn: sa.Connection, team_object: str, every: Sequence[Placed]) -> None:
    """Remember these members, before they are sent."""
    execute_many(conn, PUT, [(team_object, *each) for each in every])


def forget(conn: sa.Connection, team_object: str, every: Sequence[Placed]) -> None:
    """These members are no longer on the team: who puts them there from now on is somebody else."""
    execute_many(conn, FORGET, [(team_object, each.record_id, each.user_id) for each in every])


def placed(conn: sa.Connection, team_object: str, ids: Collection[str]) -> dict[str, dict[str, Placed]]:
    """Our members on the teams of these deals, by deal and user."""
    chosen = sa.select(PLACED).where(PLACED.c.object == team_object, PLACED.c.record_id.in_(among(ids)))
    found: dict[str, dict[str, Placed]] = {}
    for row in conn.execute(chosen):
        found.setdefault(row.record_id, {})[row.user_id] = Placed(row.record_id, row.user_id, row.role, row.stood)
    return found


def as_chosen(conn: sa.Connection, page: Page) -> Page:
    """The page as it would be without our members."""
    mine = PLACED.c.object == page.object
    if conn.scalar(sa.select(PLACED.c.record_id).where(mine).limit(1)) is None:
        return page
    bodies = {each.record_id: _fields(each) for each in page.records}
    named = {value for fields in bodies.values() for value in fields.values() if isinstance(value, str)}
    ours = placed(conn, page.object, named)
    return replace(page, records=tuple(_masked(each, bodies[each.record_id], ours) for each in page.records))


def _fields(record: RawRecord) -> dict[str, Any]:
    return msgspec.json.decode(record.body, type=dict[str, Any]) if record.body and not record.deleted else {}


def _masked(record: RawRecord, fields: Mapping[str, Any], ours: Mapping[str, Mapping[str, Placed]]) -> RawRecord:
    """The record with the role that it would have but for us."""
    values = {value for value in fields.values() if isinstance(value, str)}
    mine = (ours[deal][user] for deal in values & ours.keys() for user in values & ours[deal].keys())
    member = next((each for each in mine if each.role in values), None)
    if member is None:
        return record
    whole = msgspec.json.decode(record.body, type=dict[str, msgspec.Raw])
    role = msgspec.Raw(msgspec.json.encode(member.stood or OURS))
    body = msgspec.json.encode(whole | {name: role for name, value in fields.items() if value == member.role})
    return record._replace(body=body, content_hash=blake2b(body, digest_size=16).hexdigest())
