"""`kill -9` anywhere: the next run heals without a person, and the books are those of a run that was never killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.crash_points import POINTS, VARIABLE
from jobs.problems import BUSY
from jobs.running import running
from store import runs
from tests.jobs.conftest import CREDENTIALS, Company
from tests.jobs.test_cycle import expected_payouts, posted_payouts

WORKER = Path(__file__).parents[2] / "worker.py"


def command(company: Company, *words: str, crash_at: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of the worker as a process of its own."""
    environment = os.environ | CREDENTIALS | ({VARIABLE: crash_at} if crash_at else {})
    words = (sys.executable, str(WORKER), *words, "--config", str(company.folder))
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


@pytest.mark.parametrize("point", [f"{name}:{nth}" for name in POINTS for nth in (1, 2)])
def test_a_killed_run_is_healed_by_the_next(company: Company, point: str) -> None:
    """Nothing lost, nothing doubled, whatever point the process died at."""
    killed = command(company, "sync", crash_at=point)

    company.clock.instant = datetime.now(UTC)  # at once: a dead process holds nothing
    company.cycle()

    assert killed.returncode in {-signal.SIGKILL, 0}, killed.stderr
    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()


def test_after_a_kill_the_next_run_starts_at_once(company: Company) -> None:
    """A dead holder's lease keeps nobody waiting, and the killed run is said to have been killed."""
    killed = command(company, "sync", crash_at="pull.after_save:2")

    again = command(company, "sync")

    with company.store().read() as conn:
        outcomes = [run.outcome for run in runs.runs(conn, 9)]
    assert killed.returncode == -signal.SIGKILL
    assert again.returncode == 0, again.stderr
    assert outcomes == ["done", "killed"]


def test_a_living_holder_is_waited_for(company: Company) -> None:
    """Two at once: one works, the other leaves with the exit code that says so."""
    with running(company.store(), "sync", lambda: datetime.now(UTC)):
        refused = command(company, "sync")

    assert refused.returncode == BUSY
    assert "Another Tallystick process" in refused.stderr
