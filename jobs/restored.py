"""After a restore: the CRM holds what was written since the backup, and records have changed that it does not know.

So the first cycle reads everything since the backup's cursors, compares the ids, computes everything, and then asks the
CRM what it says of every record that we write: only what differs is written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from connectors.port import NotAllowed, Refused, Target
from jobs import overwritten
from jobs.compute import COMPUTED
from jobs.publishing.desire import PUBLISHED
from jobs.reconcile import RECONCILED
from jobs.running import Run
from store import settings, writeback

log = structlog.get_logger()

LOOK_FIRST = "look_first"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def begin_anew(conn: Connection, now: datetime) -> None:
    """Let the next cycle trust nothing that a database which was restored believes of the CRM.

    That our own fields differ there means nothing: we have written them.
    """
    for key, value in {
        RECONCILED: LONG_AGO.isoformat(),
        overwritten.RESTORED: now.isoformat(),
        COMPUTED: "",
        PUBLISHED: "",
        LOOK_FIRST: now.isoformat(),
    }.items():
        settings.set_setting(conn, key, value)


def look_first(target: Target, run: Run, names: Sequence[str], ours: Collection[str]) -> None:
    """Once after a restore, right before sending: what the CRM says already is not written, all else is due.

    An object that cannot be read is left to those who write it, and who tell why they cannot.
    """
    with run.store.read() as conn:
        if not settings.setting_of(conn, LOOK_FIRST):
            return
    for name in names:
        with suppress(NotAllowed, Refused):
            _look(target, run, name, of_ours=name in ours)
    with run.write() as conn:
        settings.set_setting(conn, LOOK_FIRST, "")


def _look(target: Target, run: Run, name: str, *, of_ours: bool) -> None:
    with run.store.read() as conn:
        wanted = writeback.confirmed(conn, name, ("sent", "due"))
    found = dict(overwritten.compared(target, name, wanted, of_ours=of_ours))
    again = [record_id for record_id, fields in found.items() if fields or (fields is None and of_ours)]
    with run.write() as conn:
        writeback.send_again(conn, name, again)
        writeback.confirm(conn, name, [record_id for record_id, fields in found.items() if fields == []])
    log.info("looked at what the CRM says after a restore", object=name, records=len(found), differing=len(again))
