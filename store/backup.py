"""Copies of a live database, made by SQLite's backup API and proved before they get their name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from store.chain import verify
from store.errors import StoreRefused, StoreUnreadable

PAGES_A_STEP = 10_000

Proof = Callable[[Path, Path], None]
"""Raises where the copy (first) that is to get the name (second) does not hold what it should."""


def whole(copy: Path, named: Path) -> None:
    """Raise StoreUnreadable unless every page of the copy is in order."""
    with closing(sqlite3.connect(copy)) as conn:
        refuse_damage(conn.execute("PRAGMA integrity_check(5)").fetchall(), named)


def unaltered(copy: Path, named: Path) -> None:
    """The same, and every hash chain unbroken."""
    whole(copy, named)
    with reading(copy) as conn:
        broken = verify(conn)
    if broken is not None:
        raise StoreRefused(f"{named} was not made: it would hold a broken ledger: {broken}")


def as_it_is(_copy: Path, _named: Path) -> None:
    """Nothing is asked of the copy: it keeps what was there, also what is wrong with it."""


def copy_database(source: sqlite3.Connection, path: Path, prove: Proof = whole) -> None:
    """Copy to `path`, which must not exist; the copy is one private file, which gets its name when it is proved.

    Copying the file itself would miss what is still in the write-ahead log. Where others write meanwhile, the caller
    holds a read transaction, or each of their commits begins the copy anew.
    """
    if path.exists():
        raise StoreRefused(f"{path} exists already. Choose another name; backups are never overwritten.")
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreRefused(f"{path} cannot be written ({error.strerror}). Choose a folder that there is.") from error
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=PAGES_A_STEP)
            copy.execute("PRAGMA journal_mode=DELETE")
        prove(part, path)
        put(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def put(part: Path, path: Path) -> None:
    """Give a file its name, for good: neither its content nor the name is lost with the power."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)
    if hasattr(os, "O_DIRECTORY"):  # there is none on Windows
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)


@contextmanager
def reading(copy: Path) -> Iterator[sa.Connection]:
    """A connection to a copy, which leaves nothing beside it."""
    engine = sa.create_engine(f"sqlite:///{copy}")
    with closing(engine.connect()) as conn:
        yield conn
    engine.dispose()


def refuse_damage(answer: list[tuple[str]], path: Path) -> None:
    """Raise StoreUnreadable unless SQLite's check answered "ok"."""
    if answer != [("ok",)]:
        found = "; ".join(row[0] for row in answer)
        raise StoreUnreadable(f"{path} is damaged: {found}. Restore the latest backup; keep this file for inspection.")
