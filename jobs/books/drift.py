"""Drift: a change in the CRM that would move a closed period is noticed and priced before it is booked.

The computation is tried with everything that is pending. Where it moves no closed period, that was it. Otherwise every
pending record is set back to what was believed and then let through one after another, in the order of their changes
(in halves: a half that moves no closed period passes at once), so that each has its own price. What the policy books
stays; what it holds or refuses leaves its record as it was believed, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import Connection

from jobs.books.policies import Policy
from jobs.books.prices import about_closed, told, tried
from jobs.canonical import pending, read_until
from jobs.compute import Computed, advance
from jobs.configuration import Configuration
from jobs.running import Run
from store import closing, drift, mirror, pins
from store.mirror import ChangedRecord

STATES: Mapping[Policy, drift.State] = {"book": "booked", "hold": "held", "refuse": "refused"}


def compute_noticing(conn: Connection, configuration: Configuration, run: Run, *, guarded: bool = True) -> Computed:
    """The computation, with late changes of closed periods sorted out by policy.

    The guard looks at everything at once, as if all of it were booked.
    """
    waiting = pending(conn, configuration) if closing.closed(conn) else []
    if not waiting:
        return advance(conn, configuration, run, guarded=guarded)
    trial = conn.begin_nested()
    changed = {(record.object, record.record_id) for record in waiting}
    pins.release(conn, sorted(changed & pins.pinned(conn).keys()), run.run_id)
    computed = advance(conn, configuration, run, guarded=guarded)
    if about_closed(computed).is_empty():
        trial.commit()
        drift.supersede(conn, changed, run.clock())
        return computed
    trial.rollback()
    return _Sorting(conn, configuration, run).sort(waiting)


def let_through(conn: Connection, configuration: Configuration, run: Run, records: Sequence[ChangedRecord]) -> Computed:
    """Read these records as they are, and compute what that comes to."""
    pins.release(conn, [(record.object, record.record_id) for record in records], run.run_id)
    return advance(conn, configuration, run, guarded=False)


@dataclass(slots=True)
class _Sorting:
    """Lets pending records through one after another."""

    conn: Connection
    configuration: Configuration
    run: Run
    done: list[Computed] = field(default_factory=list)

    def sort(self, waiting: Sequence[ChangedRecord]) -> Computed:
        """What was computed in all: first what has other causes than these records, then each of them."""
        pins.pin(self.conn, list(self._believed(waiting)), self.run.run_id)
        self.done.append(advance(self.conn, self.configuration, self.run, guarded=False))
        self._among(waiting)
        return _together(self.done)

    def _believed(self, waiting: Sequence[ChangedRecord]) -> Iterator[tuple[str, str, int | None]]:
        """At which revision each record is believed: as it is pinned, else as it was before this change."""
        held = pins.pinned(self.conn)
        read = read_until(self.conn)
        for record in waiting:
            key = (record.object, record.record_id)
            before = mirror.record_at(self.conn, *key, read)
            yield *key, held.get(key, before.revision if before is not None else None)

    def _among(self, records: Sequence[ChangedRecord]) -> None:
        if not records:
            return
        trial = self.conn.begin_nested()
        computed = self._let_through(records)
        if about_closed(computed).is_empty():
            trial.commit()
            drift.supersede(self.conn, [(each.object, each.record_id) for each in records], self.run.clock())
            self.done.append(computed)
        elif len(records) > 1:
            trial.rollback()
            half = len(records) // 2
            self._among(records[:half])
            self._among(records[half:])
        else:
            found = tried(self.conn, records[0], computed, self.configuration)
            trial.rollback()
            self._decide(records[0], told(self.conn, records[0], found, self.configuration))

    def _decide(self, record: ChangedRecord, price: dict[str, list[Any]]) -> None:
        """Book the change, or leave its record as it was believed."""
        policy = self.configuration.settings.drift.of(price["kinds"])
        if policy == "book":
            self.done.append(self._let_through([record]))
        drift.note(self.conn, record, STATES[policy], price, run_id=self.run.run_id, now=self.run.clock())

    def _let_through(self, records: Sequence[ChangedRecord]) -> Computed:
        return let_through(self.conn, self.configuration, self.run, records)


def _together(done: Sequence[Computed]) -> Computed:
    """Several computations of one run as one."""
    return Computed(
        full=any(each.full for each in done),
        deals=sum(each.deals for each in done),
        payees=max(each.payees for each in done),
        wanted=sum(each.wanted for each in done),
        postings=_all([each.postings for each in done]),
        released=_all([each.released for each in done]),
        outcomes=_all([each.outcomes for each in done]),
        issues=tuple(dict.fromkeys(issue for each in done for issue in each.issues)),
    )


def _all(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    filled = [frame for frame in frames if frame.height]
    return pl.concat(filled) if filled else pl.DataFrame()
