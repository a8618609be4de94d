"""The worker's way to write to HubSpot: `jobs.send` from a store in which every deal is due."""

from __future__ import annotations

import sys
from contextlib import closing

from benchmarks.child import measured
from benchmarks.portal import deal_id
from benchmarks.portal_worker import connection_to
from benchmarks.pull_worker import now
from connectors.hubspot.target import HubspotTarget
from jobs.running import running
from jobs.send import send
from store import writeback
from store.database import open_store
from store.writeback import Wanted

OBJECT = "deals"


def main(address: str, database: str, rows: int, pace: str) -> None:
    """Send what is wanted of every deal, and check that each was written."""
    with closing(open_store(f"sqlite:///{database}", now)) as store:
        fields = {"commission_status": "credited", "commission_reason": f"Benchmark of {now().isoformat()}"}
        wanted = (Wanted(deal_id(number), f"{number // 20:09d}", fields) for number in range(rows))
        with store.write() as conn:
            writeback.desire(conn, OBJECT, wanted)
        target = HubspotTarget(connection_to(address, pace), {OBJECT: fields})
        target.fields(OBJECT)
        with running(store, "sync", now) as run, measured() as work:
            verdicts = send(target, run, [OBJECT])
    if verdicts["written"] != rows:
        raise RuntimeError(f"{dict(verdicts)} instead of {rows} written")
    work.report(rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
