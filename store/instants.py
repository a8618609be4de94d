"""Instants in the database: ISO text in UTC, of fixed width, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """The stored form of an aware instant.

    >>> instant_text(datetime(2026, 11, 22, 8, tzinfo=UTC))
    '2026-11-22T08:00:00.000000+00:00'
    """
    if instant.tzinfo is not UTC:
        if instant.tzinfo is None:
            raise ValueError(f"{instant} has no time zone: pass an aware instant")
        instant = instant.astimezone(UTC)
    return instant.isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """The instant that `instant_text` wrote."""
    return datetime.fromisoformat(text)
