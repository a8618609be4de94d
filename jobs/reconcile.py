"""Reconcile: compare the CRM's list of ids with the mirror, once a day.

The only defence against rows that vanish without a trace (hard deletes, purges, sharing changes) or that became visible
later than the overlap allows. A failed or short read must never look like a mass delete: beyond the limit nothing is
marked and the run says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from connectors.port import Source
from engine.model import Issue, Severity
from jobs.pull import store_pages
from jobs.running import Run
from store import mirror

log = structlog.get_logger()

RECONCILED = "reconciled_at"
"""The setting that says when this was last done."""
SHARE_MAX = 200
"""At most one record in this many may vanish in one reconciliation (0.5 %) ..."""
VANISHED_MIN = 50
"""... unless fewer than this many vanished in all."""
BATCH = 2_000
"""Records re-read in one request."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the comparison found."""

    vanished: int
    missing: int
    issues: tuple[Issue, ...]


def reconcile(source: Source, run: Run, objects: tuple[str, ...]) -> Reconciled:
    """Re-read what is missing or older here than there, and mark what vanished as deleted.

    All or nothing: where one object has lost too much, no object's records are marked, because the lines and splits of
    hidden deals vanish with them.
    """
    vanished: dict[str, list[str]] = {}
    issues: list[Issue] = []
    behind = 0
    for name in objects:
        store_pages(run, source.sweep(name), stream=None)
        theirs, ours = dict(source.ids(name)), _ours(run, name)
        behind += _read_again(
            source, run, name, [key for key, at in theirs.items() if key not in ours or at > ours[key]]
        )
        vanished[name] = [record_id for record_id in ours if record_id not in theirs]
        if len(vanished[name]) > max(VANISHED_MIN, len(ours) // SHARE_MAX):
            issues.append(_mass_loss(name, len(vanished[name]), len(ours)))
    if issues:
        return Reconciled(0, behind, tuple(issues))
    return Reconciled(sum(_mark(run, name, gone) for name, gone in vanished.items()), behind, ())


def _ours(run: Run, name: str) -> dict[str, datetime]:
    with run.store.read() as conn:
        return dict(mirror.ids(conn, name))


def _mark(run: Run, name: str, record_ids: list[str]) -> int:
    if record_ids:
        with run.write() as conn:
            mirror.mark_vanished(conn, name, record_ids, run.run_id)
    log.info("reconciled", object=name, deleted=len(record_ids))
    return len(record_ids)


def _read_again(source: Source, run: Run, name: str, record_ids: list[str]) -> int:
    for start in range(0, len(record_ids), BATCH):
        store_pages(run, source.records(name, record_ids[start : start + BATCH]), stream=None)
    return len(record_ids)


def _mass_loss(name: str, vanished: int, known: int) -> Issue:
    return Issue(
        "mass_loss",
        Severity.WARNS,
        name,
        f"{vanished} of {known} records are no longer visible to the integration user; nothing was deleted here.",
        "Check the user's View All permission and sharing; the next reconciliation looks again.",
    )
