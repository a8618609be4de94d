"""What HubSpot does not document, and how this portal does it. No client may count on any of it: each can be set."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Habits:
    """As they are most often told of, until somebody sets them otherwise."""

    history_depth: int = 20
    """Values that are kept of a property."""
    owners_page: int = 500
    """The largest page of owners; a larger one is refused."""
    inactive_user: Literal["userIdIncludingInactive", "userId", ""] = "userIdIncludingInactive"
    """Under which key the user of an owner who has left is told, if at all."""
    usage_counted: bool = True
    """Whether the account's usage counts the calls of this key."""
    terse_refusals: bool = False
    """Whether 401 and 403 say no more than a message."""
    lines_bump_deals: bool = False
    """Whether a changed line item moves the stamp of its deal."""
    bump_on_no_op: bool = True
    """Whether a write that changes nothing moves the stamp."""
    isolate_without_trace: bool = False
    """Whether a bad value in an input without a trace id fails alone, instead of taking the batch with it."""
    isolate_with_trace: bool = True
    """The same for inputs with one."""
    export_starts_ms: int = 1_000
    """How long an export waits for its turn …"""
    export_takes_ms: int = 2_000
    """… and how long it is then being made."""
    read_only_code: str = "READ_ONLY_VALUE"
    """The code of a property that nobody may write."""
