"""hubspot_write: changed deals back to HubSpot in batches of 100, each answer stored before the next is sent."""

from __future__ import annotations

import math

from benchmarks.hubspot_pace import WRITE, alone, unrefused
from benchmarks.table import Report, Target
from connectors.hubspot.batches import BATCH

ROWS, ROUNDS = 10_000, 3


def run(rows: int, rounds: int) -> Report:
    """`jobs.send` over a store in which so many deals are due, on a portal with its rate limits."""
    runs = {WRITE: [alone(rows, WRITE) for _ in range(rounds)]}
    writes = {int(str(figures.facts["writes"])) for figures in runs[WRITE]}
    least = math.ceil(rows / BATCH)
    target = Target(f"{least} batch calls, none for a single record", f"{sorted(writes)}", writes == {least})
    facts = ("calls", "writes", "refused", "10 s peak")
    return Report(f"hubspot_write {rows:,} changed deals", runs, WRITE, [target, unrefused(runs)], facts=facts)
