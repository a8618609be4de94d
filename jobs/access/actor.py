"""Who gives a command: the operating system's user, looked up in access.yaml.

The user who owns the database may read it anyway. So that user alone may act for others, by `TALLYSTICK_ACTOR`: a
service that has made sure whom it talks to names them so. Both names are kept in the audit log.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.documents.company.access import Access, Duty, Identity
from jobs.access.errors import NotYours
from store import people
from store.database import Store

ACTOR = "TALLYSTICK_ACTOR"


@dataclass(frozen=True, slots=True)
class OsUser:
    """The operating system's user who runs this process."""

    login: str
    owns_database: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who gives commands."""

    login: str
    os_login: str
    name: str
    person_id: str | None
    """In the CRM; None for services, and where nobody or more than one has the e-mail address."""
    roles: frozenset[Duty]


def acting(access: Access, store: Store, environment: Mapping[str, str]) -> Actor:
    """Whoever gives the command; raises `NotYours` for everybody whom access.yaml does not name."""
    actor = actor_of(access, os_user(store.path), environment.get(ACTOR))
    email = next((of.email for of in access.people if of.login == actor.login), None)
    if email is None:
        return actor
    with store.read() as conn:
        known = people.with_email(conn, email)
    person_id = known[0] if len(known) == 1 else None
    return Actor(actor.login, actor.os_login, actor.name, person_id, actor.roles)


def os_user(database: Path) -> OsUser:
    """The user whose rights this process has, whatever its environment says.

    Where there is no database, whoever owns the folder in which it should be owns it.
    """
    place = database if database.exists() else database.parent
    owns = not hasattr(os, "geteuid") or place.stat().st_uid == os.geteuid()
    return OsUser(os_login(), owns)


def os_login() -> str:
    """The name of that user; a number where the machine has no name for it, as in some containers."""
    if not hasattr(os, "geteuid"):
        return os.getlogin()
    import pwd  # noqa: PLC0415  # there is none on Windows

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid-{os.geteuid()}"


def actor_of(access: Access, user: OsUser, named: str | None) -> Actor:
    """The person behind the user, or the one whom the owner of the database acts for."""
    if named is not None and not user.owns_database:
        raise NotYours(f"{ACTOR} is for the user who owns the database; {user.login} acts as {user.login} alone.")
    login = user.login if named is None else named
    if not access.people:
        return _owner(user, named)
    found = next((of for of in access.people if of.login == login), None)
    if found is None:
        raise NotYours(f"{login} is not named in access.yaml and may do nothing here. An admin can add the login.")
    return _identified(found, user)


def _owner(user: OsUser, named: str | None) -> Actor:
    if named is not None:
        raise NotYours(f"{ACTOR} names {named}, but access.yaml names nobody yet. Add the login there.")
    if not user.owns_database:
        raise NotYours(f"{user.login} does not own the database, and access.yaml names nobody yet.")
    return Actor(user.login, user.login, user.login, None, frozenset({"admin"}))


def _identified(found: Identity, user: OsUser) -> Actor:
    return Actor(found.login, user.login, found.name, None, frozenset(found.roles))
