"""Who may do and see what: the one place. Whatever is not allowed here is refused.

An answer never tells whether somebody or something exists that the asking person may not see: both cases have the same
words and the same exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.documents.access import DECIDES, Duty

if TYPE_CHECKING:
    from jobs.access.actor import Actor

EVERYBODY: frozenset[Duty] = frozenset({"payee", "manager", "finance", "auditor", "admin"})
SEES_ALL: frozenset[Duty] = DECIDES | {"auditor"}
ADMIN: frozenset[Duty] = frozenset({"admin"})

MAY: Mapping[str, frozenset[Duty]] = MappingProxyType(
    {
        # Questions; what is shown of a payee goes through `Sight`.
        **dict.fromkeys(("statement", "explain", "blame", "people", "preview"), EVERYBODY),
        **dict.fromkeys(("report", "status", "issues", "approvals", "audit", "experiment report"), SEES_ALL),
        **dict.fromkeys(("diff", "verify", "plan lint", "plan diff", "reassign --dry-run"), SEES_ALL),
        # What changes the books, or lets a change through.
        **dict.fromkeys(("sync", "backfill", "approve", "reassign", "close", "reopen"), DECIDES),
        # The worker itself and its connection.
        **dict.fromkeys(("run", "doctor", "setup"), ADMIN),
    }
)
"""By what is done, whose roles allow it. What is not named here is done by nobody."""


class NotYours(Exception):  # noqa: N818  # shown to a person as it is
    """The acting person may not do or see this. The message is the same where there is nothing to be seen."""


def may_do(actor: Actor, action: str) -> bool:
    """Whether one of the actor's roles allows the action; an action that nobody has named is not allowed."""
    return bool(actor.roles & MAY.get(action, frozenset()))


def must_do(actor: Actor, action: str) -> None:
    """Raise `NotYours` where the actor may not do this."""
    if not may_do(actor, action):
        allowed = " or ".join(sorted(MAY.get(action, frozenset()))) or "nobody"
        have = ", ".join(sorted(actor.roles))
        raise NotYours(f"{action} is for {allowed}; {actor.login} has the role {have}.")
