"""Record ids: 15 case-sensitive characters, or 18 with a checksum that survives case-insensitive systems."""

import re
from collections import Counter

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
SHORT, LONG = 15, 18


def id18(text: str) -> str:
    """Give the 18-character form of a 15- or 18-character id.

    >>> id18("001R0000005hDFY")
    '001R0000005hDFYIA2'
    """
    if len(text) == LONG:
        return text
    if len(text) != SHORT:
        raise ValueError(text)
    sums = (sum(1 << n for n, c in enumerate(text[k : k + 5]) if c.isupper()) for k in (0, 5, 10))
    return text + "".join(_CHECK[number] for number in sums)


def looks_like_id(text: str) -> bool:
    """Whether the text has the form of an id, whatever it names; a wrong checksum is not an id."""
    return bool(_SHAPE.fullmatch(text)) and id18(text[:SHORT]) == id18(text)


def base62(number: int, width: int) -> str:
    """Write a number in the digits of ids, padded with zeros."""
    out = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        out = _DIGITS[rest] + out
    return out.rjust(width, "0")


class IdMint:
    """Hands out new ids per key prefix; the same seed and the same order of calls give the same ids."""

    def __init__(self, seed: int) -> None:
        self._instance = base62(seed % len(_DIGITS) ** 3, 3)
        self.counters: Counter[str] = Counter()

    def mint(self, prefix: str) -> str:
        """Make the next id of a prefix."""
        self.counters[prefix] += 1
        return id18(f"{prefix}{self._instance}{base62(self.counters[prefix], 9)}")
