"""The worker's way to write: `jobs.send` from a store in which every record is due."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing

from benchmarks.child import Work, measured
from benchmarks.crm import deal_id
from benchmarks.pull_worker import connection_to, now
from connectors.port import Target
from connectors.salesforce.target import SalesforceTarget
from jobs.running import running
from jobs.send import send
from store import writeback
from store.database import open_store
from store.writeback import Wanted

OBJECT = "Opportunity"


def sent(database: str, target: Target, name: str, wanted: Iterable[Wanted], rows: int) -> Work:
    """What it cost to send what is wanted of every record of an object; each must be written."""
    with closing(open_store(f"sqlite:///{database}", now)) as store:
        with store.write() as conn:
            writeback.desire(conn, name, wanted)
        target.fields(name)
        with running(store, "sync", now) as run, measured() as work:
            verdicts = send(target, run, [name])
    if verdicts["written"] != rows:
        raise RuntimeError(f"{dict(verdicts)} instead of {rows} written")
    return work


def main(address: str, database: str, rows: int) -> None:
    """Every opportunity."""
    fields = {"Commission_Status__c": "credited", "Commission_Reason__c": f"Benchmark of {now().isoformat()}"}
    wanted = (Wanted(deal_id(number), f"{number // 20:09d}", fields) for number in range(rows))
    target = SalesforceTarget(connection_to(address), {OBJECT: fields})
    sent(database, target, OBJECT, wanted, rows).report(rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
