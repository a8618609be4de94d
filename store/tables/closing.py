"""Tables nobody may edit: when periods were closed and reopened, and the statements sealed at each closing."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class Closing(Table, table=True):
    """A period was closed or reopened; its last row says which it is now."""

    __tablename__ = "closing"
    __table_args__ = (Index(None, "period", "number"), whole_numbers("number"))

    number: int | None = Field(default=None, primary_key=True)
    period: str
    action: str
    at: str
    by: str
    second: str | None
    reason: str
    seals: str
    previous_hash: str
    hash: str


class Statement(Table, table=True):
    """What a payee's statement said when its period was closed, as canonical JSON."""

    __tablename__ = "statement"
    __table_args__ = (
        Index(None, "closing_number", "payee_id", unique=True),
        whole_numbers("number", "closing_number"),
    )

    number: int | None = Field(default=None, primary_key=True)
    closing_number: int
    period: str
    payee_id: str
    content: str
    previous_hash: str
    hash: str
