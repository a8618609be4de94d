"""Status: what an operator wants to know first, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from engine.model import Issue, Severity
from jobs.configuration import Configuration
from jobs.publishing.objects import written
from jobs.publishing.refusals import refusals
from store import drift, ledger, mirror, runs, writeback
from store.chain import verify
from store.database import Store

RUNS_SHOWN = 5


def open_issues(conn: Connection, configuration: Configuration) -> list[Issue]:
    """What waits for a person: what was found wrong, late changes to decide, and what the CRM refused to take."""
    found = [each.issue for each in runs.open_issues(conn)]
    refused = refusals(conn, written(configuration))
    return [*found, *map(_undecided, drift.drifts(conn)), *(each.issue for each in refused)]


def _undecided(held: drift.Drift) -> Issue:
    """A record that stays as it was believed until somebody decides."""
    message = f"would move a closed period since it changed; it stays as it was believed (drift {held.drift_id})."
    remedy = "Look at 'worker.py drift list', then accept or reject it."
    return Issue("open_drift", Severity.HOLDS, f"{held.object} {held.record_id}", message, remedy)


def status(store: Store, configuration: Configuration) -> dict[str, Any]:
    """Last runs, stored records, open issues, waiting and parked writes, and whether the chains hold."""
    with store.read() as conn:
        issues = open_issues(conn, configuration)
        return {
            "runs": [asdict(run) for run in runs.runs(conn, RUNS_SHOWN)],
            "records": mirror.counts(conn),
            "issues": dict(Counter(issue.code for issue in issues)),
            "writes": _writes(conn, written(configuration)),
            "parked": [refused._asdict() for refused in refusals(conn, written(configuration))],
            "ledger": {
                "postings": ledger.posting_count(conn),
                "broken": verify(conn),
            },
        }


def _writes(conn: Connection, objects: Collection[str]) -> dict[str, dict[str, int]]:
    """How many records are in which state; those that wait of an object which is written no more are `off`."""
    found = writeback.counts(conn)
    for name in found.keys() - set(objects):
        waiting = sum(found[name].pop(state, 0) for state in ("due", "parked"))
        found[name] |= {"off": waiting} if waiting else {}
    return found
