"""Sealed statements: what each payee's statement said when its period was closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store.chain import STATEMENT, append_row
from store.closing import next_number


@dataclass(frozen=True, slots=True)
class Sealed:
    """A statement as it was sealed."""

    number: int
    closing_number: int
    period: str
    payee_id: str
    content: Mapping[str, Any]
    hash: str


def seal(conn: sa.Connection, period: str, payee_id: str, content: Mapping[str, Any]) -> int:
    """Seal a statement for the closing that comes next, in its transaction; answers the statement's number."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    row = {"closing_number": next_number(conn), "period": period, "payee_id": payee_id, "content": text}
    return append_row(conn, STATEMENT, row)


def sealed(conn: sa.Connection, closing_number: int, payee_id: str | None = None) -> list[Sealed]:
    """The statements of a closing (of one payee), in the order in which they were sealed."""
    chosen = sa.select(STATEMENT).where(STATEMENT.c.closing_number == closing_number)
    if payee_id is not None:
        chosen = chosen.where(STATEMENT.c.payee_id == payee_id)
    return [_sealed(row) for row in conn.execute(chosen.order_by(STATEMENT.c.number))]


def seals(conn: sa.Connection, closing_number: int) -> dict[str, tuple[int, str]]:
    """Number and hash of each payee's statement of a closing, by payee."""
    chosen = sa.select(STATEMENT.c.payee_id, STATEMENT.c.number, STATEMENT.c.hash)
    found = conn.execute(chosen.where(STATEMENT.c.closing_number == closing_number))
    return {row.payee_id: (row.number, row.hash) for row in found}


def newest(conn: sa.Connection) -> Sealed | None:
    """The statement that was sealed last; None where none ever was."""
    row = conn.execute(sa.select(STATEMENT).order_by(STATEMENT.c.number.desc()).limit(1)).first()
    return _sealed(row) if row is not None else None


def _sealed(row: sa.Row[Any]) -> Sealed:
    return Sealed(row.number, row.closing_number, row.period, row.payee_id, json.loads(row.content), row.hash)
