"""dlt's way to pull: a resource over simple-salesforce, merged on Id into SQLite by dlt's sqlalchemy destination.

simple-salesforce pages through REST (2,000 a page) and hands dlt one page at a time, without Salesforce's `attributes`.
dlt infers the columns, normalises, and merges on the primary key with its defaults. No table is nested, so that this is
dlt at its least work. dlt is no dependency: the interpreter that has it is named in BENCH_DLT_PYTHON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import requests
import sqlalchemy as sa
from simple_salesforce.api import Salesforce

from benchmarks.child import measured
from benchmarks.deals_query import KEY, SECRET, SOQL, VERSION


def salesforce_at(address: str) -> Salesforce:
    """A logged-in client, told to use plain HTTP."""
    form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    token = requests.post(f"{address}/services/oauth2/token", data=form, timeout=60).json()["access_token"]
    client = Salesforce(instance_url=address, session_id=token, version=VERSION)
    client.base_url = f"{address}/services/data/v{VERSION}/"
    return client


def pages(client: Salesforce) -> Iterator[list[dict[str, Any]]]:
    """Every page of the query."""
    answer = client.query(SOQL, include_deleted=True)
    while True:
        yield [{name: value for name, value in row.items() if name != "attributes"} for row in answer["records"]]
        if answer["done"]:
            return
        locator = answer["nextRecordsUrl"].rsplit("/", 1)[1]
        answer = client.query_more(locator, identifier_is_url=False, include_deleted=True)


def main(address: str, folder: str) -> None:
    """Pull all opportunities into an empty SQLite database."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    client = salesforce_at(address)
    database = Path(folder) / "dlt.db"
    destination = dlt.destinations.sqlalchemy(f"sqlite:///{database}")
    pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name="main")
    resource = dlt.resource(pages(client), name="opportunity", write_disposition="merge", primary_key="Id")
    with measured() as work:
        pipeline.run(resource)
    with pipeline.sql_client() as sql, sql.execute_query(str(sa.text("SELECT count(*) FROM opportunity"))) as found:
        work.report(found.fetchone()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
