"""Tables of late changes that touch closed periods."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class Pin(Table, table=True):
    """A record is to be read as it was at a revision, whatever the CRM says since; its last row counts."""

    __tablename__ = "pin"
    __table_args__ = (Index(None, "object", "record_id"), whole_numbers("number", "revision", "run_id"))

    number: int | None = Field(default=None, primary_key=True)
    object: str
    record_id: str
    pinned: bool
    """False: released, and read as it is now."""
    revision: int | None = Field(sa_type=BigInteger)
    """Null where the record was not there."""
    run_id: int


class Drift(Table, table=True):
    """One change of one record that would move a closed period, with its price."""

    __tablename__ = "drift"
    __table_args__ = (Index(None, "state"), whole_numbers("drift_id", "revision", "run_id"))

    drift_id: int | None = Field(default=None, primary_key=True)
    object: str
    record_id: str
    revision: int = Field(sa_type=BigInteger)
    """Of the record as it was changed to."""
    run_id: int
    noticed_at: str
    kinds: str
    """What kinds of change, as a JSON list."""
    changes: str
    """Each field with its value before and after, as a JSON list of sentences."""
    effects: str
    """What it moves, by account, payee and period, as JSON."""
    lines: str
    """What some of the lines said and would say, as JSON."""
    state: str
    """held, refused, booked, accepted, rejected, adjusted or superseded."""
    decided_at: str | None
    decided_by: str | None
    reason: str
