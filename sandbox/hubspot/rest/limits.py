"""How many requests are allowed: in ten seconds, in one second of search, and in the portal's day."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import Clock, millis
from sandbox.hubspot.errors import ApiError

_TEN_SECONDS_MS, _SECOND_MS = 10_000, 1_000
_STATUS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of a portal's tier; None for no limit."""

    ten_secondly: int | None = 190
    search_secondly: int | None = 5
    daily: int | None = 1_000_000


UNLIMITED = Allowance(ten_secondly=None, search_secondly=None, daily=None)


class Limits:
    """Counts requests by the portal's clock; peaks are kept for those who want to prove that they never pushed."""

    def __init__(self, clock: Clock, allowance: Allowance, zone: str) -> None:
        self._clock, self.allowance, self.zone = clock, allowance, zone
        self._recent: deque[int] = deque()
        self._searches: deque[int] = deque()
        self._day = ""
        self.today = 0
        self.peak_ten_secondly = self.peak_search_secondly = 0
        self.refused = 0

    def take(self, *, search: bool) -> None:
        """Count a request; 429 when it is one too many. Refused requests count for the day."""
        now = self._clock()
        now_ms, day = millis(now), str(now.astimezone(ZoneInfo(self.zone)).date())
        if day != self._day:
            self._day, self.today = day, 0
        self.today += 1
        _forget(self._recent, now_ms - _TEN_SECONDS_MS)
        _forget(self._searches, now_ms - _SECOND_MS)
        self._check(self.allowance.daily, self.today - 1, "DAILY")
        if search:
            self._check(self.allowance.search_secondly, len(self._searches), "SECONDLY")
            self._searches.append(now_ms)
            self.peak_search_secondly = max(self.peak_search_secondly, len(self._searches))
        else:
            self._check(self.allowance.ten_secondly, len(self._recent), "TEN_SECONDLY_ROLLING")
            self._recent.append(now_ms)
            self.peak_ten_secondly = max(self.peak_ten_secondly, len(self._recent))

    def _check(self, most: int | None, used: int, policy: str) -> None:
        if most is not None and used >= most:
            self.refused += 1
            raise rate_limited(policy)

    def headers(self, *, daily: bool) -> dict[str, str]:
        """Say what is left; search does not, and an OAuth app is told nothing of the day."""
        allowed, shown = self.allowance, {}
        if allowed.ten_secondly is not None:
            left = max(0, allowed.ten_secondly - len(self._recent))
            shown = {
                "X-HubSpot-RateLimit-Max": str(allowed.ten_secondly),
                "X-HubSpot-RateLimit-Remaining": str(left),
                "X-HubSpot-RateLimit-Interval-Milliseconds": str(_TEN_SECONDS_MS),
            }
        if daily and allowed.daily is not None:
            shown["X-HubSpot-RateLimit-Daily"] = str(allowed.daily)
            shown["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, allowed.daily - self.today))
        return shown

    def resets_at_ms(self) -> int:
        """When the day of the portal ends."""
        local = self._clock().astimezone(ZoneInfo(self.zone))
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return millis(tomorrow)


def _forget(times: deque[int], until_ms: int) -> None:
    while times and times[0] <= until_ms:
        times.popleft()


def rate_limited(policy: str) -> ApiError:
    """Say that a limit is reached; there is no Retry-After."""
    extra = {"errorType": "RATE_LIMIT", "policyName": policy}
    if policy == "TEN_SECONDLY_ROLLING":
        extra["groupName"] = "publicapi:private-app-api-calls-ten-secondly"
    message = f"You have reached your {policy.lower()} limit."
    return ApiError("RATE_LIMITS", message, status=_STATUS, extra=extra)
