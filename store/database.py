"""The open database: one writer at a time, durable commits, checked at the door."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from store import schema
from store.backup import as_it_is, copy_database, refuse_damage, unaltered
from store.errors import StoreBusy, StoreRefused, StoreUnreadable
from store.placement import make_private, refuse_network

WAIT_MS = 5_000
"""How long a writer waits for another one."""

PRAGMAS = {
    "busy_timeout": WAIT_MS,
    "journal_mode": "wal",
    "synchronous": "FULL",  # an acknowledged commit survives a power cut
    "foreign_keys": "ON",
    "trusted_schema": "OFF",  # a tampered schema may not call functions
    "cache_size": -65_536,  # KiB
    "mmap_size": 67_108_864,  # bytes; it counts as memory of the process once it is read
    "wal_autocheckpoint": 10_000,  # pages; fewer, larger checkpoints during a backfill
    "temp_store": "MEMORY",  # pay data never reaches a temporary file
}


class Store:
    """An open database.

    Functions of the other modules take the connections it hands out, so that a caller composes one transaction of many.
    """

    def __init__(self, engine: sa.Engine, path: Path, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self.path = path
        self.clock = clock
        self._file = path.stat().st_ino

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One write transaction: committed at the end of the block, rolled back when it raises.

        It takes the write lock at its start (BEGIN IMMEDIATE): a transaction that reads first and writes later would
        fail at once instead of waiting. Raises StoreBusy when the lock is not free in time.
        """
        with self._engine.connect().execution_options(writes=True) as conn:
            try:
                transaction = conn.begin()
            except sa.exc.OperationalError as error:
                raise StoreBusy(_locked(self.path)) from error
            with transaction:
                yield conn

    @contextmanager
    def rehearse(self) -> Iterator[sa.Connection]:
        """A write transaction that is always rolled back: the real path, without its effect."""
        with self._engine.connect().execution_options(writes=True) as conn, conn.begin() as transaction:
            yield conn
            transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One snapshot: everything read in the block is of the same moment."""
        with self._engine.connect() as conn, conn.begin():
            yield conn

    def backup(self, path: Path, *, proved: bool = True) -> None:
        """Write a copy of one moment to `path`, while others may write: pages intact, hash chains unbroken.

        `proved=False` keeps what there is as it is, right or wrong.
        """
        with self.read() as conn:
            conn.execute(sa.text("SELECT version_num FROM alembic_version"))  # the moment: the first look
            copy_database(_raw(conn), path, unaltered if proved else as_it_is)

    def become(self, copy: Path) -> None:
        """Hold what `copy` holds from now on, in one transaction of the file that is open.

        Raises StoreBusy where another process writes.
        """
        with self._engine.connect() as conn, closing(sqlite3.connect(copy)) as source:
            source.backup(_raw(conn), progress=self._refuse_waiting)

    def _refuse_waiting(self, code: int, _remaining: int, _pages: int) -> None:
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreBusy(_locked(self.path))

    def refuse_replaced(self) -> None:
        """Raise StoreRefused where another file took the place of the open one: what is written would be lost."""
        if not self.path.exists() or self.path.stat().st_ino != self._file:
            raise StoreRefused(f"{self.path} is another file than when this process opened it. Restart the process.")

    def close(self) -> None:
        """Release every connection; the last one folds the write-ahead log into the file."""
        self._engine.dispose()


def open_store(
    url: str,
    clock: Callable[[], datetime],
    *,
    check: bool = True,
    keep_before_upgrade: bool = True,
    mounts: Path = Path("/proc/mounts"),
) -> Store:
    """Open, check and, where it is behind, upgrade the database at `url` (`sqlite:///path/to/file.db`).

    `check=False` skips the pass over all pages, for commands that only look; `keep_before_upgrade=False` is for what is
    a copy itself. Raises StoreRefused.
    """
    path = path_of(url)
    if mounts.exists():
        refuse_network(path, mounts.read_text(encoding="utf-8", errors="replace"))
    make_private(path)
    engine = _engine(path)
    store = Store(engine, path, clock)
    try:
        if check:
            with engine.connect() as conn:
                refuse_damage(_raw(conn).execute("PRAGMA quick_check(5)").fetchall(), path)
        schema.upgrade(engine, partial(_save_before_upgrade, store) if keep_before_upgrade else _save_nothing)
    except BaseException as error:
        store.close()
        if isinstance(error, sa.exc.DatabaseError):
            raise StoreUnreadable(f"{path} cannot be read as a database ({error.orig}). Restore a backup.") from error
        raise
    return store


def path_of(url: str) -> Path:
    """The file of a database's address; raises StoreRefused for anything but a SQLite file."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        shown = parsed.render_as_string(hide_password=True)
        raise StoreRefused(f"{shown}: this version keeps its data in a SQLite file. Write sqlite:///path/to/file.db.")
    return Path(parsed.database)


def _engine(path: Path) -> sa.Engine:
    """Transactions are ours: the driver's own would begin too late, and never IMMEDIATE."""
    # Parameters hold pay: they never show in an error.
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def configure(raw: sqlite3.Connection, _record: object) -> None:
        for name, value in PRAGMAS.items():
            raw.execute(f"PRAGMA {name}={value}")

    @sa.event.listens_for(engine, "begin")
    def begin(conn: sa.Connection) -> None:
        writes = conn.get_execution_options().get("writes", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _save_nothing(_revision: str) -> None:
    """The original is elsewhere."""


def _save_before_upgrade(store: Store, revision: str) -> None:
    """The database as it was, beside it."""
    moment = store.clock().strftime("%Y%m%dT%H%M%SZ")
    with store._engine.connect() as conn:  # noqa: SLF001 - same module
        copy_database(_raw(conn), store.path.with_name(f"{store.path.name}.schema-{revision}.{moment}.backup"))


def _locked(path: Path) -> str:
    return f"{path} has been locked by another process for {WAIT_MS // 1000} s. Try again later."


def _raw(conn: sa.Connection) -> sqlite3.Connection:
    """The driver's connection, for what only it can do."""
    raw = conn.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("not a SQLite connection")
    return raw
