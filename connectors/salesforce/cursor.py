"""How far an object has been read."""

from __future__ import annotations

from datetime import datetime

from connectors.place import Place


class Cursor(Place, frozen=True, omit_defaults=True):
    """Either `since` (everything before it is stored), or an unfinished bulk job and the place in its results."""

    since: datetime | None = None
    job: str = ""
    locator: str = ""
    skip: int = 0
    """Rows of the locator's chunk that are stored already."""
