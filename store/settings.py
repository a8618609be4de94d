"""Facts about this database that are set once or rarely: the pinned organization, positions of jobs."""

from __future__ import annotations

import json
from dataclasses import asdict

import sqlalchemy as sa

from engine.model import Organization
from store.errors import WrongOrganization
from store.tables import table

SETTING = table("setting")
ORGANIZATION = "organization"

SAVE = sa.text(
    "INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


def setting_of(conn: sa.Connection, key: str) -> str | None:
    """The setting's value, None when it was never set."""
    return conn.scalar(sa.select(SETTING.c.value).where(SETTING.c.key == key))


def set_setting(conn: sa.Connection, key: str, value: str) -> None:
    """Set or replace one setting."""
    conn.execute(SAVE, {"key": key, "value": value})


def pinned(conn: sa.Connection) -> Organization | None:
    """The org this database belongs to; None before the first contact."""
    value = setting_of(conn, ORGANIZATION)
    return Organization(**json.loads(value)) if value is not None else None


def pin_organization(conn: sa.Connection, organization: Organization) -> None:
    """Tie the database to this org at the first contact, and refuse every other one after.

    Raises WrongOrganization for another org id or another kind (sandbox or production); a new name, zone or
    currency of the same org is taken over.
    """
    known = pinned(conn)
    if known is not None and (known.org_id, known.is_sandbox) != (organization.org_id, organization.is_sandbox):
        raise WrongOrganization(
            f"This database belongs to {_described(known)}, but the credentials open {_described(organization)}. "
            "Use the right credentials, or another database for the other org."
        )
    set_setting(conn, ORGANIZATION, json.dumps(asdict(organization), ensure_ascii=False))


def _described(organization: Organization) -> str:
    kind = "sandbox" if organization.is_sandbox else "production"
    return f"{organization.name} ({kind} org {organization.org_id})"
