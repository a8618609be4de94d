"""write: changed records back to the CRM, in collections of 200, each answer stored before the next is sent."""

from __future__ import annotations

import math

from benchmarks.rotation import Contender, rotate
from benchmarks.serving import serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 10_000, 3
COLLECTION = 200
WORKER = "worker"


def run(rows: int, rounds: int) -> Report:
    """`jobs.send` over a store in which so many records are due; each round writes other values."""
    with serving(rows) as server:
        contender = Contender(WORKER, "benchmarks.write_worker", (server.address, "{folder}/tally.db", str(rows)))
        runs = rotate([contender], rounds, server.counted)
    writes = {int(str(figures.facts["writes"])) for figures in runs[WORKER]}
    least = math.ceil(rows / COLLECTION)
    target = Target(f"{least} collection calls, none for a single record", f"{sorted(writes)}", writes == {least})
    return Report(f"write {rows:,} changed records", runs, WORKER, [target], facts=("calls", "writes"))
