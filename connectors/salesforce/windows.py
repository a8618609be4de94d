"""Half-open windows over the change stamp: halved when a query is too slow, resumed when its pages are lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from connectors.port import TryAgain
from connectors.salesforce.errors import LocatorLost, TooSlow

OLDEST = datetime(1999, 1, 1, tzinfo=UTC)
"""Salesforce itself is not older."""

SMALLEST = timedelta(hours=1)
RESTARTS_MAX = 3


class Windows:
    """Walks [since, until) in slices. Rows are only ever read again, never left out."""

    def __init__(self, since: datetime | None, until: datetime) -> None:
        self.since = since
        self.until = until
        self.reached: datetime | None = None
        """Everything stamped before this has been given out, as long as rows come in order."""
        self._end = until
        self._restarts = 0
        self._in_order = True

    @property
    def open(self) -> bool:
        """Whether there is a slice left."""
        return self.since is None or self.since < self._end

    @property
    def last(self) -> bool:
        """Whether the slice at hand reaches the end."""
        return self.until == self._end

    def saw(self, stamps: Sequence[datetime]) -> None:
        """A page came. Once rows are out of order, only the end of the slice proves anything."""
        known = ([self.reached] if self.reached else []) + list(stamps)
        self._in_order = self._in_order and all(a <= b for a, b in pairwise(known))
        if stamps and self._in_order:
            self.reached = stamps[-1]

    def advance(self) -> None:
        """The slice is complete: try the next one at twice the length, for a slow stretch says little of the next."""
        length = 2 * (self.until - (self.since or OLDEST))
        self.reached, self._in_order, self._restarts = self.until, True, 0
        self.since = self.until
        self.until = min(self._end, self.until + length)

    def shrink_or_restart(self, problem: TryAgain) -> None:
        """Halve a slice that is too slow, restart one whose pages were lost; anything else goes to the caller."""
        if isinstance(problem, LocatorLost) and self._restarts < RESTARTS_MAX:
            self._restarts += 1
            self.since = max(filter(None, (self.since, self.reached)), default=None)
            return
        length = self.until - (self.since or OLDEST)
        if not isinstance(problem, TooSlow) or length <= SMALLEST:
            raise problem
        self.until -= length / 2
