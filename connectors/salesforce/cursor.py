"""The text that marks how far an object has been read. Opaque to everybody else."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.port import Refused


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Either `since` (everything before it is stored), or an unfinished bulk job and the place in its results."""

    since: datetime | None = None
    job: str = ""
    locator: str = ""
    skip: int = 0
    """Rows of the locator's chunk that are stored already."""

    def text(self) -> str:
        """The form that is stored."""
        return msgspec.json.encode(self).decode()


def read_cursor(text: str | None) -> Cursor:
    """The cursor of a text that we wrote; anything else is refused rather than read from the start."""
    if text is None:
        return Cursor()
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError:
        raise Refused(f"{text[:60]!r} is not a cursor of this connector. Remove it to read the object anew.") from None
