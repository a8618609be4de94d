"""What the files of statements are called."""

from __future__ import annotations

import re

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.@-]+")


def name_of(*parts: str | None) -> str:
    """A file name out of any text: what could be a path or a hidden file is taken out."""
    cleaned = (NOT_IN_A_NAME.sub("_", part).strip("._-") for part in parts if part)
    return "-".join(part for part in cleaned if part)
