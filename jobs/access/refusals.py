"""What was refused to somebody stays in the audit log: an auditor asks who tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from jobs.access.actor import ACTOR, os_login
from jobs.access.errors import NotYours
from store import audit
from store.database import Store


@dataclass(frozen=True, slots=True)
class Stranger:
    """Whoever asked, by the names given: nothing is known of them yet."""

    login: str
    os_login: str


@contextmanager
def refusals_noted(store: Store | None, action: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Note a `NotYours` in a transaction of its own, where there is a log, and let it go on to the person."""
    try:
        yield
    except NotYours as refused:
        user = os_login()
        who = Stranger(environment.get(ACTOR, user), user)
        if store is not None:
            with store.write() as conn:
                audit.note(conn, who, "refused", action, reason=str(refused), now=store.clock())
        raise
