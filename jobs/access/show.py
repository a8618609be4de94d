"""What waits for people and what they did, in a terminal or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.telling.wording import counted
from jobs.show import as_data, console, table
from jobs.statements.approved import told
from store.audit import Entry


def show_waiting(waiting: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Each request with its id, and what exactly would be let through."""
    if as_json:
        as_data(waiting)
        return
    rows = [
        (
            *(row[name] for name in ("id", "kind", "subject", "asked_by")),
            *(row["asked_at"].isoformat(" ", "minutes"), ", ".join(row["agreed"]), row["asks"]),
        )
        for row in waiting
    ]
    columns = ("id", "kind", "subject", "asked by", "at", "agreed", "asks to")
    console().print(table(counted(len(waiting), "request waits", "requests wait"), columns, rows))


def show_approved(done: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Each statement with what it comes to and who stands for that."""
    if as_json:
        as_data(done)
        return
    for one in done:
        sums = ", ".join(f"{amount} {currency}" for currency, amount in one["totals"].items()) or "nothing"
        console().print(f"{one['payee']}, {one['period']}: {sums}. {told(one['approval'])}", markup=False)


def show_audit(entries: Sequence[Entry], *, as_json: bool) -> None:
    """The log, newest first."""
    if as_json:
        as_data([asdict(entry) for entry in entries])
        return
    rows = [
        (
            *(entry.number, entry.at.isoformat(" ", "seconds"), entry.login, entry.os_login, entry.action),
            *(entry.subject, _short(entry.before), _short(entry.after), entry.reason),
        )
        for entry in entries
    ]
    columns = ("", "at", "who", "as", "did", "to", "before", "after", "why")
    console().print(table(counted(len(entries), "entry", "entries"), columns, rows))


def _short(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
