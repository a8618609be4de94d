"""The worker's way to write to HubSpot: `jobs.send` from a store in which every deal is due."""

from __future__ import annotations

import sys

from benchmarks.portal import deal_id
from benchmarks.portal_worker import connection_to
from benchmarks.pull_worker import now
from benchmarks.write_worker import sent
from connectors.hubspot.target import HubspotTarget
from store.writeback import Wanted

OBJECT = "deals"


def main(address: str, database: str, rows: int, pace: str) -> None:
    """Every deal."""
    fields = {"commission_status": "credited", "commission_reason": f"Benchmark of {now().isoformat()}"}
    wanted = (Wanted(deal_id(number), f"{number // 20:09d}", fields) for number in range(rows))
    target = HubspotTarget(connection_to(address, pace), {OBJECT: fields})
    sent(database, target, OBJECT, wanted, rows).report(rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
