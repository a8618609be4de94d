"""Close and reopen: a month's results become final, or are opened again by two people with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection

from engine.calendar import Period
from jobs.books.checks import earlier_open, later_closed, open_points
from jobs.books.periods import named, refuse_unpaid
from jobs.books.refusals import NotOpened, NotYet
from jobs.books.sealing import seal_all
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from jobs.who import NotFound
from store import audit, closing, ledger
from store.chain import CLOSING, head
from store.database import Store


@dataclass(frozen=True, slots=True)
class Signed:
    """Who closes or reopens a period, and who agreed where two people were asked for (a login)."""

    who: audit.Who
    second: str | None = None


class Sign(Protocol):
    """Asks for the signatures under an action and a period; raises where one is missing.

    The detail names exactly what is signed: another closing, or other postings in the period, needs new signatures.
    """

    def __call__(
        self, action: Literal["close", "reopen"], period: str, detail: Mapping[str, Any], reason: str
    ) -> Signed:
        """The signatures."""
        ...


def periods_to_close(configuration: Configuration, store: Store, label: str) -> list[str]:
    """The period, after every earlier one of its kind that is open and shows something."""
    period = named(label, configuration)
    with store.read() as conn:
        return [*earlier_open(conn, period, configuration.rules.company), label]


def close(
    configuration: Configuration, store: Store, label: str, sign: Sign, *, accepts_issues: str = ""
) -> dict[str, Any]:
    """Seal the period's statements and keep it shut from now on; raises `NotYet` with everything that is open.

    `accepts_issues` is the reason for which the period is closed although issues hold records of it; it is kept.
    """
    period = named(label, configuration)
    with store.read() as conn:
        refuse_unpaid(conn, configuration, period)
        _refuse_open(conn, configuration, label, store, accepts_issues)
        detail = _detail(conn, label)
    signed = sign("close", label, {**detail, "accepts_issues": accepts_issues}, accepts_issues)
    with store.write() as conn:
        _refuse_open(conn, configuration, label, store, accepts_issues)
        if _detail(conn, label) != detail:
            raise SettingsProblem(f"{label} has changed since it was signed; close it again.")
        statements = seal_all(conn, label, configuration)
        number = _noted(conn, label, "closed", signed, reason=accepts_issues, now=store.clock())
        return {"period": label, "closing": number, "statements": statements, "seal": head(conn, CLOSING)[1]}


def reopen(
    configuration: Configuration, store: Store, label: str, sign: Sign, *, reason: str, with_later: bool = False
) -> dict[str, Any]:
    """Open a closed period again. Its sealed statements stay; closing it again seals new ones beside them.

    With the later closed periods of its kind, the last one first, all are opened or none: what is signed names each.
    """
    period = named(label, configuration)
    if not reason.strip():
        raise SettingsProblem("Reopening needs a reason: --reason 'why the period must change'.")
    with store.read() as conn:
        later = _later(conn, configuration, period, with_later=with_later)
        detail = _reopening(conn, label, later)
    signed = sign("reopen", label, {**detail, "reason": reason}, reason)
    with store.write() as conn:
        again = _reopening(conn, label, _later(conn, configuration, period, with_later=with_later))
        if again != detail:
            raise SettingsProblem(f"What is closed has changed since it was signed; reopen {label} again.")
        for each in (*later, label):
            number = _noted(conn, each, "reopened", signed, reason=reason, now=store.clock())
    return {"period": label, "later": later, "closing": number, "by": signed.who.login, "second": signed.second}


def _noted(conn: Connection, label: str, action: closing.Action, signed: Signed, *, reason: str, now: datetime) -> int:
    """The closing, and its entry in the audit log."""
    was = closing.closed(conn).get(label)
    number = closing.note(conn, label, action, signed.who.login, second=signed.second, reason=reason, now=now)
    before = {"closed": was is not None, "closing": was.number if was else None}
    after = {"closed": action == "closed", "closing": number, "second": signed.second}
    verb = "close" if action == "closed" else "reopen"
    audit.note(conn, signed.who, verb, label, before=before, after=after, reason=reason, now=now)
    return number


def _refuse_open(conn: Connection, configuration: Configuration, label: str, store: Store, accepts_issues: str) -> None:
    points = open_points(conn, configuration, label, store.clock())
    if accepts_issues:
        points = [point for point in points if point.subject == f"period {label}"]
    if points:
        raise NotYet(label, points)


def _later(conn: Connection, configuration: Configuration, period: Period, *, with_later: bool) -> list[str]:
    """The closed periods that are opened first; raises where there are some and only this one is to be opened."""
    if period.label not in closing.closed(conn):
        raise NotFound(f"{period.label} is open already; run sync, and close it when its statements are right.")
    after = later_closed(conn, period, configuration.rules.company)
    if after and not with_later:
        raise NotOpened(
            f"{period.label} cannot be reopened: {', '.join(after)} come after it and go on where it ends. "
            "Reopen those first (all with --with-later), or leave it closed: what changes is booked in the open period "
            "by itself."
        )
    return after


def _reopening(conn: Connection, label: str, later: Sequence[str]) -> dict[str, Any]:
    """What is signed: `_detail`, and each later period with the postings that show in it."""
    detail = _detail(conn, label)
    return detail | {"later": {each: ledger.shown_hash(conn, each) for each in later}} if later else detail


def _detail(conn: Connection, label: str) -> dict[str, Any]:
    """What is signed: which closing it is, and every posting that shows in the period."""
    return {"closing": closing.next_number(conn), "postings": ledger.shown_hash(conn, label)}
