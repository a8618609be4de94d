"""Salesforce record ids: fifteen case-sensitive characters and a three-character check of their case."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
INSTANCE = "Hb"
COUNTER_DIGITS = 10

ORGANIZATION, USER, ROLE = "00D", "005", "00E"
ACCOUNT, OPPORTUNITY, CONTRACT, PRODUCT = "001", "006", "800", "01t"


class Ids:
    """Counts ids up, one counter a key prefix, so that the same world always names its records the same."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def next(self, prefix: str) -> str:
        """The next 18-character id of the object with this key prefix."""
        self._used[prefix] += 1
        return with_check(prefix + INSTANCE + _base62(self._used[prefix]))


def with_check(id15: str) -> str:
    """The 18-character form: one check character for the upper-case letters of each five.

    >>> with_check("001R0000005hDFY")
    '001R0000005hDFYIA2'
    """
    return id15 + _check(id15[:5]) + _check(id15[5:10]) + _check(id15[10:])


@lru_cache(maxsize=4096)
def _check(five: str) -> str:
    return CHECKS[sum(1 << place for place, char in enumerate(five) if char.isupper())]


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits.rjust(COUNTER_DIGITS, "0")
