"""dlt's way to pull from HubSpot: its REST source over the list, merged on id into SQLite through sqlalchemy.

dlt's own HubSpot source is no package but code to be copied into a project, so its REST source reads the same list with
the same properties. It infers the columns, normalises and merges with its defaults; it does not read which company a
deal belongs to, so that this is dlt at its least work. Interpreter: BENCH_DLT_PYTHON, as for Salesforce.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dlt
from dlt.sources.rest_api import rest_api_source

from benchmarks.child import measured
from benchmarks.portal_query import LIST_PAGE, PROPERTIES, TOKEN


def main(address: str, folder: str) -> None:
    """Pull all deals into an empty SQLite database."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    paginator = {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"}
    auth = {"type": "bearer", "token": TOKEN}
    params = {"limit": LIST_PAGE, "properties": ",".join(PROPERTIES)}
    deals = {
        "name": "deals",
        "endpoint": {"path": "deals", "params": params, "data_selector": "results"},
        "write_disposition": "merge",
        "primary_key": "id",
    }
    client = {"base_url": f"{address}/crm/objects/2026-09/", "auth": auth, "paginator": paginator}
    source = rest_api_source({"client": client, "resources": [deals]})
    destination = dlt.destinations.sqlalchemy(f"sqlite:///{Path(folder) / 'dlt.db'}")
    pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name="main")
    with measured() as work:
        pipeline.run(source)
    with pipeline.sql_client() as sql, sql.execute_query("SELECT count(*) FROM deals") as found:
        work.report(found.fetchone()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
