"""Approvals: what waits for a person, who may let it through, and what was let through.

An approval names exactly what it approves, by the hash of its detail, and lets nothing else through. What may happen
again with the same words (closing a month a second time) carries its number in its detail.

Where two persons are asked for, two different ones must stand for it: whoever asked and another one, or two others
where a run has asked, because nobody stands behind a run. Nobody approves what pays them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.documents.company.access import PAIR, Access, Decision
from jobs.access.actor import Actor
from jobs.access.visible import must_do
from store import approvals, audit
from store.approvals import Request, detail_hash_of
from store.database import Store

GONE = "What it was about is no longer there."


class Unapproved(Exception):  # noqa: N818  # shown to a person as it is
    """This person cannot approve this; the message says why and who can."""


class Waits(Exception):  # noqa: N818  # not an error: a decision that is another person's
    """Something waits for approval; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Approved:
    """It may be done; `persons` (logins) stand for it."""

    request_id: str
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """It was asked for and is not approved yet."""

    request_id: str


def standing(conn: Connection, kind: Decision, subject: str, detail_hash: str) -> Approved | Waiting | None:
    """What has become of the request for exactly this; None where nobody has asked, or it has lapsed."""
    found = approvals.latest(conn, kind, subject, detail_hash)
    if found is None or not (found.approved or found.waits):
        return None
    return Approved(found.id, found.persons) if found.approved else Waiting(found.id)


def request(
    conn: Connection,
    access: Access,
    actor: Actor,
    kind: Decision,
    subject: str,
    *,
    detail: Mapping[str, Any],
    now: datetime,
    reason: str = "",
    concerns: Collection[str] = (),
) -> Request:
    """Ask for approval, as a person; where one person is enough it is given at once. Asking again changes nothing.

    `concerns` are the ids of the payees whose pay it changes. Raises `Unapproved` where a second person is needed and
    access.yaml names nobody.
    """
    two = access.needs_two(kind)
    if two and not access.people:
        raise Unapproved(
            f"{kind} needs a second person, and access.yaml names nobody: add the people who may act to it, "
            "two of them with the role finance or admin (docs/access.md)."
        )
    known = approvals.latest(conn, kind, subject, detail_hash_of(detail))
    if known is not None and (known.waits or known.approved):
        return known
    asked = approvals.add_request(conn, actor, kind, subject, detail, now=now, concerns=concerns)
    audit.note(conn, actor, f"request {kind}", subject, after=_named(asked), reason=reason, now=now)
    if two:
        return asked
    _refuse_own_pay(actor, asked)
    return approvals.add_step(conn, actor, asked, "approved", reason=reason, now=now)


def approved_or_waits(
    store: Store,
    access: Access,
    actor: Actor,
    kind: Decision,
    subject: str,
    *,
    detail: Mapping[str, Any],
    reason: str = "",
    concerns: Collection[str] = (),
) -> Approved:
    """The approval of exactly this, for commands that do something only when it is approved.

    Where it is not there yet it is asked for, in a transaction of its own, and `Waits` is raised.
    """
    now = store.clock()
    with store.write() as conn:
        asked = request(conn, access, actor, kind, subject, detail=detail, now=now, reason=reason, concerns=concerns)
    if not asked.approved:
        raise Waits(f"{kind} {subject} waits for a second person: worker.py approve {asked.id}")
    return Approved(asked.id, asked.persons)


def approve(conn: Connection, access: Access, actor: Actor, request_id: str, *, reason: str, now: datetime) -> Request:
    """Let through what waits under this id; where a further person is needed, remember that this one agreed.

    Raises `Unapproved` for an id that nothing waits under, for the person who asked where two are needed, and for a
    payee whose pay it changes; `NotYours` where the actor has no role that approves.
    """
    must_do(actor, "approve")
    asked = approvals.by_id(conn, request_id)
    if asked is None or not asked.waits:
        raise Unapproved(f"Nothing waits for approval under {request_id}; 'worker.py approvals' lists what does.")
    _refuse_own_pay(actor, asked)
    two = access.needs_two(asked.kind)
    if two and actor.login in asked.persons:
        raise Unapproved(
            f"{asked.kind} needs a second person; {actor.login} is the first. Ask another with the role "
            "finance or admin."
        )
    enough = not two or len({*asked.persons, actor.login}) >= PAIR
    done = approvals.add_step(conn, actor, asked, "approved" if enough else "consented", reason=reason, now=now)
    before, after = _named(asked), _named(done)
    audit.note(conn, actor, f"approve {asked.kind}", asked.subject, before=before, after=after, reason=reason, now=now)
    return done


def lapse(conn: Connection, actor: audit.Who, kind: Decision, subject: str, *, keep: str | None, now: datetime) -> None:
    """End what waits under this kind and subject, but the request whose detail hash is `keep`: it is gone."""
    for asked in approvals.all_waiting(conn, kind):
        if asked.subject == subject and asked.detail_hash != keep:
            approvals.add_step(conn, actor, asked, "lapsed", reason=GONE, now=now)


def _refuse_own_pay(actor: Actor, asked: Request) -> None:
    if actor.person_id is not None and actor.person_id in asked.concerns:
        raise Unapproved(f"{asked.kind} {asked.subject} changes your own pay; somebody else must approve it.")


def _named(asked: Request) -> dict[str, Any]:
    state = asked.steps[-1].step if asked.steps else "waits"
    return {"request": asked.id, "detail_hash": asked.detail_hash, "state": state, "persons": list(asked.persons)}
