"""What runs ask people for, and what waits for them, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from jobs.access.actor import os_login
from jobs.access.approvals import Approved, lapse, standing
from jobs.access.asks import asks
from jobs.access.refusals import Stranger
from jobs.guard import Asked
from store import approvals, canonical
from store.approvals import detail_hash_of, request_id


def waiting_id(conn: Connection, asked: Asked) -> str | None:
    """None where somebody has approved exactly this, else the id under which it waits."""
    hashed = detail_hash_of(asked.detail)
    found = standing(conn, asked.kind, asked.subject, hashed)
    return None if isinstance(found, Approved) else request_id(asked.kind, asked.subject, hashed)


def os_stranger() -> Stranger:
    """A run acts as the login of its process, and holds no role."""
    return Stranger(os_login(), os_login())


def ask_as_run(conn: Connection, asked: Iterable[Asked], now: datetime) -> None:
    """Keep what a stopped run asks for. Of changes that were stopped, only the newest waits: the others are gone."""
    who = os_stranger()
    for one in asked:
        if one.kind == "breaker":
            lapse(conn, who, one.kind, one.subject, keep=detail_hash_of(one.detail), now=now)
        concerns = sorted(one.concerns)
        approvals.add_request(conn, who, one.kind, one.subject, one.detail, now=now, concerns=concerns, by_run=True)


def waiting(conn: Connection) -> list[dict[str, Any]]:
    """Everything that waits for a person, oldest first, with what it asks for in words."""
    names = dict(canonical.whole(conn, "people").select("person_id", "name").drop_nulls().iter_rows())
    return [
        {
            "id": asked.id,
            "kind": asked.kind,
            "subject": asked.subject,
            "asked_by": "a run" if asked.by_run else asked.login,
            "asked_at": asked.requested_at,
            "agreed": [taken.login for taken in asked.steps],
            "asks": asks(asked, names),
            "detail": asked.detail,
        }
        for asked in approvals.all_waiting(conn)
    ]
