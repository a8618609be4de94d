"""The audit log: who did what when, with the values before and after, and why. Append-only and chained.

What is noted is noted in the transaction of the thing itself: neither is there without the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from store.chain import AUDIT, append_row
from store.instants import instant_of, instant_text


class Who(Protocol):
    """Somebody who gives commands: by the name in access.yaml, and by the operating system's user behind it."""

    @property
    def login(self) -> str:
        """The name in access.yaml."""
        ...

    @property
    def os_login(self) -> str:
        """The operating system's user."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log."""

    number: int
    at: datetime
    login: str
    os_login: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str


def note(
    conn: sa.Connection,
    actor: Who,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str,
    now: datetime,
) -> int:
    """Add to the log; answers the entry's number."""
    values = {
        "at": instant_text(now),
        "login": actor.login,
        "os_login": actor.os_login,
        "action": action,
        "subject": subject,
        "before": _text(before),
        "after": _text(after),
        "reason": reason,
    }
    return append_row(conn, AUDIT, values)


def entries(conn: sa.Connection, subject: str | None = None, limit: int | None = None) -> Iterator[Entry]:
    """The log, newest first: of one subject, or of everything."""
    chosen = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
    if subject is not None:
        chosen = chosen.where(AUDIT.c.subject == subject)
    for row in conn.execute(chosen):
        yield Entry(
            row.number,
            instant_of(row.at),
            *(row.login, row.os_login, row.action, row.subject),
            *(json.loads(row.before), json.loads(row.after), row.reason),
        )


def _text(value: Mapping[str, Any] | None) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
