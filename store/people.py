"""Looking up single people, without reading frames; and what the CRM said of people, with the day since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from store.bulk import execute_many
from store.instants import instant_text
from store.tables import table

PERSON, REPORTING, FACT = table("person"), table("reporting_line"), table("person_fact")
INSERT = sa.text(
    "INSERT INTO person_fact (person_id, fact, value, read_on, read_at)"
    " VALUES (:person_id, :fact, :value, :read_on, :read_at)"
)


class Told(NamedTuple):
    """What the CRM said of a person, and the day on which that was first read."""

    person_id: str
    fact: str
    value: str | None
    read_on: date


def tell(conn: sa.Connection, facts: Iterable[Told], now: datetime) -> None:
    """Keep what differs from what was told last; that somebody has nothing is news only after something."""
    known: dict[tuple[str, str], str | None] = {each[:2]: each.value for each in told(conn)}
    news = [each for each in facts if known.get(each[:2]) != each.value]
    execute_many(conn, INSERT, [(*each[:3], str(each.read_on), instant_text(now)) for each in news])


def told(conn: sa.Connection) -> list[Told]:
    """Everything that the CRM ever said of people, in the order in which it was read."""
    row = FACT.c
    chosen = sa.select(row.person_id, row.fact, row.value, row.read_on).order_by(row.number)
    return [Told(*each[:3], date.fromisoformat(each[3])) for each in conn.execute(chosen)]


def with_email(conn: sa.Connection, email: str) -> list[str]:
    """Ids of the people of the CRM with this e-mail address, however it is capitalised."""
    chosen = sa.select(PERSON.c.person_id, PERSON.c.email).where(PERSON.c.email.is_not(None))
    return [person_id for person_id, known in conn.execute(chosen) if known.casefold() == email.casefold()]


def reporting(conn: sa.Connection) -> list[tuple[str, str, date, date | None]]:
    """Who reported to whom, from which day until before which."""
    row = REPORTING.c
    chosen = sa.select(row.person_id, row.manager_id, row.from_on, row.until_on)
    return [
        (person_id, manager_id, date.fromisoformat(since), date.fromisoformat(until) if until else None)
        for person_id, manager_id, since, until in conn.execute(chosen)
    ]
