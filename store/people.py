"""Looking up single people, without reading frames."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables import table

PERSON = table("person")


def with_email(conn: sa.Connection, email: str) -> list[str]:
    """Ids of the people of the CRM with this e-mail address, however it is capitalised."""
    chosen = sa.select(PERSON.c.person_id, PERSON.c.email).where(PERSON.c.email.is_not(None))
    return [person_id for person_id, known in conn.execute(chosen) if known.casefold() == email.casefold()]
