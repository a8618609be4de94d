"""Which windows of time are searched: once as soon as the index shows a change, once more when it cannot be behind.

The search index is seconds behind the records, sometimes more, and HubSpot does not say how far. The settled pass is
the truth; the live pass is there so that nobody has to wait for it. What the live pass has read is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.hubspot.cursor import Cursor

LARGEST = timedelta(hours=6)
"""After a pause, the cursor moves on a quarter of a day at a time, so that little is read again after a crash."""

SECOND = timedelta(seconds=1)
"""HubSpot's clock is told in whole seconds."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the index may be."""

    live: timedelta = timedelta(seconds=60)
    """The live pass ends this long ago."""
    settled: timedelta = timedelta(minutes=60)
    """The settled pass ends this long ago."""
    overlap: timedelta = timedelta(minutes=5)
    """Each window begins this long before the last one ended."""


class Window(NamedTuple):
    """[since, until) to be searched, and the cursor once everything in it is stored."""

    since: datetime
    until: datetime
    settled: bool
    done: Cursor


def windows(place: Cursor, now: datetime, lag: Lag) -> Iterator[Window]:
    """The windows that are due, oldest first; the last one is always the live one."""
    settled, live = place.settled or now, place.live or now
    while settled < now - lag.settled:
        until = min(settled + LARGEST, now - lag.settled)
        live = max(live, until)
        yield Window(settled - lag.overlap, until, settled=True, done=Cursor(live=live, settled=until))
        settled = until
    until = max(live, now + SECOND - lag.live)
    yield Window(live - lag.overlap, until, settled=False, done=Cursor(live=until, settled=settled))


class Seen:
    """Which versions were stored a short while ago, so that the other pass need not read them again.

    Kept by the process, not by the store: after a restart they are read once more, which changes nothing.
    """

    def __init__(self) -> None:
        self._versions: dict[str, dict[str, tuple[str, datetime]]] = {}

    def unread(self, name: str, hits: list[tuple[str, str]]) -> list[str]:
        """Ids among these whose version is not known to be stored."""
        known = self._versions.get(name, {})
        return [record_id for record_id, stamp in hits if not stamp or known.get(record_id, ("",))[0] != stamp]

    def stored(self, name: str, hits: list[tuple[str, str]], until: datetime) -> None:
        """These versions, of a window until then, are stored; to be called only afterwards."""
        self._versions.setdefault(name, {}).update({record_id: (stamp, until) for record_id, stamp in hits})

    def forget(self, name: str, before: datetime) -> None:
        """Versions of windows older than that come up in none any more."""
        known = self._versions.get(name, {})
        self._versions[name] = {key: version for key, version in known.items() if version[1] >= before}
