"""The ledger's hash chain: every row's hash covers its own text and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

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


def head(conn: sa.Connection, account: sa.Table = EARNED) -> tuple[int, str]:
    """Number and hash of the newest posting. Kept outside the database, it proves that nothing was cut off."""
    posting = account.c
    newest = conn.execute(sa.select(posting.number, posting.hash).order_by(posting.number.desc()).limit(1)).first()
    return (newest.number, newest.hash) if newest else (0, FIRST)


def verify(conn: sa.Connection) -> str | None:
    """None when the chains hold, else a sentence that names the first broken row."""
    return _broken(conn, EARNED) or _broken(conn, PAYABLE)


def _broken(conn: sa.Connection, account: sa.Table) -> str | None:
    posting, name = account.c, account.name.replace("_", " ")
    columns = [posting[name] for name in (*COVERED, "previous_hash", "hash")]
    expected, previous_hash = 1, FIRST
    for row in conn.execute(sa.select(*columns).order_by(posting.number)).yield_per(ROWS_AT_ONCE):
        if row.number != expected:
            return f"{name} {expected} is missing: the next one there is {row.number} (id {row.posting_id})."
        covered = list(row[: len(COVERED)])
        if row.previous_hash != previous_hash or row.hash != link(previous_hash, covered):
            return f"{name} {row.number} (id {row.posting_id}) or its link to the one before was altered."
        expected, previous_hash = expected + 1, row.hash
    return None
