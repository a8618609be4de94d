"""Copies of a live database, made by SQLite's backup API and proved before they get their name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from store.errors import StoreRefused

PAGES_A_STEP = 10_000
"""The writer gets its turn between steps."""


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy to `path`, which must not exist; the copy is one private file, checked page by page.

    Copying the file itself would miss what is still in the write-ahead log.
    """
    if path.exists():
        raise StoreRefused(f"{path} exists already. Choose another name; backups are never overwritten.")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(part)) as copy:
        source.backup(copy, pages=PAGES_A_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")
        refuse_damage(copy.execute("PRAGMA integrity_check(5)").fetchall(), path)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def refuse_damage(answer: list[tuple[str]], path: Path) -> None:
    """Raise StoreRefused unless SQLite's check answered "ok"."""
    if answer != [("ok",)]:
        found = "; ".join(row[0] for row in answer)
        raise StoreRefused(f"{path} is damaged: {found}. Restore the latest backup; keep this file for inspection.")
