"""Backups and what a restore means: what would be lost is told first, and what was there is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.telling.wording import counted
from jobs.access.actor import Actor
from jobs.restored import begin_anew
from jobs.running import LEASE, LEASE_SECONDS, claim
from store import audit, leases, ledger, runs
from store.backup import reading
from store.copying import copy_write_back
from store.database import Store, open_store, path_of
from store.errors import StoreRefused, StoreUnreadable
from store.restore import kept_since, prepared, take_place, take_place_unread

CALLED: Mapping[str, tuple[str, str]] = {
    "audit": ("audit entry", "audit entries"),
    "payable_posting": ("posting of what is payable", "postings of what is payable"),
}
"""How rows are called that a restore would lose, where their table does not say it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a backup holds, to be kept beside it: the newest hash proves that nothing was cut off."""

    file: Path
    last_run: int
    heads: Mapping[str, tuple[int, str]]
    """By ledger: how many postings, and the hash of the newest."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    held: Held
    kept: Path | None
    """Where the database is that it replaced."""
    lost: Mapping[str, int]
    """Rows of that one that the backup does not have, by table."""


def back_up(store: Store, actor: Actor, file: Path) -> Held:
    """Write a proved copy of the database; who asked for it is on record, in the copy as well."""
    with store.write() as conn:
        audit.note(conn, actor, "backup", file.name, reason="a copy of the whole database", now=store.clock())
    store.backup(file)
    with reading(file) as conn:
        return _held(conn, file)


def _held(conn: Connection, file: Path) -> Held:
    newest = runs.runs(conn, 1)
    heads = {"earned": ledger.head(conn, ledger.EARNED), "payable": ledger.head(conn, ledger.PAYABLE)}
    return Held(file, newest[0].run_id if newest else 0, heads)


@contextmanager
def present(url: str, clock: Callable[[], datetime]) -> Iterator[Store | None]:
    """The database that is there; None where there is none, or one that cannot be read."""
    store = None
    if path_of(url).exists():
        try:
            store = open_store(url, clock)
        except StoreUnreadable:
            store = None
    if store is None:
        yield None
        return
    with closing(store):
        yield store


def restore(
    live: Store | None, url: str, file: Path, actor: Actor, clock: Callable[[], datetime], *, discard_newer: bool
) -> Restored:
    """Put a backup in the place of the database at `url`, which is kept beside it; `live` is the one, if it is open.

    Raises `Busy` while a worker works, and StoreRefused where runs or postings would be lost and nobody said so.
    """
    path, now = path_of(url), clock()
    token = claim(live, now) if live else 0
    try:
        with prepared(file, path, clock) as copy:
            lost = _lost(live, copy, file, discard_newer=discard_newer)
            kept = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
            with copy.write() as conn:
                held = _held(conn, file)
                audit.note(conn, actor, "restore", file.name, after={"lost": lost}, reason="a backup", now=now)
            _make_ready(live, copy, token)
            if live:
                with live.write() as conn:
                    leases.renew(conn, LEASE, token, clock(), LEASE_SECONDS)
                take_place(copy, live, kept)
            else:
                take_place_unread(copy, path, kept)
    finally:
        if live:
            with live.write() as conn:
                leases.release(conn, LEASE, token)
    return Restored(held, kept if kept.exists() else None, lost)


def _lost(live: Store | None, copy: Store, file: Path, *, discard_newer: bool) -> dict[str, int]:
    if live is None:
        return {}
    with live.read() as now, copy.read() as then:
        lost = kept_since(now, then)
    if lost and not discard_newer:
        raise StoreRefused(
            f"{live.path} holds what {file} does not: {told(lost)}. Nothing was changed. What people have decided and "
            "what was paid since would have to be done again; to go back all the same, add --discard-newer."
        )
    return lost


def told(lost: Mapping[str, int]) -> str:
    """`3 runs, 12 postings, 1 closing`."""
    return ", ".join(counted(count, *CALLED.get(name, (name.replace("_", " "),))) for name, count in lost.items())


def _make_ready(live: Store | None, copy: Store, token: int) -> None:
    """Before anybody can see it: what the CRM was told meanwhile, and that the next cycle begins anew."""
    with copy.write() as conn:
        if live:
            with live.read() as known:
                copy_write_back(known, conn)
        leases.hand_on(conn, LEASE, token, copy.clock())
        begin_anew(conn, copy.clock())
