"""Payees acknowledge a plan version: what was agreed is the very text that pay is computed with.

An acknowledgement is an entry of the audit log, hence can neither be taken back nor be made for another day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from sqlalchemy import Connection

from engine.documents.plans.plan import Plan
from engine.matching import in_force
from jobs.access.actor import Actor
from jobs.access.errors import NotYours
from store import audit, canonical

ACKNOWLEDGE = "acknowledge"
SHORT = 12
"""Characters of a version that people are shown."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The version of a plan that a payee acknowledged last, and when."""

    version: str
    at: datetime


def acknowledge(conn: Connection, actor: Actor, name: str, plans: Iterable[Plan], *, today: date, now: datetime) -> str:
    """Note that the actor has read the version of the plan in force today; answers the version.

    Raises `NotYours` for anybody who is not enrolled in a plan of this name today, whether there is one or not.
    """
    plan = next((plan for plan in plans if plan.plan == name and plan.effective.covers(today)), None)
    if actor.person_id is None or plan is None or not _enrolled(conn, actor.person_id, name, today):
        raise NotYours(f"You are in no plan {name!r} today; there is nothing to acknowledge.")
    before = acknowledged(conn, actor.person_id).get(name)
    was = {"version": before.version} if before else None
    after = {"plan": name, "version": plan.version}
    audit.note(conn, actor, ACKNOWLEDGE, actor.person_id, before=was, after=after, reason="", now=now)
    return plan.version


def _enrolled(conn: Connection, person_id: str, plan: str, today: date) -> bool:
    enrolments = canonical.whole(conn, "enrolments")
    return not enrolments.filter(in_force(pl.lit(today)), plan=plan, person_id=person_id).is_empty()


def acknowledged(conn: Connection, payee_id: str) -> dict[str, Acknowledged]:
    """By plan, what the payee acknowledged last."""
    entries = [entry for entry in audit.entries(conn, payee_id) if entry.action == ACKNOWLEDGE]
    return {entry.after["plan"]: Acknowledged(entry.after["version"], entry.at) for entry in reversed(entries)}


def told(conn: Connection, payee_id: str, computed_with: Iterable[dict[str, str]]) -> list[dict[str, str | None]]:
    """The plan versions of a statement, each with when the payee acknowledged that very version; None where not."""
    known = acknowledged(conn, payee_id)
    found: list[dict[str, str | None]] = []
    for each in computed_with:
        last = known.get(each["plan"])
        at = last.at.isoformat() if last is not None and last.version == each["version"] else None
        found.append({**each, "acknowledged_at": at})
    return found
