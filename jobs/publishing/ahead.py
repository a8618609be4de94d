"""What the next cycle would write of statements and lines, counted by payee and period, for those who may see them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from connectors.pay_records import PayObject, PayRecords
from jobs.access.visible import Sight
from jobs.publishing.records import VANISHED, WITHDRAWN
from store import record_families
from store.record_families import Held

STATEMENTS_AT_ONCE = 200
HOW = ("create", "update", "empty")
"""What happens to a record: `empty` makes it of nothing. One that the CRM never confirmed counts as created."""
EMPTIED = {VANISHED["status"], WITHDRAWN["status"]}
KINDS = ("statements", "lines")


def records_ahead(
    conn: Connection, pay: PayRecords, names: Mapping[str, str], sight: Sight, now: datetime
) -> list[dict[str, Any]]:
    """How many statements and lines of whom would be created, updated and emptied."""
    found: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for kind, whose, how in _writes(conn, pay, now):
        found[whose][kind, how] += 1
    return [
        {"payee": names.get(payee_id, payee_id), "period": period}
        | {kind: {how: counts[kind, how] for how in HOW} for kind in KINDS}
        for (payee_id, period), counts in sorted(found.items())
        if sight.in_period(period).shows(payee_id)
    ]


def _writes(conn: Connection, pay: PayRecords, now: datetime) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Every write: of a statement or a line, whose and in which period, and what happens to it."""
    keys = record_families.with_work(conn, pay.statement.name, pay.line.name, now)
    for start in range(0, len(keys), STATEMENTS_AT_ONCE):
        some = keys[start : start + STATEMENTS_AT_ONCE]
        whose: dict[str, tuple[str, str]] = {}
        for each in record_families.of_keys(conn, pay.statement.name, some, now):
            if each.state in {"due", "sent"}:
                whose[each.change.record_id] = (each.change.ordered_by, each.fields[pay.statement.fields["period"]])
                yield "statements", whose[each.change.record_id], _how(each, pay.statement)
        for line in record_families.ordered_by(conn, pay.line.name, some, now):
            if line.may_go and line.change.ordered_by in whose:
                yield "lines", whose[line.change.ordered_by], _how(line, pay.line)


def _how(held: Held, record: PayObject) -> str:
    if held.fields[record.fields["status"]] in EMPTIED:
        return "empty"
    return "update" if held.sent_fingerprint else "create"
