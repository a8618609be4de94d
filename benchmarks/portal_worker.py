"""The worker's way to pull from HubSpot: `HubspotSource` and `save_page`, one transaction a page, as `jobs.pull` does.

By list as at the first sync, or by search as after an import that changed every deal.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path

from pydantic import SecretStr

from benchmarks.child import measured
from benchmarks.portal_query import FREE, SINCE, TOKEN
from benchmarks.pull_worker import now
from commands.wiring import kept
from connectors.hubspot.budget import ApiBudget
from connectors.hubspot.cursor import Cursor
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.session import Connection, Key
from connectors.hubspot.source import HubspotSource
from connectors.mapping import read_mapping
from store import mirror, runs
from store.database import open_store

MAPPING = "config/mapping/hubspot.yaml"
SEARCH = "search"


def at_once(_seconds: float) -> None:
    """No waiting for a pace that nobody sets."""


def connection_to(address: str, pace: str) -> Connection:
    """The connector's session with the stand-in portal."""
    budget = ApiBudget(Fraction(1))
    sleep = at_once if pace == FREE else time.sleep
    return Connection(Key(SecretStr(TOKEN)), budget=budget, base_url=address, sleep=sleep)


def source_at(address: str, pace: str) -> HubspotSource:
    """The connector, reading what the template's mapping names."""
    mapping = read_mapping(Path(MAPPING).read_text(encoding="utf-8"), MAPPING).rows
    assert mapping is not None
    return HubspotSource(connection_to(address, pace), mapping, lag=Lag(), seen=Seen())


def main(address: str, database: str, way: str, pace: str) -> None:
    """Pull all deals into an empty store."""
    store = open_store(f"sqlite:///{database}", now)
    source = source_at(address, pace)
    since = source.server_time() - SINCE
    with store.write() as conn:
        run_id = runs.start_run(conn, "sync", now())
    with kept(), measured() as work:
        for page in source.pages("deals", Cursor(live=since, settled=since).text() if way == SEARCH else None):
            with store.write() as conn:
                mirror.save_page(conn, page, run_id)
    with store.read() as conn:
        work.report(mirror.count(conn, "deals"))


if __name__ == "__main__":
    main(*sys.argv[1:])
