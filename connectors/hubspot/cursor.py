"""The text that marks how far an object has been read. Opaque to everybody else."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.port import Refused


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far two passes over the search index have come, or a list that is not finished."""

    live: datetime | None = None
    """Changes before this have been looked for once, as soon as the index showed them."""
    settled: datetime | None = None
    """Changes before this have been looked for again, when the index could no longer be behind."""
    started: datetime | None = None
    after: str = ""
    """When an unfinished list was begun, and where it goes on."""

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
