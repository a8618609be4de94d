"""Record ids: 15 case-sensitive characters, or 18 with a checksum of the case. We keep 18."""

from __future__ import annotations

import re

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")
SHORT = 15


def id18(text: str) -> str:
    """The 18-character form; ValueError for anything that is no record id.

    >>> id18("001R0000005hDFY")
    '001R0000005hDFYIA2'
    """
    if not _ID.fullmatch(text):
        raise ValueError("not a record id of 15 or 18 characters")
    return text if len(text) > SHORT else text + _suffix(text)


def _suffix(text: str) -> str:
    return "".join(_ALPHABET[sum(1 << n for n, c in enumerate(text[k : k + 5]) if c.isupper())] for k in (0, 5, 10))
