"""A worker that has wired everything, as `worker.py run` does, and has run cycles until nothing was left to do."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.child import measured
from benchmarks.folder import write_config
from commands.clock import now
from commands.wiring import wire
from jobs import logs
from jobs.configuration import load
from jobs.cycle import sync
from jobs.salesforce import prepare
from jobs.settings import database_url
from jobs.stand_in import SANDBOXES
from store.database import open_store

KIB = 1024
PAGES = Path("/proc/self/status")


def resident_mb() -> float:
    """Memory of this process as it is now, not at its peak."""
    (line,) = (line for line in PAGES.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / KIB


def main(address: str, folder: str, rows: int) -> None:
    """Set up, pull everything, then measure a cycle in which nothing happens."""
    logs.configure()
    config = write_config(Path(folder), address, people=[])
    configuration = load(config)
    prepare(configuration, SANDBOXES["salesforce"].credentials, apply=True)
    store = open_store(database_url(configuration.settings, config), now)
    wiring = wire(configuration, store, environment=SANDBOXES["salesforce"].credentials)
    sync(wiring)
    with measured() as work:
        cycle = sync(wiring)
    if cycle.computed.postings.height or cycle.sent:
        raise RuntimeError(f"the second cycle was not empty: {cycle}")
    work.report(rows, **{"MB at rest": round(resident_mb(), 1)})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
