"""Instants as HubSpot keeps them: milliseconds since 1970, UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000


def millis(moment: datetime) -> int:
    """Give an instant as milliseconds."""
    return (moment - EPOCH) // _MILLISECOND


def instant(ms: int) -> datetime:
    """Give milliseconds as an instant."""
    return EPOCH + ms * _MILLISECOND


def iso(ms: int) -> str:
    """Write an instant as the API does: milliseconds only where there are any.

    >>> iso(1795996800000), iso(1795996800123)
    ('2026-11-30T00:00:00Z', '2026-11-30T00:00:00.123Z')
    """
    moment = instant(ms).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds") + "Z"


def parse_instant(text: str) -> int:
    """Read milliseconds, or an ISO instant; a date alone is midnight UTC. ValueError for anything else.

    >>> parse_instant("1795996800123") == parse_instant("2026-11-30T00:00:00.123Z")
    True
    """
    if text.lstrip("-").isdecimal():
        return int(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if len(text) > len("2026-11-30"):
            raise ValueError(f"no time zone: {text}")
        moment = moment.replace(tzinfo=UTC)
    return millis(moment.astimezone(UTC))
