"""Tables of the worker's own life: runs, issues, leases, settings."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field

from store.tables.base import Table


class Run(Table, table=True):
    """One run of the worker. `outcome` is null while it goes on, and until the next run finds that it was killed."""

    __tablename__ = "run"

    run_id: int | None = Field(default=None, primary_key=True)
    kind: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    counts: str


class Issue(Table, table=True):
    """Something wrong with a record or document, from when to when."""

    __tablename__ = "issue"
    __table_args__ = (Index("ix_issue_open", "source", "subject", sqlite_where=text("closed_at IS NULL")),)

    issue_id: int | None = Field(default=None, primary_key=True)
    source: str
    code: str
    severity: str
    subject: str
    message: str
    remedy: str
    first_seen_at: str
    closed_at: str | None


class Lease(Table, table=True):
    """Who may do a job now. The row stays when released, so that its fencing token only ever grows."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    token: int
    holder: str | None
    expires_at: str


class Setting(Table, table=True):
    """A fact about this database that is set once or rarely, such as the pinned organization."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True)
    value: str
