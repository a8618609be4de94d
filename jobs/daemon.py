"""The daemon: cycles on a schedule until it is told to stop.

APScheduler is only the clock: jobs live in memory, in UTC, one at a time, and a late run happens once, not never.
What must survive a restart (cursors, runs, leases) is in our own tables.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs.hints import Hints

log = structlog.get_logger()

SYNC = "sync"


class StopSignal:
    """SIGTERM or SIGINT once: finish the page or batch in hand and leave. Twice: leave at once."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def install(self) -> None:
        """Listen to both signals."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self._event.is_set():
            os._exit(128 + number)  # a pool thread may hang: do not wait for it
        self._event.set()

    def is_set(self) -> bool:
        """Whether the process was asked to stop."""
        return self._event.is_set()

    def wait(self) -> None:
        """Until the process is asked to stop."""
        self._event.wait()


def scheduler_for(job: Callable[[], None], minutes: int, first: datetime) -> BackgroundScheduler:
    """A scheduler that runs the job every so many minutes, from `first` on, never twice at a time."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    scheduler.add_job(job, IntervalTrigger(minutes=minutes, timezone=UTC), id=SYNC, next_run_time=first)
    return scheduler


def run_until_stopped(
    job: Callable[[], None], minutes: int, first: datetime, stop: StopSignal, hints: Hints | None = None
) -> None:
    """Run the job on its schedule, or sooner at a hint, until the signal; the one in hand ends at a safe point."""
    scheduler = scheduler_for(hints.heeded(job) if hints else job, minutes, first)
    if hints:
        hints.bring(partial(bring_forward, scheduler))
    scheduler.start()
    log.info("daemon started", next_run=first.isoformat())
    stop.wait()
    scheduler.shutdown(wait=True)
    log.info("daemon stopped")


def bring_forward(scheduler: BackgroundScheduler, moment: datetime) -> None:
    """Let the next cycle begin then, unless it is due sooner anyway."""
    job = scheduler.get_job(SYNC)
    if job is not None and job.next_run_time > moment:
        job.modify(next_run_time=moment)
        log.info("cycle brought forward by a hint", next_run=moment.isoformat())


def _missed(event: JobEvent) -> None:
    log.warning("cycle not started in time; the next one catches up", kind=event.job_id)
