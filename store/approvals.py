"""Requests for approval and their steps, as rows. Who may take a step is decided in `jobs/access/approvals.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from store.audit import Who
from store.bulk import among
from store.chain import APPROVAL, REQUEST, append_row
from store.instants import instant_of, instant_text

Step = Literal["consented", "approved", "lapsed"]
SHORT = 12
"""Characters of a request's id: enough to name one of those that wait, few enough to type."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that somebody has taken."""

    step: Step
    login: str
    os_login: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody, or a run, asked to be let through, and what has become of it."""

    number: int
    id: str
    kind: str
    subject: str
    detail: Any
    detail_hash: str
    concerns: tuple[str, ...]
    """Ids of the payees whose pay it changes."""
    by_run: bool
    """A run asked, not a person: its login consents to nothing."""
    login: str
    os_login: str
    requested_at: datetime
    steps: tuple[Taken, ...]

    @property
    def approved(self) -> bool:
        """Whether it may be done."""
        return bool(self.steps) and self.steps[-1].step == "approved"

    @property
    def waits(self) -> bool:
        """Whether it is still open."""
        return not self.steps or self.steps[-1].step == "consented"

    @property
    def persons(self) -> tuple[str, ...]:
        """Who stands for it: the person who asked, and those who agreed."""
        asked = () if self.by_run else (self.login,)
        return (*asked, *(taken.login for taken in self.steps if taken.step != "lapsed"))


def detail_hash_of(detail: Mapping[str, Any]) -> str:
    """What an approval names: the hash of exactly this detail."""
    return hashlib.sha256(_text(detail).encode()).hexdigest()


def request_id(kind: str, subject: str, detail_hash: str) -> str:
    """The name of a request; the same thing asked again has the same."""
    return hashlib.sha256("\0".join((kind, subject, detail_hash)).encode()).hexdigest()[:SHORT]


def add_request(
    conn: sa.Connection,
    who: Who,
    kind: str,
    subject: str,
    detail: Mapping[str, Any],
    *,
    now: datetime,
    concerns: Collection[str] = (),
    by_run: bool = False,
) -> Request:
    """Keep a request; one that is there and has not lapsed is left as it is."""
    hashed = detail_hash_of(detail)
    known = latest(conn, kind, subject, hashed)
    if known is not None and (known.waits or known.approved):
        return known
    values = {
        **_who(who, now),
        "request_id": request_id(kind, subject, hashed),
        "kind": kind,
        "subject": subject,
        "detail": _text(detail),
        "detail_hash": hashed,
        "concerns": json.dumps(sorted(concerns)),
        "by_run": int(by_run),
    }
    number = append_row(conn, REQUEST, values)
    return _requests(conn, REQUEST.c.number == number)[0]


def add_step(conn: sa.Connection, who: Who, asked: Request, step: Step, *, reason: str, now: datetime) -> Request:
    """Keep what somebody decided; answers the request as it is now."""
    append_row(conn, APPROVAL, {**_who(who, now), "request": asked.number, "step": step, "reason": reason})
    return _requests(conn, REQUEST.c.number == asked.number)[0]


def latest(conn: sa.Connection, kind: str, subject: str, detail_hash: str) -> Request | None:
    """The newest request for exactly this."""
    row = REQUEST.c
    found = _requests(conn, row.kind == kind, row.subject == subject, row.detail_hash == detail_hash)
    return found[-1] if found else None


def about(conn: sa.Connection, kind: str, subjects: Collection[str]) -> list[Request]:
    """Every request of a kind about one of these, oldest first."""
    return _requests(conn, REQUEST.c.kind == kind, REQUEST.c.subject.in_(among(subjects)))


def by_id(conn: sa.Connection, request_id: str) -> Request | None:
    """The newest request of this name."""
    found = _requests(conn, REQUEST.c.request_id == request_id)
    return found[-1] if found else None


def all_waiting(conn: sa.Connection, kind: str | None = None) -> list[Request]:
    """What waits for a person, oldest first."""
    chosen = [] if kind is None else [REQUEST.c.kind == kind]
    return [asked for asked in _requests(conn, *chosen) if asked.waits]


def _requests(conn: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Request]:
    rows = conn.execute(sa.select(REQUEST).where(*conditions).order_by(REQUEST.c.number)).all()
    steps = _steps(conn, sa.select(REQUEST.c.number).where(*conditions))
    return [
        Request(
            row.number,
            *(row.request_id, row.kind, row.subject, json.loads(row.detail), row.detail_hash),
            *(tuple(json.loads(row.concerns)), bool(row.by_run), row.login, row.os_login, instant_of(row.at)),
            tuple(steps.get(row.number, ())),
        )
        for row in rows
    ]


def _steps(conn: sa.Connection, numbers: sa.Select[tuple[int]]) -> dict[int, list[Taken]]:
    """The steps by the number of their request, in the order in which they were taken."""
    found: dict[int, list[Taken]] = {}
    chosen = sa.select(APPROVAL).where(APPROVAL.c.request.in_(numbers)).order_by(APPROVAL.c.number)
    for row in conn.execute(chosen):
        taken = Taken(row.step, row.login, row.os_login, instant_of(row.at), row.reason)
        found.setdefault(row.request, []).append(taken)
    return found


def _who(who: Who, now: datetime) -> dict[str, str]:
    return {"at": instant_text(now), "login": who.login, "os_login": who.os_login}


def _text(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
