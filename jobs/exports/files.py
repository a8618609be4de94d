"""How exports are written: CSV that no spreadsheet takes for a formula, in a file that only its owner reads."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from jobs.settings import SettingsProblem

OWNER_ONLY = 0o600
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, full-width forms among them."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]], amounts: Sequence[str]) -> str:
    """CSV with a header; only the columns named as amounts keep a leading minus, everything else is plain text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    numbers = [column in amounts for column in columns]
    for row in rows:
        writer.writerow(value if number else plain(value) for value, number in zip(row, numbers, strict=True))
    return out.getvalue()


def plain(text: str) -> str:
    """The text, with an apostrophe before whatever a spreadsheet would compute."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write_private(path: Path, content: str | bytes, *, force: bool | None = None) -> None:
    """A new file for its owner alone, there whole or not at all. An older one of that name is replaced only by force.

    A link of that name is then replaced, not followed. `force` is None for a command that has no such option.
    """
    or_force = "" if force is None else ", or replace it with --force"
    try:
        if not force:
            path.touch(OWNER_ONLY, exist_ok=False)
        _replace(path, content.encode() if isinstance(content, str) else content)
    except FileExistsError:
        raise SettingsProblem(f"{path} exists already; choose another name{or_force}.") from None
    except OSError as error:
        raise SettingsProblem(
            f"{path} cannot be written: {error.strerror}. Choose a place that you may write to."
        ) from None


def private_folder(path: Path) -> None:
    """A folder for its owner alone, unless it is there already; raises SettingsProblem where it cannot be made."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsProblem(
            f"The folder {path} cannot be made: {error.strerror}. Choose a place that you may write to."
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside it, readable by the owner alone as temporary files are, and give it its name."""
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(written).replace(path)
    finally:
        Path(written).unlink(missing_ok=True)
