"""Processes that die (P24) and processes that race (P25)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from store import ledger
from store.database import Store
from tests.store import killed, racing

ROOT = Path(__file__).parents[2]


def test_workers_killed_at_every_statement_leave_a_whole_database(
    store: Store, path: Path, another: Callable[[], Store]
) -> None:
    """Nothing torn, nothing lost, nothing twice, the cursor never ahead of its rows."""
    store.close()
    kills = [*range(1, 18), 22, 29]  # a step has 13 to 15 statements: every one, and some of a second and third step

    ended = _run("tests.store.killed", str(path), *map(str, [*kills, 0]))

    undisturbed = another()
    for number in range(1, killed.PAGES + 1):
        killed.step(undisturbed, number)
    assert [int(code) for code in ended.split()] == [-signal.SIGKILL] * len(kills) + [0]
    assert killed.wrong_in(store) == ""
    assert _content(store) == _content(undisturbed)


def _content(store: Store) -> list[object]:
    with store.read() as conn:
        versions = conn.exec_driver_sql("SELECT record_id, revision, body FROM raw_version ORDER BY revision")
        return [ledger.head(conn), ledger.ledger_hash(conn), [tuple(row) for row in versions]]


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert done.stderr == ""
    return done.stdout


def test_every_lease_goes_to_one_of_two_processes(store: Store, path: Path) -> None:
    store.close()
    command = [sys.executable, "-m", "tests.store.racing", str(path)]
    racers = [
        subprocess.Popen([*command, holder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for holder in ("one", "two")
    ]
    assert [racer.stdout.readline() for racer in racers if racer.stdout] == ["ready\n"] * 2

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    claimed = [line for racer in racers for line in racer.communicate(timeout=60)[0].splitlines()]

    assert sorted(claimed) == sorted(f"{slot} 1" for slot in range(racing.SLOTS))
