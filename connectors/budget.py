"""Our share of the CRM's daily API calls: all other programs of the company live from the rest."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import requests

from connectors.port import BudgetSpent

DEFAULT_SHARE = Fraction(20, 100)
DAY_S = 86_400.0
SLOT_S = 900.0


class DailyBudget(ABC):
    """Counts our calls over a rolling day and stops before the one that would exceed our share.

    Shared by every connection of the process. Until the CRM has said what the limit is, nothing is refused.
    """

    def __init__(self, share: Fraction = DEFAULT_SHARE, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._slots: deque[list[float]] = deque()
        self._usage: tuple[int, int] | None = None

    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in the whole org, as the CRM last said."""
        return self._usage

    def ours(self) -> tuple[int, int | None]:
        """Calls we made in the last 24 hours, and how many we may make (None: not known yet)."""
        with self._lock:
            return self._spent(), self._allowed()

    def spend(self) -> None:
        """Count one call, or refuse it."""
        with self._lock:
            spent, allowed = self._spent(), self._allowed()
            if allowed is not None and spent >= allowed:
                msg = (
                    f"{spent} API calls in 24 hours are our share ({self._share * 100} % of the org's limit): paused. "
                    "Raise the share in the settings, or wait."
                )
                raise BudgetSpent(msg, code="BUDGET", wait_s=self._slots[0][0] + DAY_S - self._monotonic() + SLOT_S)
            now = self._monotonic()
            if not self._slots or now - self._slots[-1][0] >= SLOT_S:
                self._slots.append([now, 0.0])
            self._slots[-1][1] += 1

    def heard(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Response hook: remember what the CRM says of the company's usage."""
        if found := self.said(response.headers):
            self._usage = found

    @abstractmethod
    def said(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Calls used and allowed, where these headers say so; each CRM has its own."""

    def _spent(self) -> int:
        while self._slots and self._monotonic() - self._slots[0][0] >= DAY_S + SLOT_S:
            self._slots.popleft()
        return int(sum(slot[1] for slot in self._slots))

    def _allowed(self) -> int | None:
        return None if self._usage is None else int(self._usage[1] * self._share)
