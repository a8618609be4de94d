"""What HubSpot allows: calls in ten seconds, searches in one, and our share of the day's calls."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from fractions import Fraction

from connectors.budget import DEFAULT_SHARE, DailyBudget

ROLLING_S = 10.0
ROLLING_CALLS = 100
"""What the smallest account may call in ten seconds; answers say what this one may."""

ROOM = Fraction(9, 10)
"""We stay below the limit by a tenth: calls do not arrive as evenly as they leave."""

SEARCH_S = 1.0
SEARCH_CALLS = 4
"""The whole account has five searches a second, of all its programs together."""

LIMIT, DAILY, DAILY_LEFT = "X-HubSpot-RateLimit-Max", "X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining"


class Window:
    """At most so many calls in so many seconds, whatever the moment one looks."""

    def __init__(self, calls: int, seconds: float) -> None:
        self.calls = calls
        self._seconds = seconds
        self._starts: deque[float] = deque()

    def wait_s(self, now: float) -> float:
        """Reserve the next call and say how long to wait before it."""
        while self._starts and self._starts[0] <= now - self._seconds:
            self._starts.popleft()
        start = now
        if len(self._starts) >= self.calls:
            start = max(now, self._starts[-self.calls] + self._seconds)
        self._starts.append(start)
        return start - now


class ApiBudget(DailyBudget):
    """Our share of the account's calls in a rolling day, and the pace that HubSpot sets."""

    def __init__(self, share: Fraction = DEFAULT_SHARE, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(share, monotonic=monotonic)
        self._now = monotonic
        self._pace = threading.Lock()
        self._rolling = Window(int(ROLLING_CALLS * ROOM), ROLLING_S)
        self._searches = Window(SEARCH_CALLS, SEARCH_S)

    def pause_s(self, *, search: bool) -> float:
        """Reserve one call and say how long to wait before it."""
        with self._pace:
            now = self._now()
            waits = [self._rolling.wait_s(now), self._searches.wait_s(now) if search else 0.0]
        return max(waits)

    def said(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Calls used and allowed in the whole account today; OAuth apps and searches are not told."""
        if (most := _number(headers, LIMIT)) is not None:
            self._rolling.calls = max(1, int(most * ROOM))
        limit, left = _number(headers, DAILY), _number(headers, DAILY_LEFT)
        return None if limit is None or left is None else (limit - left, limit)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None
