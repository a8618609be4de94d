"""A backup takes the place of a database: whole or not at all, and what was there is kept beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from store.backup import copy_database, put, whole
from store.chain import CHAINS, head, verify
from store.database import Store, open_store
from store.errors import StoreRefused
from store.runs import RUN

LOGS = ("-wal", "-shm")
"""Files beside a database. Left there, they would be read into the one that takes its place."""


@contextmanager
def prepared(backup: Path, path: Path, clock: Callable[[], datetime]) -> Iterator[Store]:
    """A proved copy of the backup beside the database at `path`, in today's schema; gone after the block."""
    if not backup.is_file():
        raise StoreRefused(f"{backup} is no file. Name the backup to restore.")
    part = path.with_name(path.name + ".restoring")
    _remove(part)
    try:
        with closing(sqlite3.connect(f"{backup.resolve().as_uri()}?mode=ro", uri=True)) as source:
            copy_database(source, part, lambda copy, _: whole(copy, backup))
        store = open_store(f"sqlite:///{part}", clock, keep_before_upgrade=False)
        with closing(store):
            _refuse_altered(store, backup)
            yield store
    except (sqlite3.DatabaseError, sa.exc.DatabaseError) as error:
        raise StoreRefused(f"{backup} cannot be read as a database ({error}). Name another backup.") from error
    finally:
        _remove(part)


def _refuse_altered(store: Store, backup: Path) -> None:
    with store.read() as conn:
        broken = verify(conn)
    if broken is not None:
        raise StoreRefused(f"{backup} holds a broken ledger: {broken} Name another backup.")


def kept_since(live: sa.Connection, backup: sa.Connection) -> dict[str, int]:
    """How many runs and chained rows the live database has that the backup does not know, by table."""
    newest = backup.scalar(sa.select(sa.func.coalesce(sa.func.max(RUN.c.run_id), 0)))
    ran = live.scalar(sa.select(sa.func.count()).where(RUN.c.run_id > newest)) or 0
    found = {"run": ran} | {chain.table.name: _beyond(live, backup, chain.table) for chain in CHAINS}
    return {name: count for name, count in found.items() if count}


def _beyond(live: sa.Connection, backup: sa.Connection, chained: sa.Table) -> int:
    """The rows after the backup's last one; all of them where that is none of the live chain's."""
    columns = chained.c
    shared = live.scalar(sa.select(columns.number).where(columns.hash == head(backup, chained)[1]))
    return head(live, chained)[0] - (shared or 0)


def take_place(copy: Store, live: Store, kept: Path) -> None:
    """Let `live` hold what `copy` holds, in one transaction: who has it open sees all of it, or nothing of it."""
    live.backup(kept, proved=False)
    copy.close()
    live.become(copy.path)


def take_place_unread(copy: Store, path: Path, kept: Path) -> None:
    """Put `copy` where there is no database, or none that can be read; whatever is there is kept with its logs."""
    copy.close()
    if path.exists():
        os.link(path, kept)
    for name in LOGS:
        log = path.with_name(path.name + name)
        if log.exists():
            log.replace(kept.with_name(kept.name + name))
    put(copy.path, path)


def _remove(part: Path) -> None:
    for name in ("", ".part", *LOGS):
        part.with_name(part.name + name).unlink(missing_ok=True)
