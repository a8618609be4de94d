"""Who is meant: payees by id, e-mail address or name, among those who may be seen; and what people are called."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection

from jobs.access.visible import Visible
from store import canonical


class NotFound(Exception):  # noqa: N818  # shown to a person as it is
    """Nothing in the store has this name or id."""


def find_payee(conn: Connection, who: str, seen: Visible) -> dict[str, Any]:
    """The person with this id, e-mail or name among those who are seen.

    Raises `NotFound` naming what was looked for, also where two fit; somebody who is not seen is not told from nobody.
    """
    people = canonical.whole(conn, "people")
    if not seen.everyone:
        people = people.filter(pl.col("person_id").is_in(list(seen.payees)))
    wanted = who.casefold()
    fits = people.filter(
        (pl.col("person_id") == who)
        | (pl.col("email").str.to_lowercase() == wanted)
        | (pl.col("name").str.to_lowercase() == wanted)
    )
    if fits.height != 1:
        raise no_payee(who, fits.height)
    return dict(fits.row(0, named=True))


def no_payee(who: str, fits: int = 0) -> NotFound:
    """What is said where nobody, or not one alone, is meant; who may not be seen is nobody."""
    problem = f"{fits} people" if fits else "No payee that you may see"
    return NotFound(f"{problem} with the id, e-mail or name {who!r}; use the e-mail or the CRM user id.")


def names_of(conn: Connection) -> dict[str, str]:
    """What people are called, by their id."""
    people = canonical.whole(conn, "people")
    return {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people.iter_rows(named=True)}
