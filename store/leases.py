"""Leases: one worker at a time does a job, and one that slept past its time cannot write any more.

Every function belongs in a write transaction, so that asking and taking are one step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from store.errors import LeaseLost
from store.instants import instant_text
from store.tables import table

LEASE = table("lease")


def claim(
    conn: sa.Connection,
    name: str,
    holder: str,
    now: datetime,
    seconds: int,
    *,
    is_dead: Callable[[str], bool] = lambda _: False,
) -> int | None:
    """Take the lease if it is free, has run out, or its holder is known to be dead; None when somebody holds it.

    Answers the fencing token. Tokens of a name only grow, so that an earlier holder is told apart from a later one.
    """
    row = conn.execute(sa.select(LEASE).where(LEASE.c.name == name)).first()
    holding = row.holder if row is not None and row.expires_at > instant_text(now) else None
    if holding is not None and not is_dead(holding):
        return None
    taken = {"token": (row.token if row else 0) + 1, "holder": holder, "expires_at": _end(now, seconds)}
    if row is None:
        conn.execute(sa.insert(LEASE).values(name=name, **taken))
    else:
        conn.execute(sa.update(LEASE).where(LEASE.c.name == name).values(taken))
    return int(taken["token"])


def renew(conn: sa.Connection, name: str, token: int, now: datetime, seconds: int) -> None:
    """Keep the lease for `seconds` more. Raises LeaseLost when another one has taken it."""
    check(conn, name, token)
    conn.execute(sa.update(LEASE).where(LEASE.c.name == name).values(expires_at=_end(now, seconds)))


def release(conn: sa.Connection, name: str, token: int) -> None:
    """Give the lease back at once; one that is lost already is left alone."""
    conn.execute(sa.update(LEASE).where(LEASE.c.name == name, LEASE.c.token == token).values(holder=None))


def hand_on(conn: sa.Connection, name: str, token: int, now: datetime) -> None:
    """Nobody holds the lease, and whoever takes it next has a greater token than this one and any before it."""
    known = conn.scalar(sa.select(LEASE.c.token).where(LEASE.c.name == name))
    free = {"token": max(token, known or 0), "holder": None}
    if known is None:
        conn.execute(sa.insert(LEASE).values(name=name, **free, expires_at=instant_text(now)))
    else:
        conn.execute(sa.update(LEASE).where(LEASE.c.name == name).values(free))


def check(conn: sa.Connection, name: str, token: int) -> None:
    """Raise LeaseLost unless `token` still stands: the first statement of every write transaction under a lease."""
    row = conn.execute(sa.select(LEASE.c.token, LEASE.c.holder).where(LEASE.c.name == name)).first()
    if row is None or row.token != token or row.holder is None:
        now_with = f"held by {row.holder}" if row is not None and row.holder else "free"
        raise LeaseLost(f"The lease {name} (token {token}) was lost; it is {now_with} now. This run stops.")


def _end(now: datetime, seconds: int) -> str:
    return instant_text(now + timedelta(seconds=seconds))
