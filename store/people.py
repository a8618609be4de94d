"""Looking up single people, without reading frames."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from store.tables import table

PERSON, REPORTING = table("person"), table("reporting_line")


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
