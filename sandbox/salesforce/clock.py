"""Instants as Salesforce keeps them: whole seconds, UTC, written as text that sorts by time."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

Clock = Callable[[], datetime]


def stamp(moment: datetime) -> str:
    """Write an instant as REST does; the milliseconds are decoration."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + ".000+0000"


def parse_instant(text: str) -> datetime:
    """Read an ISO instant with a zone; ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone: {text}")
    return moment.astimezone(UTC)


def http_date(moment: datetime) -> str:
    """Write an instant for a header."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def parse_http_date(text: str) -> datetime:
    """Read an instant of a header; ValueError when it is not one."""
    return parsedate_to_datetime(text).astimezone(UTC)
