"""Reconcile: compare the CRM's list of ids with the mirror, once a day.

The only defence against rows that vanish without a trace (hard deletes, purges, sharing changes) or that became visible
later than the overlap allows. A failed or short read must never look like a mass delete: beyond the limit nothing is
marked and the run says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import structlog

from connectors.port import Source
from engine.model import Issue, Severity
from jobs.pull import store_pages
from jobs.running import Run
from store import mirror

log = structlog.get_logger()

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
    """Mark what vanished as deleted and re-read what is missing or older here than there."""
    totals = Reconciled(0, 0, ())
    for name in objects:
        found = _reconcile_object(source, run, name)
        totals = Reconciled(
            totals.vanished + found.vanished, totals.missing + found.missing, totals.issues + found.issues
        )
    return totals


def _reconcile_object(source: Source, run: Run, name: str) -> Reconciled:
    theirs = dict(source.ids(name))
    with run.store.read() as conn:
        ours = dict(mirror.ids(conn, name))
    behind = [record_id for record_id, stamp in theirs.items() if record_id not in ours or stamp > ours[record_id]]
    _read_again(source, run, name, behind)
    vanished = [record_id for record_id in ours if record_id not in theirs]
    if len(vanished) > max(VANISHED_MIN, len(ours) // SHARE_MAX):
        return Reconciled(0, len(behind), (_mass_loss(name, len(vanished), len(ours)),))
    if vanished:
        with run.write() as conn:
            mirror.mark_vanished(conn, name, vanished, run.run_id)
    log.info("reconciled", object=name, deleted=len(vanished), missing=len(behind))
    return Reconciled(len(vanished), len(behind), ())


def _read_again(source: Source, run: Run, name: str, record_ids: list[str]) -> None:
    remaining = iter(record_ids)
    while batch := list(islice(remaining, BATCH)):
        store_pages(run, source.records(name, batch), stream=None)


def _mass_loss(name: str, vanished: int, known: int) -> Issue:
    return Issue(
        "mass_loss",
        Severity.WARNS,
        name,
        f"{vanished} of {known} records are no longer visible to the integration user; nothing was deleted here.",
        "Check the user's View All permission and sharing; the next reconciliation looks again.",
    )
