"""Status: what an operator wants to know first, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from engine.model import Issue, Severity
from store import ledger, mirror, runs, writeback
from store.chain import verify
from store.database import Store

RUNS_SHOWN = 5


def open_issues(conn: Connection) -> list[Issue]:
    """What waits for a person: what was found wrong, and what the CRM refused to take."""
    return [found.issue for found in runs.open_issues(conn)] + [_refused(parked) for parked in writeback.parked(conn)]


def _refused(parked: writeback.Parked) -> Issue:
    return Issue(
        "write_parked",
        Severity.WARNS,
        f"{parked.object} {parked.record_id}",
        f"was not written; the CRM says: {parked.message} ({parked.code})",
        "Mend the record or the permission; it is tried again when the record changes, and once a day.",
    )


def status(store: Store) -> dict[str, Any]:
    """Last runs, stored records, open issues, waiting and parked writes, and whether the chains hold."""
    with store.read() as conn:
        issues = open_issues(conn)
        return {
            "runs": [asdict(run) for run in runs.runs(conn, RUNS_SHOWN)],
            "records": mirror.counts(conn),
            "issues": dict(Counter(issue.code for issue in issues)),
            "writes": writeback.counts(conn),
            "parked": [asdict(parked) for parked in writeback.parked(conn)],
            "ledger": {
                "postings": ledger.posting_count(conn),
                "broken": verify(conn),
            },
        }
