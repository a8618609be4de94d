"""Disputes: what payees expected and did not get, kept for ever with how each was settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from store.audit import Who
from store.chain import DISPUTE, SETTLED, append_row
from store.instants import instant_of, instant_text

By = Literal["data", "plan", "refusal"]
"""What settled it: records or people files were mended, a plan was, or it was refused with an explanation."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a payee expected of a period (of one deal), and what was computed when it was said."""

    payee_id: str
    period: str
    deal_id: str | None
    expected_micros: int
    computed_micros: int
    currency: str
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How a dispute was closed."""

    by: By
    login: str
    at: datetime
    reason: str
    computed_micros: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """A claim, by whom, and how it was settled; None while it is open."""

    number: int
    at: datetime
    login: str
    claim: Claim
    settled: Settled | None


def add(conn: sa.Connection, who: Who, claim: Claim, now: datetime) -> int:
    """Keep a claim; answers its number."""
    return append_row(conn, DISPUTE, {**_who(who, now), **{name: getattr(claim, name) for name in Claim.__slots__}})


def settle(
    conn: sa.Connection, who: Who, number: int, by: By, *, reason: str, computed_micros: int, now: datetime
) -> None:
    """Close a dispute; the database refuses to close one twice."""
    row = {"dispute": number, "settled_by": by, "reason": reason, "computed_micros": computed_micros}
    append_row(conn, SETTLED, {**_who(who, now), **row})


def disputes(conn: sa.Connection, *, only_open: bool = False) -> list[Dispute]:
    """Every dispute, oldest first; or those that are open."""
    closed = {
        row.dispute: Settled(row.settled_by, row.login, instant_of(row.at), row.reason, row.computed_micros)
        for row in conn.execute(sa.select(SETTLED))
    }
    found = [
        Dispute(
            *(row.number, instant_of(row.at), row.login),
            Claim(**{name: getattr(row, name) for name in Claim.__slots__}),
            closed.get(row.number),
        )
        for row in conn.execute(sa.select(DISPUTE).order_by(DISPUTE.c.number))
    ]
    return [each for each in found if each.settled is None] if only_open else found


def _who(who: Who, now: datetime) -> dict[str, str]:
    return {"at": instant_text(now), "login": who.login, "os_login": who.os_login}
