"""Backfill: history in bulk, resumable after a kill, then one computation over what came in.

Its cursor is its own (object and range), apart from the incremental one. A backfill of everything also moves the
incremental cursor, to the server's time when it began: what changed meanwhile is pulled by the next cycle.
"""

from __future__ import annotations

from datetime import date

from connectors.port import Refused, Source
from engine.model import Page
from jobs.cycle import Cycle, Wiring, check_organization, settle_and_send
from jobs.pull import Progress, Pulled, quiet, store_pages
from jobs.running import Run, running
from store import mirror


def backfill(
    wiring: Wiring,
    objects: tuple[str, ...],
    since: date | None,
    until: date | None,
    *,
    progress: Progress = quiet,
) -> Cycle:
    """Read the objects (all of them where none is named) in the half-open range of days, then compute and send."""
    with running(wiring.store, "backfill", wiring.clock, wiring.stopping) as run:
        crm = wiring.connect()
        unknown = sorted(set(objects) - set(crm.source.objects))
        if unknown:
            raise Refused(f"Object {unknown[0]} is not pulled; the objects are {', '.join(crm.source.objects)}.")
        check_organization(crm, run)
        total = Pulled()
        for name in objects or crm.source.objects:
            total += _backfill_object(crm.source, run, name, (since, until), progress)
        run.count(records=total.records, new=total.new, changed=total.changed)
        return settle_and_send(wiring, crm, run, total.records)


def _backfill_object(
    source: Source, run: Run, name: str, days: tuple[date | None, date | None], progress: Progress
) -> Pulled:
    since, until = days
    stream = f"backfill {since or ''}..{until or ''}"
    with run.store.read() as conn:
        cursor = mirror.cursor_of(conn, name, stream)
    pages = source.backfill(name, since, until, cursor)
    total = store_pages(run, pages, stream=stream, progress=progress)
    with run.write() as conn:
        reached = mirror.cursor_of(conn, name, stream)
        mirror.forget_cursor(conn, name, stream)
        if since is None and until is None and reached is not None:
            mirror.save_page(conn, Page(name, (), reached), run.run_id)
    return total
