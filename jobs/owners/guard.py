"""Owner guard: a run that would change too many owners, team members and splits sets none until a person agrees.

The first run with a new `ownership` is one of them: it meets years of deals that people have given to each other. An
approval is for that configuration, for about so many changes, and for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from connectors.port import NotAllowed, Refused
from engine.model import Issue, Severity
from jobs.access.approvals import lapse
from jobs.access.waiting import ask_as_run, os_stranger, waiting_id
from jobs.configuration import Configuration
from jobs.guard import Asked
from jobs.owners.look import Sending, batches, decided
from jobs.running import Run
from store import ownership, settings

LET_THROUGH, OWNERS = "owners_let_through", "owners"
STEPS = (1, 2, 5)


def hold_owners(run: Run, configuration: Configuration, every: Sequence[Sending]) -> list[Issue]:
    """Why nothing may be set now; nothing where it may. Reads the CRM only where so many are due that it matters."""
    limits = configuration.settings.guard
    with run.store.read() as conn:
        due, whole = (
            sum(ownership.wanted_count(conn, each.name, each.place.policies, due=only) for each in every)
            for only in (True, False)
        )
    most = max(limits.owners_min, int(limits.owners_share * whole))
    changes = sum(_changes(each) for each in every) if due > most else 0
    if changes > most:
        return _asked(run, configuration, changes, whole)
    with run.write() as conn:
        lapse(conn, os_stranger(), "breaker", OWNERS, keep=None, now=run.clock())
    return []


def _changes(sending: Sending) -> int:
    """How many would be written now; what comes after a batch that cannot be read is not, what comes before it is."""
    found = 0
    with suppress(NotAllowed, Refused):
        for ids, inactive in batches(sending):
            said = sending.place.read(ids)
            with sending.run.store.read() as conn:
                _, decisions = decided(conn, sending, said, ids, inactive)
            found += sum(each.writes for each in decisions)
    return found


def _asked(run: Run, configuration: Configuration, changes: int, whole: int) -> list[Issue]:
    """Nothing where a person has agreed; what was let through counts once."""
    with run.write() as conn:
        detail = {
            "owners": rounded_up(changes),
            "configuration": configuration.policy,
            "after": settings.setting_of(conn, LET_THROUGH),
        }
        asked, now = Asked("breaker", OWNERS, detail), run.clock()
        waits = waiting_id(conn, asked)
        if waits is None:
            settings.set_setting(conn, LET_THROUGH, now.isoformat())
            return []
        ask_as_run(conn, [asked], now)
    message = f"{changes} of {whole} would change at once; none of them was set."
    remedy = f"Look at them with 'worker.py preview', then 'worker.py approve {waits}'."
    return [Issue("owners_held", Severity.WARNS, "owners in the CRM", message, remedy)]


def rounded_up(count: int) -> int:
    """The next of 1, 2, 5, 10, 20 …: a deal more or less asks for nothing new.

    >>> [rounded_up(count) for count in (1, 3, 50, 51, 240, 501)]
    [1, 5, 50, 100, 500, 1000]
    """
    power = 1
    while True:
        for step in STEPS:
            if count <= step * power:
                return step * power
        power *= 10
