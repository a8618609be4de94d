"""Files with pay in them: readable by their owner alone, and never written over another file unasked."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from jobs.settings import SettingsProblem

OWNER_ONLY = 0o600
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.@-]+")


def write_private(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write a new file for its owner's eyes; SettingsProblem where it exists, unless it may be replaced.

    It is there whole or not at all; a link of that name is replaced, not followed.
    """
    try:
        if not force:
            path.touch(OWNER_ONLY, exist_ok=False)
        _replace(path, content)
    except FileExistsError:
        raise SettingsProblem(f"{path} exists already; name another file, or replace it with --force.") from None
    except OSError as problem:
        raise SettingsProblem(f"{path} cannot be written: {problem.strerror}.") from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside it, readable by the owner alone as temporary files are, and give it its name."""
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(written).replace(path)
    finally:
        Path(written).unlink(missing_ok=True)


def name_of(*parts: str | None) -> str:
    """A file name out of any text: what could be a path or a hidden file is taken out."""
    cleaned = (NOT_IN_A_NAME.sub("_", part).strip("._-") for part in parts if part)
    return "-".join(part for part in cleaned if part)
