"""One cycle: pull, compute, send. What `sync` does once and the daemon on a schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.outcomes import NOTES
from connectors.port import Beside, NotAllowed, Refused, Source, Target
from engine.model import Issue, Organization, Severity
from engine.telling.wording import counted
from jobs.compute import Computed
from jobs.computing import compute
from jobs.configuration import Configuration
from jobs.overwritten import write_again
from jobs.owners.places import owner_places
from jobs.owners.send import send_owners
from jobs.publishing.objects import ours, pay_objects, written
from jobs.publishing.send import send_records
from jobs.pull import Progress, pull, quiet
from jobs.reconcile import RECONCILED, reconcile
from jobs.restored import look_first
from jobs.running import Run, running
from jobs.send import send
from store import mirror, ownership, runs, settings, writeback
from store.database import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Crm:
    """Both directions of one connection."""

    source: Source
    target: Target
    team: Beside | None = None
    """Teams of deals, where the CRM has them and the mapping sets them."""
    splits: Beside | None = None
    """Deals' own splits, where the mapping sets them."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every job works with; put together in `commands/wiring.py` alone."""

    configuration: Configuration
    store: Store
    connect: Callable[[], Crm]
    """A fresh connection for each run: what a run learns of the org's fields is not kept longer."""
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one cycle did."""

    records: int
    computed: Computed
    sent: dict[str, int]
    unsent: tuple[Issue, ...] = ()
    """Why something was not even tried to be written."""


def sync(wiring: Wiring, *, retry: bool = False, progress: Progress = quiet) -> Cycle:
    """Pull what changed, reconcile when it is due, compute, send; with `retry` also what the CRM has refused."""
    with running(wiring.store, "sync", wiring.clock, wiring.stopping) as run:
        if retry:
            with run.write() as conn:
                _try_again(conn, wiring.configuration)
        crm = wiring.connect()
        check_organization(crm, run)
        pulled = pull(crm.source, run, progress=progress)
        if _reconcile_due(wiring, run):
            reconcile_all(wiring, crm, run)
        return settle_and_send(wiring, crm, run, pulled.records)


def settle_and_send(wiring: Wiring, crm: Crm, run: Run, records: int) -> Cycle:
    """The second half of every cycle: books first, in one transaction; then the CRM."""
    with run.write() as conn:
        found = [*crm.source.issues(), *_unseen(conn, wiring.configuration.mapping, crm.source)]
        runs.record_issues(conn, "crm", found, run.clock())
    computed = compute(wiring.configuration, run)
    if not wiring.configuration.settings.write_back:
        return Cycle(records, computed, {})
    sent, unsent = _send(wiring, crm, run)
    for each in unsent:
        log.warning("not written", subject=each.subject, code=each.code, reason=each.message)
    return Cycle(records, computed, dict(sent), tuple(unsent))


def _unseen(conn: Connection, mapping: CrmMapping, source: Source) -> Iterator[Issue]:
    """Objects that were read and that the CRM shows no longer: nothing of theirs is lost, and nothing is news."""
    mapped = {each.crm_object for each in mapping.objects.values()}
    for name in sorted(mapped.difference(source.objects)):
        if records := mirror.count(conn, name):
            message = f"is no longer shown by the CRM; {counted(records, 'record')} of it count as they were last read."
            remedy = "Grant Read on it or switch the feature on again; or remove it from the mapping."
            yield Issue("object_unseen", Severity.WARNS, name, message, remedy)


def _send(wiring: Wiring, crm: Crm, run: Run) -> tuple[Counter[str], list[Issue]]:
    """How many were sent, and why others were not.

    Deals first; what keeps statements from being written at all keeps nothing else.
    """
    configuration = wiring.configuration
    look_first(crm.target, run, written(configuration), ours(configuration))
    sent = send(crm.target, run, [configuration.mapping.deal_object])
    places = owner_places(configuration.mapping, crm.target, crm.team, crm.splits)
    owners, unset = send_owners(run, configuration, places)
    sent += owners
    pay, issues = pay_objects(configuration), []
    try:
        sent += send_records(crm.target, run, pay) if pay else Counter()
    except (NotAllowed, Refused) as problem:
        remedy = "Run 'worker.py setup --apply'; they are written with the next cycle."
        issues.append(Issue("records_not_written", Severity.WARNS, "statements in the CRM", str(problem), remedy))
    try:
        sent += send(crm.target, run, [NOTES]) if configuration.mapping.note else Counter()
    except (NotAllowed, Refused) as problem:
        remedy = "Give the key the scope that HubSpot asks for, or remove note: from the mapping."
        issues.append(Issue("notes_not_written", Severity.WARNS, "notes in the CRM", str(problem), remedy))
    with run.write() as conn:
        runs.record_issues(conn, "sending records", issues, run.clock())
    return sent, [*unset, *issues]


def check_organization(crm: Crm, run: Run) -> Organization:
    """Refuse an org other than the one whose records are in the store; the first one seen is pinned."""
    found = crm.source.organization()
    with run.write() as conn:
        settings.pin_organization(conn, found)
    return found


def reconcile_all(wiring: Wiring, crm: Crm, run: Run) -> None:
    """Compare ids and our own fields with the CRM, give parked writes another try, and remember when."""
    mapped = {mapped.crm_object for mapped in wiring.configuration.mapping.objects.values()}
    found = reconcile(crm.source, run, tuple(name for name in crm.source.objects if name in mapped))
    run.count(deleted=found.vanished, missing=found.missing)
    if wiring.configuration.settings.write_back:
        write_again(crm.target, run, written(wiring.configuration), ours(wiring.configuration))
    with run.write() as conn:
        runs.record_issues(conn, "reconciliation", found.issues, run.clock())
        _try_again(conn, wiring.configuration)
        settings.set_setting(conn, RECONCILED, run.clock().isoformat())


def _try_again(conn: Connection, configuration: Configuration) -> None:
    """What was refused may have been mended: everything parked is due, and every owner looked at."""
    for name in written(configuration):
        writeback.unpark(conn, name, None)
    ownership.look_again(conn, configuration.mapping.deal_object)


def _reconcile_due(wiring: Wiring, run: Run) -> bool:
    with wiring.store.read() as conn:
        last = settings.setting_of(conn, RECONCILED)
    if last is None:  # the first pull has just read everything: the clock starts now
        with run.write() as conn:
            settings.set_setting(conn, RECONCILED, run.clock().isoformat())
        return False
    hours = timedelta(hours=wiring.configuration.settings.schedule.reconcile_hours)
    return wiring.clock() - datetime.fromisoformat(last) >= hours
