"""pull: opportunities over HTTP into an empty store, against the raw floor and against dlt."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Mapping

from benchmarks.rotation import Contender, Figures, cpu, ratios, rotate, seconds
from benchmarks.serving import Server, serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 100_000, 5
PAGE = 2_000
WORKER, FLOOR, DLT = "worker", "raw floor", "dlt"
FLOOR_SHARE = 0.70
DLT_TIMES = 10
CALLS_TIMES = 1.05


def run(rows: int, rounds: int) -> Report:
    """Both ways (and dlt's) in turn, on one server that has rendered every page before."""
    with serving(rows) as server:
        contenders = _contenders(server)
        rotate(contenders[:2], 1, server.counted)
        runs = rotate(contenders, rounds, server.counted)
    targets = [
        _of_floor(runs),
        of_dlt(runs, DLT, WORKER, f"at least {DLT_TIMES} x dlt into SQLite", DLT_TIMES),
        _of_calls(runs, math.ceil(rows / PAGE)),
    ]
    notes = [] if DLT in runs else [f"{DLT} was NOT measured: name an interpreter that has it in BENCH_DLT_PYTHON."]
    return Report(f"pull {rows:,} opportunities", runs, FLOOR, targets, notes, facts=("calls",))


def _contenders(server: Server) -> list[Contender]:
    found = [
        Contender(WORKER, "benchmarks.pull_worker", (server.address, "{folder}/tally.db", "rest")),
        Contender(FLOOR, "benchmarks.pull_floor", (server.address, "{folder}/floor.db")),
    ]
    if python := has_dlt(os.environ):
        found.append(Contender(DLT, "benchmarks.pull_dlt", (server.address, "{folder}"), python))
    return found


def has_dlt(environment: Mapping[str, str]) -> str | None:
    """The interpreter that has dlt, where one is named."""
    python = environment.get("BENCH_DLT_PYTHON")
    if python and subprocess.run([python, "-c", "import dlt"], check=False, capture_output=True).returncode == 0:
        return python
    return None


def _of_floor(runs: dict[str, list[Figures]]) -> Target:
    wall, work = (1 / ratios(runs[WORKER], runs[FLOOR], of)[0] for of in (seconds, cpu))
    reached = f"{wall:.0%} of its speed by the clock, {work:.0%} by CPU"
    return Target(f"at least {FLOOR_SHARE:.0%} of the raw floor", reached, wall >= FLOOR_SHARE)


def of_dlt(runs: dict[str, list[Figures]], dlt: str, worker: str, promise: str, times: int) -> Target:
    """How many times faster than dlt the worker is."""
    if dlt not in runs:
        return Target(promise, "dlt was not found", None)
    wall, least, most = ratios(runs[dlt], runs[worker], seconds)
    work = ratios(runs[dlt], runs[worker], cpu)[0]
    reached = f"{wall:.1f} x by the clock ({least:.1f}-{most:.1f}), {work:.1f} x by CPU"
    return Target(promise, reached, wall >= times)


def _of_calls(runs: dict[str, list[Figures]], least: int) -> Target:
    calls = int(str(runs[WORKER][-1].facts["calls"]))
    promise = f"API calls at most {CALLS_TIMES} x the least possible"
    return Target(promise, f"{calls} of {least}, the description of the org included", calls <= CALLS_TIMES * least)
