"""Rebuild: what was computed once is computed again from its inputs alone, in a database of its own.

The one mechanism behind every look into the past and every proof. A computation's inputs are kept for ever: records by
revision, the configuration's files by content, lots, the organization. It starts at the last computation whose results
follow from its inputs alone (an anchor: nothing shown earlier was kept because it could not be computed) and takes
every step from there, because what is kept of held deals depends on the way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from jobs.compute import Computed, advance
from jobs.configuration import Configuration, configured
from jobs.running import Run
from jobs.who import NotFound
from store.computations import Computation, anchor_of, computations, configuration_texts, last_computation
from store.copying import copy_closings, copy_inputs, copy_ledgers
from store.database import Store, open_store
from store.instants import instant_of, instant_text


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A database as it was after a computation, and the configuration of then."""

    store: Store
    configuration: Configuration
    at: Computation
    differences: pl.DataFrame
    """Postings that the ledgers would have needed in addition to be what the inputs come to; none where they agree."""


@contextmanager
def rebuilt(
    source: Store, at: Computation, *, with_ledgers: bool = True, closed_by: datetime | None = None
) -> Iterator[Rebuilt]:
    """The database of then, for as long as the block lasts; with what was closed by an instant, where one is named.

    With ledgers, what was booked is copied and every further posting is a difference; without, an empty ledger is
    filled anew.
    """
    with tempfile.TemporaryDirectory(dir=source.path.parent, prefix=".rebuilt-") as folder, source.read() as past:
        clock = _Clock()
        store = open_store(f"sqlite:///{Path(folder) / 'rebuilt.db'}", clock)
        try:
            then = _rebuild(past, store, clock, at, with_ledgers=with_ledgers)
            if closed_by is not None:
                with store.write() as conn:
                    copy_closings(past, conn, instant_text(closed_by))
            yield then
        finally:
            store.close()


def believed(store: Store, instant: datetime) -> Computation:
    """The computation whose results were shown at an instant; raises NotFound where there was none yet."""
    with store.read() as conn:
        found = last_computation(conn, instant)
    if found is None:
        raise NotFound(f"Nothing had been computed by {instant.isoformat()}; name a later instant.")
    return found


class _Clock:
    """Stands at the instant of the computation that is repeated."""

    def __init__(self) -> None:
        self.instant: datetime | None = None

    def __call__(self) -> datetime:
        if self.instant is None:
            raise ValueError("the clock was asked before the first computation")
        return self.instant


def _rebuild(past: Connection, store: Store, clock: _Clock, at: Computation, *, with_ledgers: bool) -> Rebuilt:
    done: Computation | None = None
    differences: list[pl.DataFrame] = []
    configuration: Configuration | None = None
    for step in computations(past, anchor_of(past, at.number), at.number):
        clock.instant = instant_of(step.computed_at)
        with store.write() as conn:
            copy_inputs(past, conn, done, step)
            if with_ledgers:
                copy_ledgers(past, conn, done, step)
            if configuration is None or done is None or step.fingerprint != done.fingerprint:
                configuration = of_then(past, step)
            computed = repeat(conn, store, configuration, step.run_id, clock)
        differences += [each for each in (computed.postings, computed.released) if with_ledgers and each.height]
        done = step
    every = pl.concat(differences) if differences else pl.DataFrame()
    return Rebuilt(store, of_then(past, at), at, every)


def of_then(past: Connection, step: Computation) -> Configuration:
    """The configuration of a computation."""
    return configured(Path("config"), configuration_texts(past, step.fingerprint))


def repeat(
    conn: Connection, store: Store, configuration: Configuration, run_id: int, clock: Callable[[], datetime]
) -> Computed:
    """One computation again, in the caller's transaction; nobody is asked, as the change was let through then."""
    return advance(conn, configuration, Run(store, run_id, 0, clock), guarded=False)
