"""Signatures under a closing: the acting person's, and another one's where two are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from engine.documents.company.access import Access
from jobs.access.actor import Actor
from jobs.access.approvals import approved_or_waits
from jobs.books.close import Sign, Signed
from store.database import Store


def signing(access: Access, store: Store, actor: Actor) -> Sign:
    """Signs as the actor. Where somebody else must agree and has not, it is asked for and `Waits` is raised."""

    def sign(action: Literal["close", "reopen"], period: str, detail: Mapping[str, Any], reason: str) -> Signed:
        approved = approved_or_waits(store, access, actor, action, period, detail=detail, reason=reason)
        others = [login for login in approved.persons if login != actor.login]
        return Signed(actor, others[0] if others else None)

    return sign
