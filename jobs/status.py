"""Status: what an operator wants to know first, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from store import ledger, mirror, runs, writeback
from store.chain import verify
from store.database import Store

RUNS_SHOWN = 5


def status(store: Store) -> dict[str, Any]:
    """Last runs, stored records, open issues, waiting and parked writes, and whether the ledger's chain holds."""
    with store.read() as conn:
        issues = runs.open_issues(conn)
        return {
            "runs": [asdict(run) for run in runs.runs(conn, RUNS_SHOWN)],
            "records": mirror.counts(conn),
            "issues": dict(Counter(found.issue.code for found in issues)),
            "writes": writeback.counts(conn),
            "parked": [asdict(parked) for parked in writeback.parked(conn)],
            "ledger": {"postings": ledger.posting_count(conn), "broken": verify(conn)},
        }
