"""The clock that everything below the commands is given. Commands look it up here at each use: a test sets another."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)
