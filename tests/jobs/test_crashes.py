"""`kill -9` anywhere: the next run heals without a person, and the books are those of a run that was never killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from jobs.crash_points import POINTS, VARIABLE
from jobs.problems import BUSY
from jobs.running import running
from store import runs
from tests.jobs.conftest import CREDENTIALS, Company
from tests.jobs.forks import Ended, Forks, forking
from tests.jobs.test_cycle import expected_payouts, posted_payouts


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """What starts the worker's processes."""
    with forking(tmp_path_factory.mktemp("forks")) as started:
        yield started


def sync(forks: Forks, company: Company, crash_at: str | None = None) -> Ended:
    """One `worker.py sync` as a process of its own."""
    environment = {**CREDENTIALS, **({VARIABLE: crash_at} if crash_at else {})}
    return forks.run(["sync", "--config", str(company.folder)], environment)


TWICE = [f"{name}:2" for name in POINTS if name.startswith("pull.")]
"""Points that a first run passes more than once: it reads many pages, computes once and writes one batch."""


@pytest.mark.parametrize("point", [*POINTS, *TWICE])
def test_a_killed_run_is_healed_by_the_next(forks: Forks, company: Company, point: str) -> None:
    """Nothing lost, nothing doubled, whatever point the process died at."""
    killed = sync(forks, company, crash_at=point)

    company.clock.instant = datetime.now(UTC)  # at once: a dead process holds nothing
    company.cycle()

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()


def test_after_a_kill_the_next_run_starts_at_once(forks: Forks, company: Company) -> None:
    """A dead holder's lease keeps nobody waiting, and the killed run is said to have been killed."""
    killed = sync(forks, company, crash_at="pull.after_save:2")

    again = sync(forks, company)

    with company.store().read() as conn:
        outcomes = [run.outcome for run in runs.runs(conn, 9)]
    assert killed.returncode == -signal.SIGKILL
    assert again.returncode == 0, again.stderr
    assert outcomes == ["done", "killed"]


def test_a_living_holder_is_waited_for(forks: Forks, company: Company) -> None:
    """Two at once: one works, the other leaves with the exit code that says so."""
    with running(company.store(), "sync", lambda: datetime.now(UTC)):
        refused = sync(forks, company)

    assert refused.returncode == BUSY
    assert "Another Tallystick process" in refused.stderr
