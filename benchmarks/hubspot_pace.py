"""hubspot_pace: list, search and write on portals with the rate limits of a usual account, which are never reached."""

from __future__ import annotations

from benchmarks.hubspot import WAYS, worker
from benchmarks.portal_query import PACED
from benchmarks.rotation import Contender, Figures, rotate
from benchmarks.serving import serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 20_000, 1
"""More calls than ten seconds allow, so that the pace is felt."""

WRITE = "worker, write"
FACTS = ("calls", "refused", "10 s peak", "search peak")


def run(rows: int, rounds: int) -> Report:
    """Each run has a portal of its own: nobody else's calls of the last ten seconds are counted."""
    runs = {name: [alone(rows, name) for _ in range(rounds)] for name in (*(f"worker, {way}" for way in WAYS), WRITE)}
    targets = [unrefused(runs)]
    return Report(f"hubspot_pace {rows:,} deals", runs, "worker, list", targets, facts=FACTS)


def alone(rows: int, name: str) -> Figures:
    """One run on a fresh portal."""
    with serving(rows, "benchmarks.portal", PACED) as server:
        ours = {f"worker, {way}": worker(server.address, way, PACED) for way in WAYS}
        arguments = (server.address, "{folder}/tally.db", str(rows), PACED)
        contender = ours.get(name) or Contender(name, "benchmarks.portal_write_worker", arguments)
        (figures,) = rotate([contender], 1, server.counted)[name]
    return figures


def unrefused(runs: dict[str, list[Figures]]) -> Target:
    """Whether no call was one too many."""
    refused = sum(int(str(figures.facts["refused"])) for found in runs.values() for figures in found)
    return Target("never over the rate limits", f"{refused} calls refused", refused == 0)
