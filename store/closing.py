"""When periods were closed and reopened: appended to, chained, and read by the triggers that keep closed ones shut."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from store.chain import CLOSING, EARNED, PAYABLE, PAYMENT, STATEMENT, append_row, canonical, head
from store.instants import instant_of, instant_text

Action = Literal["closed", "reopened"]


@dataclass(frozen=True, slots=True)
class Closing:
    """A period was closed or reopened."""

    number: int
    period: str
    action: Action
    at: datetime
    by: str
    """The login of who did it."""
    second: str | None
    """The login of who agreed, where two people were asked for."""
    reason: str
    seals: str
    """Number and hash of the newest row of each chain at that moment, as JSON."""


def note(
    conn: sa.Connection, period: str, action: Action, by: str, *, second: str | None, reason: str, now: datetime
) -> int:
    """Note that the period is closed or reopened from now on; answers the number of the closing.

    What shows in it, and the statements that are sealed with it, are in the database before. The database refuses to
    close what is closed and to reopen what is open.
    """
    row = {"period": period, "action": action, "at": instant_text(now), "by": by, "second": second, "reason": reason}
    return append_row(conn, CLOSING, {**row, "seals": _seals(conn)})


def _seals(conn: sa.Connection) -> str:
    return canonical([[each.name, *head(conn, each)] for each in (EARNED, PAYABLE, STATEMENT, PAYMENT)])


def next_number(conn: sa.Connection) -> int:
    """The number of the closing that comes next."""
    return head(conn, CLOSING)[0] + 1


def closings(conn: sa.Connection, period: str | None = None) -> list[Closing]:
    """Every closing and reopening (of the period), oldest first."""
    chosen = sa.select(CLOSING).order_by(CLOSING.c.number)
    rows = conn.execute(chosen if period is None else chosen.where(CLOSING.c.period == period))
    return [
        Closing(row.number, row.period, row.action, instant_of(row.at), row.by, row.second, row.reason, row.seals)
        for row in rows
    ]


def closed(conn: sa.Connection) -> dict[str, Closing]:
    """The closed periods, each with its last closing."""
    last = {each.period: each for each in closings(conn)}
    return {period: each for period, each in last.items() if each.action == "closed"}


def sealed_until(conn: sa.Connection, period: str) -> int | None:
    """The number of the newest posting of what is earned when the period was last closed; None where it never was."""
    of_period = CLOSING.c.period == period, CLOSING.c.action == "closed"
    seals = conn.scalar(sa.select(CLOSING.c.seals).where(*of_period).order_by(CLOSING.c.number.desc()).limit(1))
    return None if seals is None else next(number for name, number, _ in json.loads(seals) if name == EARNED.name)
