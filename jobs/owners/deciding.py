"""Whether an owner field of the CRM is set, by what it says right now: read, compare, and only then write.

What we set is ours until somebody changes it. What they chose is respected, set again, or never touched in the first
place, as the policy says; and no record changes hands by us more than once in a day, whoever is on the other side.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.ownership import OwnerPolicy
from engine.model import Issue, Severity
from store.ownership import Owned

BETWEEN_CHANGES = timedelta(days=1)
"""At least so long between two changes of one record's owners by us."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known when a record is looked at."""

    present: Mapping[str, Any]
    """What its owner fields say now."""
    read: Mapping[str, Any]
    """What they said when the rules decided, our own writes taken away; fields that are no input are missing."""
    changed_at: datetime | None
    """When we last changed any of them."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about one field."""

    owned: Owned
    """What to remember of it."""
    writes: bool = False
    issue: Issue | None = None


def decide(before: Owned, policy: OwnerPolicy, seen: Seen, inactive: Collection[str]) -> Decision:
    """Write only where the field differs, nobody changed it after us (or the policy says so), and the day is over."""
    present = seen.present.get(before.field)
    owned = replace(_whose(before, present), due=False)
    if owned.wanted is None:
        return Decision(owned)
    if present == owned.wanted:
        return Decision(replace(owned, state="idle") if owned.state == "theirs" else owned)
    if policy == "flag":
        return Decision(owned, issue=_differs(owned, present))
    if owned.wanted in inactive:
        return Decision(owned, issue=_inactive(owned))
    if owned.state == "theirs" and policy == "respect":
        return Decision(owned, issue=_respected(owned, present))
    if before.field in seen.read and seen.read[before.field] != owned.chosen(present):
        return Decision(replace(owned, due=True))  # somebody was faster: the rules look at it first
    if seen.changed_at is not None and seen.now - seen.changed_at < BETWEEN_CHANGES:
        return Decision(replace(owned, due=True), issue=_waits(owned, present) if owned.state == "theirs" else None)
    return Decision(_sending(owned, present, seen.now), writes=True)


def last_change(every: Sequence[Owned], began: datetime) -> datetime | None:
    """When we last changed any of these places of one record, before this run: what one run sets is one change."""
    return max((each.changed_at for each in every if each.changed_at and each.changed_at < began), default=None)


def by_hand(owned: Owned, present: str | None) -> Owned:
    """What was there before we ever wrote is a person's choice, as long as it stands."""
    if owned.written is not None or owned.state not in ("idle", "theirs"):
        return owned
    return replace(owned, state="idle" if present in (None, owned.wanted) else "theirs")


def _whose(owned: Owned, present: str | None) -> Owned:
    """Whose choice the present owner is. One whose write was never answered and did not arrive is as it was."""
    if owned.state in ("sending", "ours") and present == owned.written:
        return replace(owned, state="ours")
    if owned.state == "sending" and present == owned.stood:
        return replace(owned, state="idle")
    return replace(owned, state="theirs") if owned.state in ("sending", "ours") else owned


def _sending(owned: Owned, present: str | None, now: datetime) -> Owned:
    """Remembered before it is sent, so that a crash in between cannot make our write look like somebody else's."""
    stood = owned.stood if owned.state == "ours" else present
    return replace(owned, stood=stood, written=owned.wanted, state="sending", changed_at=now, due=True)


def _issue(owned: Owned, code: str, message: str, remedy: str) -> Issue:
    return Issue(code, Severity.WARNS, subject(owned.record_id), f"{owned.field}: {message}", remedy)


def subject(record_id: str) -> str:
    """How issues name the deal."""
    return f"deal {record_id}"


def _differs(owned: Owned, present: str | None) -> Issue:
    message = f"the rules say {owned.wanted}, the CRM says {present or 'nobody'}; the policy is to say so only."
    return _issue(owned, "owner_differs", message, "Change the owner in the CRM, or the rules.")


def _inactive(owned: Owned) -> Issue:
    message = f"{owned.wanted} should own it by the rules, but is no longer active; the owner stays as it is."
    return _issue(owned, "owner_inactive", message, "Name a successor in roles.csv, or activate the user.")


def _respected(owned: Owned, present: str | None) -> Issue:
    after = "somebody changed it after we set it" if owned.written else "somebody set it before we did"
    message = f"{after}, to {present or 'nobody'}; by the rules it is {owned.wanted}."
    return _issue(owned, "owner_respected", message, "Change the owner in the CRM or the rules, or use overwrite.")


def _waits(owned: Owned, present: str | None) -> Issue:
    message = f"somebody changed it to {present or 'nobody'}; {owned.wanted} is set again a day after last time."
    return _issue(owned, "owner_contested", message, "Stop the flow or the person who changes it, or use respect.")
