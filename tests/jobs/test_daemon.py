"""The daemon: cycles on a schedule, one at a time, stopped safely."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.jobstores.memory import MemoryJobStore

from connectors.port import TryAgain
from jobs.cycle import sync
from jobs.daemon import scheduler_for
from jobs.problems import Busy, Stopping
from jobs.running import is_dead, running
from jobs.supervised import supervised
from store import runs
from store.errors import LeaseLost
from tests.jobs.conftest import CREDENTIALS, Company
from tests.jobs.test_cycle import expected_payouts, posted_payouts

WORKER = Path(__file__).parents[2] / "worker.py"


def test_the_schedule_never_doubles_nor_skips() -> None:
    """Memory job store, UTC, coalescing, one instance, and no run is too late to be run."""
    first = datetime(2026, 11, 1, tzinfo=UTC)
    scheduler = scheduler_for(lambda: None, 15, first)
    scheduler.start(paused=True)
    job = scheduler.get_job("sync")
    scheduler.shutdown()

    assert isinstance(scheduler._jobstores.get("default", MemoryJobStore()), MemoryJobStore)
    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    assert (str(scheduler.timezone), job.next_run_time) == ("UTC", first)
    assert job.trigger.interval == timedelta(minutes=15)


def test_a_cycle_that_fails_is_logged_and_the_daemon_goes_on() -> None:
    """A problem of the CRM ends the cycle, not the daemon; a bug is logged with its traceback."""

    def tired() -> None:
        raise TryAgain("Salesforce rests.")

    def buggy() -> None:
        raise ZeroDivisionError

    supervised(tired)()
    supervised(buggy)()


def test_sigterm_ends_the_daemon_with_the_work_done(company: Company) -> None:
    """One cycle runs at once; SIGTERM then ends the process with exit code 0, and logs are JSON without pay."""
    words = [sys.executable, str(WORKER), "run", "--config", str(company.folder)]
    with subprocess.Popen(words, env=os.environ | CREDENTIALS, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(json.loads(line))
            if seen[-1]["event"] == "run ended":
                break
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        code = process.wait(timeout=20)

    assert (code, seen[-1]["outcome"]) == (0, "done")
    assert "Traceback" not in rest
    assert posted_payouts(company) == expected_payouts(company)


def test_a_stopped_run_keeps_what_is_committed_and_the_next_goes_on(company: Company) -> None:
    """The stop comes between two pages; nothing is lost."""
    pages = iter(range(4))
    wiring = company.wiring()
    stopping = type(wiring)(
        wiring.configuration, wiring.store, wiring.connect, wiring.clock, lambda: next(pages, None) is None
    )

    with pytest.raises(Stopping):
        sync(stopping)

    with company.store().read() as conn:
        assert runs.runs(conn, 1)[0].outcome == "stopped"
    company.cycle()
    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()


def test_the_second_worker_leaves_with_a_message(company: Company) -> None:
    """While one run holds the lease, another one is refused and changes nothing."""
    with running(company.store(), "sync", company.clock), pytest.raises(Busy, match="Another Tallystick process"):
        sync(company.wiring())


def test_the_lease_of_a_killed_process_is_taken_over_at_once() -> None:
    """A dead process of this machine holds nothing; one that lives, or lives elsewhere, does."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    here = socket.gethostname()

    assert is_dead(f"{here}:{ended.pid}:aaaa")
    assert is_dead(f"{here}:{os.getpid()}:an-earlier-process")
    assert not is_dead(f"{here}:{os.getppid()}:aaaa")
    assert not is_dead(f"elsewhere:{ended.pid}:aaaa")


def test_a_worker_that_slept_beyond_its_lease_cannot_write(company: Company) -> None:
    """The sleeper's token is stale; its next write is refused, and the other's work stands."""
    store = company.store()
    with pytest.raises(LeaseLost), running(store, "sync", company.clock) as sleeper:  # noqa: PT012
        company.clock.forward(hours=1)
        company.cycle()
        with sleeper.write():
            pass

    assert posted_payouts(company) == expected_payouts(company)
