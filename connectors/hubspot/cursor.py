"""How far an object has been read."""

from __future__ import annotations

from datetime import datetime

from connectors.place import Place


class Cursor(Place, frozen=True, omit_defaults=True):
    """How far two passes over the search index have come, or a list that is not finished."""

    live: datetime | None = None
    """Changes before this have been looked for once, as soon as the index showed them."""
    settled: datetime | None = None
    """Changes before this have been looked for again, when the index could no longer be behind."""
    started: datetime | None = None
    after: str = ""
    """When an unfinished list was begun, and where it goes on."""
