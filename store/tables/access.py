"""What people did and what they let through. Append-only and chained: triggers refuse UPDATE and DELETE."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class Chained(Table):
    """A row of a chain: `hash` covers every other column and the hash of the row before."""

    number: int | None = Field(default=None, primary_key=True)
    at: str
    login: str
    os_login: str


class Audit(Chained, table=True):
    """Somebody did something, or was refused: with the values before and after as JSON."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject"), whole_numbers("number"))

    action: str
    subject: str
    before: str
    after: str
    reason: str
    previous_hash: str
    hash: str


class ApprovalRequest(Chained, table=True):
    """What waits (or waited) for a person: exactly this detail and nothing else. `concerns` are the payees it pays."""

    __tablename__ = "approval_request"
    __table_args__ = (Index(None, "kind", "subject"), Index(None, "request_id"), whole_numbers("number", "by_run"))

    request_id: str
    kind: str
    subject: str
    detail: str
    detail_hash: str
    concerns: str
    by_run: int
    previous_hash: str
    hash: str


class Approval(Chained, table=True):
    """A step of a request: consented (one of two), approved, or lapsed because what it was about is gone."""

    __tablename__ = "approval"
    __table_args__ = (Index(None, "request"), whole_numbers("number", "request"))

    request: int
    step: str
    reason: str
    previous_hash: str
    hash: str
