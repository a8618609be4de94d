"""What each computation started from, kept for ever: any result can be computed again as it was believed then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from store import adjustments, ledger, mirror, pins, settings
from store.bulk import execute_many
from store.documents import DOCUMENT, keep_documents
from store.instants import instant_text
from store.tables import table

COMPUTATION, TEXT, LOT = table("computation"), table("configuration_text"), table("lot")

INSERT_TEXT = sa.text(
    "INSERT INTO configuration_text (fingerprint, name, content_hash) VALUES (:fingerprint, :name, :content_hash)"
)


@dataclass(frozen=True, slots=True)
class Computation:
    """One saved computation: its inputs, and how far the ledgers went when it was done."""

    number: int
    run_id: int
    computed_at: str
    fingerprint: str
    engine_version: str
    organization: str | None
    revision: int
    lots: int
    earned: int
    payable: int
    adjustments: int | None
    pins: int | None
    anchored: bool


def keep_configuration(conn: sa.Connection, fingerprint: str, texts: Mapping[str, str], now: datetime) -> None:
    """Keep every file of a configuration; one that is known already is left as it is."""
    if conn.scalar(sa.select(TEXT.c.name).where(TEXT.c.fingerprint == fingerprint).limit(1)) is not None:
        return
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    keep_documents(conn, {hashes[name]: (name, text) for name, text in texts.items()}, now)
    execute_many(conn, INSERT_TEXT, [(fingerprint, name, hashes[name]) for name in sorted(texts)])


def configuration_texts(conn: sa.Connection, fingerprint: str) -> dict[str, str]:
    """The files of a configuration by name; empty where it was never computed with."""
    chosen = sa.select(TEXT.c.name, DOCUMENT.c.text).join(DOCUMENT, DOCUMENT.c.content_hash == TEXT.c.content_hash)
    return {row.name: row.text for row in conn.execute(chosen.where(TEXT.c.fingerprint == fingerprint))}


def note_computation(
    conn: sa.Connection, run_id: int, now: datetime, fingerprint: str, engine_version: str, *, anchored: bool
) -> None:
    """Add what was just computed, at the end of its transaction."""
    row = {
        "number": (conn.scalar(sa.select(sa.func.max(COMPUTATION.c.number))) or 0) + 1,
        "run_id": run_id,
        "computed_at": instant_text(now),
        "fingerprint": fingerprint,
        "engine_version": engine_version,
        "organization": settings.setting_of(conn, settings.ORGANIZATION),
        "revision": mirror.last_revision(conn),
        "lots": conn.scalar(sa.select(sa.func.count()).select_from(LOT)) or 0,
        "earned": ledger.head(conn)[0],
        "payable": ledger.head(conn, ledger.PAYABLE)[0],
        "adjustments": adjustments.last_step(conn),
        "pins": pins.last_pin(conn),
        "anchored": anchored,
    }
    conn.execute(sa.insert(COMPUTATION).values(row))


def computations(conn: sa.Connection, first: int = 1, last: int | None = None) -> list[Computation]:
    """Those of these numbers, in order."""
    chosen = sa.select(*(COMPUTATION.c[each.name] for each in fields(Computation)))
    chosen = chosen.where(COMPUTATION.c.number >= first).order_by(COMPUTATION.c.number)
    if last is not None:
        chosen = chosen.where(COMPUTATION.c.number <= last)
    return [Computation(*row) for row in conn.execute(chosen)]


def last_computation(conn: sa.Connection, by: datetime | None = None) -> Computation | None:
    """The newest, or the newest at an instant; None where nothing was computed by then."""
    chosen = sa.select(sa.func.max(COMPUTATION.c.number))
    if by is not None:
        chosen = chosen.where(COMPUTATION.c.computed_at <= instant_text(by))
    number = conn.scalar(chosen)
    return computations(conn, number, number)[0] if number is not None else None


def anchor_of(conn: sa.Connection, number: int) -> int:
    """The last computation up to this one whose results follow from its inputs alone; else the first of all."""
    chosen = sa.select(sa.func.max(COMPUTATION.c.number))
    return conn.scalar(chosen.where(COMPUTATION.c.number <= number, COMPUTATION.c.anchored)) or 1
