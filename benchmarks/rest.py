"""rest: what the worker costs when there is nothing to do, and how fast it answers `--help`."""

from __future__ import annotations

from benchmarks.rotation import Contender, middle, rotate, seconds
from benchmarks.serving import serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 100, 3
REST_MB = 150
HELP_S = 0.4
RESTING, HELP = "daemon, between cycles", "worker.py --help"


def run(rows: int, rounds: int) -> Report:
    """A process that has wired everything and run cycles until one was empty; and the help."""
    with serving(rows) as server:
        contenders = [
            Contender(RESTING, "benchmarks.rest_worker", (server.address, "{folder}", str(rows))),
            Contender(HELP, "benchmarks.rest_help", (str(rows),)),
        ]
        runs = rotate(contenders, rounds)
    resting = middle(runs[RESTING], lambda one: float(str(one.facts["MB at rest"])))
    answered = middle(runs[HELP], seconds)
    targets = [
        Target(f"at most {REST_MB} MB at rest", f"{resting:.0f} MB", resting <= REST_MB),
        Target(f"--help in less than {HELP_S} s", f"{answered:.2f} s", answered < HELP_S),
    ]
    notes = ["seconds of the daemon are those of its empty cycle"]
    return Report("rest", runs, HELP, targets, notes, facts=("MB at rest",))
