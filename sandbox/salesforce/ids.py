"""Record ids: 15 case-sensitive characters, or 18 with a checksum that survives case-insensitive systems."""

import re
from collections import Counter
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
_CAPITALS = {ord(character): "1" if character.isupper() else "0" for character in _DIGITS}
_KEPT = 100_000
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
    return text + _checksum(text)


@lru_cache(maxsize=_KEPT)
def _checksum(text: str) -> str:
    """Each character tells which of five letters are capitals, the first of them in the lowest bit."""
    bits = text.translate(_CAPITALS)[::-1]
    return _CHECK[int(bits[10:15], 2)] + _CHECK[int(bits[5:10], 2)] + _CHECK[int(bits[0:5], 2)]


def looks_like_id(text: str) -> bool:
    """Whether the text has the form of an id, whatever it names; a wrong checksum is not an id."""
    return bool(_SHAPE.fullmatch(text)) and (len(text) == SHORT or _checksum(text[:SHORT]) == text[SHORT:])


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
