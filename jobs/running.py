"""A run: one holder at a time, fenced, recorded from start to outcome.

Two daemons, or a daemon and a backfill, may start in the same second: one works, the other leaves with a message. A
holder that slept beyond its lease finds its token stale at its next write and stops there.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection

from engine.model import Issue, Severity
from jobs.access.waiting import ask_as_run
from jobs.guard import ChangeHeld
from jobs.logs import bound
from jobs.problems import STOPPED, Busy, Stopping, code_and_message, outcome_of
from store import leases, runs
from store.database import Store

log = structlog.get_logger()

LEASE = "writer"
PROCESS = secrets.token_hex(4)
"""Tells this process from an earlier one with the same number."""
LEASE_SECONDS = 600
"""Longer than any single page, batch or computation may take; renewed by every write."""


@dataclass(slots=True)
class Run:
    """The right to write, and the record of what was done with it."""

    store: Store
    run_id: int
    token: int
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction that only the lease's holder may commit; every one renews the lease."""
        if self.stopping():
            raise Stopping
        with self.store.write() as conn:
            leases.renew(conn, LEASE, self.token, self.clock(), LEASE_SECONDS)
            yield conn

    def count(self, **amounts: int) -> None:
        """Add to the run's counts."""
        for name, amount in amounts.items():
            self.counts[name] = self.counts.get(name, 0) + amount


@contextmanager
def running(
    store: Store, kind: str, clock: Callable[[], datetime], stopping: Callable[[], bool] = lambda: False
) -> Iterator[Run]:
    """Hold the lease for a run and record how it ended; raises `Busy` where another process holds it."""
    started = clock()
    token = claim(store, started)
    with store.write() as conn:
        runs.end_killed(conn, started)
        run_id = runs.start_run(conn, kind, started)
    run = Run(store, run_id, token, clock, stopping)
    with bound(run=run_id, kind=kind), _recorded(run, kind, started):
        yield run


@contextmanager
def _recorded(run: Run, kind: str, started: datetime) -> Iterator[None]:
    """Keep how the run ended, and why, for `status` and `issues`."""
    try:
        yield
    except BaseException as problem:
        _finish(run, kind, started, problem)
        raise
    _finish(run, kind, started, None)


def claim(store: Store, now: datetime) -> int:
    """Take the lease and answer its token; raises `Busy` where another process holds it."""
    store.refuse_replaced()
    with store.write() as conn:
        token = leases.claim(conn, LEASE, _me(), now, LEASE_SECONDS, is_dead=is_dead)
    if token is None:
        raise Busy("Another Tallystick process is working on this database; try again when it has finished.")
    return token


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{PROCESS}"


def is_dead(holder: str) -> bool:
    """Whether the process that holds the lease was killed: one of this machine that no longer runs.

    A process with our own number that is not us was killed before us (in a container every process is number one).
    """
    host, number, process = holder.split(":")
    if host != socket.gethostname():
        return False
    if int(number) == os.getpid():
        return process != PROCESS
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _failure(kind: str, problem: BaseException) -> Issue:
    """What a person should know of a run that did not reach its end. A bug's own words may hold pay: not shown."""
    known = code_and_message(problem)
    message = known[1] if known else f"was ended by {type(problem).__name__}."
    remedy = "The next run tries again." if known else "The log holds the traceback; please report it."
    return Issue(f"run_{outcome_of(problem)}", Severity.HOLDS, f"the last {kind}", message, remedy)


def _finish(run: Run, kind: str, started: datetime, problem: BaseException | None) -> None:
    now, outcome = run.clock(), outcome_of(problem)
    with run.store.write() as conn:
        leases.release(conn, LEASE, run.token)
        runs.finish_run(conn, run.run_id, outcome, run.counts, now)
        if outcome != STOPPED:
            runs.record_issues(conn, "runs", [_failure(kind, problem)] if problem else [], now)
        if isinstance(problem, ChangeHeld):
            ask_as_run(conn, problem.asked, now)
    log.info("run ended", outcome=outcome, seconds=(now - started).total_seconds(), **run.counts)
