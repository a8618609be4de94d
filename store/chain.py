"""Hash chains: in a table that is only appended to, every row's hash covers its own text and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store.tables import table

COVERED = (
    "number",
    "posting_id",
    "plan",
    "component",
    "payee_id",
    "period",
    "source_id",
    "part",
    "sequence",
    "deal_id",
    "kind",
    "delta_micros",
    "currency",
    "reason",
    "run_id",
    "booked_at",
    "booked_in",
)
"""Columns of a posting that its hash covers, in this order."""

FIRST = ""
"""What stands before the first posting."""

ROWS_AT_ONCE = 10_000


def link(previous_hash: str, covered: Sequence[object]) -> str:
    """Hash of a posting with these values of `COVERED` after the posting with `previous_hash`."""
    text = previous_hash + "\n" + canonical(covered)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(values: Sequence[object]) -> str:
    """One spelling for the same values: compact JSON, text as it is."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


EARNED, PAYABLE = table("posting"), table("payable_posting")
"""The ledgers: each has a chain of its own, so that what is payable goes on while what is earned is closed."""
CLOSING, STATEMENT = table("closing"), table("statement")
AUDIT, REQUEST, APPROVAL = table("audit"), table("approval_request"), table("approval")
PAYMENT = table("payment")
PAID = ("payee_id", "period", "amount_micros", "currency", "paid_on", "booked_in", "reference", "reason")
DISPUTE, SETTLED = table("dispute"), table("dispute_closing")
CLAIM = ("payee_id", "period", "deal_id", "expected_micros", "computed_micros", "currency", "why")
ADJUSTMENT, STEP = table("adjustment"), table("adjustment_step")
OF_ADJUSTMENT = (
    *("payee_id", "period", "dated_on", "kind", "plan", "component", "amount_micros", "currency", "deal_id"),
    *("reason", "evidence"),
)
WHO = ("number", "at", "login", "os_login")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chained table: it has the columns number, previous_hash and hash beside those that its hashes cover."""

    table: sa.Table
    covered: tuple[str, ...]
    """In this order; a column that a later version added comes last, and is left out of rows in which it is null."""
    added: int = 0
    """How many of the covered columns were added later."""

    def values(self, row: Sequence[object]) -> list[object]:
        """What the hash of a row with these values of `covered` covers."""
        first = len(self.covered) - self.added
        return [*row[:first], *(value for value in row[first : len(self.covered)] if value is not None)]


CHAINS = (
    Chain(EARNED, COVERED, added=1),
    Chain(PAYABLE, COVERED, added=1),
    Chain(STATEMENT, ("number", "closing_number", "period", "payee_id", "content")),
    Chain(AUDIT, (*WHO, "action", "subject", "before", "after", "reason")),
    Chain(REQUEST, (*WHO, "request_id", "kind", "subject", "detail", "detail_hash", "concerns", "by_run")),
    Chain(APPROVAL, (*WHO, "request", "step", "reason")),
    Chain(DISPUTE, (*WHO, *CLAIM)),
    Chain(SETTLED, (*WHO, "dispute", "settled_by", "reason", "computed_micros")),
    Chain(ADJUSTMENT, (*WHO, *OF_ADJUSTMENT)),
    Chain(STEP, (*WHO, "adjustment", "step", "reason")),
    Chain(CLOSING, ("number", "period", "action", "at", "by", "second", "reason", "seals")),
    Chain(PAYMENT, ("number", *PAID, "login", "at")),
)
"""Every chained table: `verify` reads them all."""


def head(conn: sa.Connection, account: sa.Table = EARNED) -> tuple[int, str]:
    """Number and hash of the newest row. Kept outside the database, it proves that nothing was cut off."""
    columns = account.c
    newest = conn.execute(sa.select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1)).first()
    return (newest.number, newest.hash) if newest else (0, FIRST)


def append_row(conn: sa.Connection, into: sa.Table, row: Mapping[str, Any]) -> int:
    """Append one row to a chained table, in the caller's write transaction; answers its number."""
    chain = next(chain for chain in CHAINS if chain.table is into)
    number, previous_hash = head(conn, into)
    values = {**row, "number": number + 1}
    hashed = link(previous_hash, chain.values([values[name] for name in chain.covered]))
    conn.execute(sa.insert(into).values({**values, "previous_hash": previous_hash, "hash": hashed}))
    return number + 1


def verify(conn: sa.Connection) -> str | None:
    """None when the chains hold, else a sentence that names the first broken row."""
    return next((broken for chain in CHAINS if (broken := _broken(conn, chain)) is not None), None)


def _broken(conn: sa.Connection, chain: Chain) -> str | None:
    name, known = chain.table.name.replace("_", " "), chain.table.c
    columns = [known[column] for column in (*chain.covered, "previous_hash", "hash")]
    expected, previous_hash = 1, FIRST
    for row in conn.execute(sa.select(*columns).order_by(known.number)).yield_per(ROWS_AT_ONCE):
        if row.number != expected:
            return f"{name} {expected} is missing: the next one there is {row.number}{_named(row)}."
        if row.previous_hash != previous_hash or row.hash != link(previous_hash, chain.values(row)):
            return f"{name} {row.number}{_named(row)} or its link to the one before was altered."
        expected, previous_hash = expected + 1, row.hash
    return None


def _named(row: sa.Row[Any]) -> str:
    """The id of a posting; other rows have none but their number."""
    return f" (id {row.posting_id})" if "posting_id" in row._fields else ""
