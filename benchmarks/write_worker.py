"""The worker's way to write: `jobs.send` from a store in which every record is due."""

from __future__ import annotations

import sys
from contextlib import closing

from benchmarks.child import measured
from benchmarks.crm import deal_id
from benchmarks.pull_worker import connection_to, now
from connectors.salesforce.target import SalesforceTarget
from jobs.running import running
from jobs.send import send
from store import writeback
from store.database import open_store
from store.writeback import Wanted

OBJECT = "Opportunity"


def main(address: str, database: str, rows: int) -> None:
    """Send what is wanted of every opportunity, and check that each was written."""
    with closing(open_store(f"sqlite:///{database}", now)) as store:
        stamp = now().isoformat()
        fields = {"Commission_Status__c": "credited", "Commission_Reason__c": f"Benchmark of {stamp}"}
        wanted = (Wanted(deal_id(number), f"{number // 20:09d}", fields) for number in range(rows))
        with store.write() as conn:
            writeback.desire(conn, OBJECT, wanted)
        target = SalesforceTarget(connection_to(address), {OBJECT: fields})
        target.fields(OBJECT)
        with running(store, "sync", now) as run, measured() as work:
            verdicts = send(target, run, [OBJECT])
    if verdicts["written"] != rows:
        raise RuntimeError(f"{dict(verdicts)} instead of {rows} written")
    work.report(rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
