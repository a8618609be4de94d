"""The worker's way to pull: `SalesforceSource` and `save_page`, one transaction a page, as `jobs.pull` wires them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from pydantic import SecretStr

from benchmarks.child import measured
from benchmarks.deals_query import KEY, SECRET
from connectors.mapping import read_mapping
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.session import ClientCredentials, Connection
from connectors.salesforce.source import SalesforceSource
from store import mirror, runs
from store.database import open_store

MAPPING = "config/mapping/salesforce.yaml"


def now() -> datetime:
    """The clock of the store."""
    return datetime.now(UTC)


def connection_to(address: str) -> Connection:
    """The connector's session with the stand-in CRM."""
    credentials = ClientCredentials("sandbox.my.salesforce.com", KEY, SecretStr(SECRET))
    return Connection(credentials, budget=ApiBudget(Fraction(1)), base_url=address)


def source_at(address: str) -> SalesforceSource:
    """The connector, reading what the template's mapping names."""
    mapping = read_mapping(Path(MAPPING).read_text(encoding="utf-8"), MAPPING).rows
    assert mapping is not None
    return SalesforceSource(connection_to(address), mapping)


def main(address: str, database: str, way: str) -> None:
    """Pull all opportunities into an empty store, through REST or Bulk 2.0."""
    store = open_store(f"sqlite:///{database}", now)
    source = source_at(address)
    source.server_time()
    with store.write() as conn:
        run_id = runs.start_run(conn, "sync", now())
    with measured() as work:
        read = source.backfill("Opportunity", None, None, None) if way == "bulk" else source.pages("Opportunity", None)
        for page in read:
            with store.write() as conn:
                mirror.save_page(conn, page, run_id)
    with store.read() as conn:
        work.report(mirror.count(conn, "Opportunity"))


if __name__ == "__main__":
    main(*sys.argv[1:])
