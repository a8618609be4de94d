"""Hints that something has changed: they bring the next cycle forward, and never more than that.

What is kept of a hint is when it came. A cycle reads only what the CRM's index has settled on, so that it begins the
index's lag after the hint; what was hinted at later than that is left to a further cycle. However many hints come, one
cycle ends some time before the next begins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta


class Hints:
    """When the latest hint came, and what it asks of the schedule. Thread-safe."""

    def __init__(self, clock: Callable[[], datetime], *, lag: timedelta, apart: timedelta) -> None:
        self._clock = clock
        self._lag = lag
        self._apart = apart
        self._lock = threading.Lock()
        self._bring: Callable[[datetime], None] = lambda _: None
        self._latest: datetime | None = None
        self._ended: datetime | None = None
        self._running = False

    def bring(self, forward: Callable[[datetime], None]) -> None:
        """Say how the next cycle is brought forward; a cycle that is due earlier has to stay where it is."""
        self._bring = forward

    def note(self) -> None:
        """Something has changed."""
        with self._lock:
            self._latest = self._clock()
            if not self._running:
                self._bring(self._due(self._latest))

    def heeded(self, job: Callable[[], None]) -> Callable[[], None]:
        """The job; hints that it came too early for call for another one."""

        def run() -> None:
            started = self._begin()
            try:
                job()
            finally:
                self._end(started)

        return run

    def _due(self, hinted: datetime) -> datetime:
        seen = hinted + self._lag
        return seen if self._ended is None else max(seen, self._ended + self._apart)

    def _begin(self) -> datetime:
        with self._lock:
            self._running = True
            return self._clock()

    def _end(self, started: datetime) -> None:
        with self._lock:
            self._running = False
            self._ended = self._clock()
            if self._latest and self._latest + self._lag > started:
                self._bring(self._due(self._latest))
