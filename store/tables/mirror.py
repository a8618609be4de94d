"""Tables of the mirror: the CRM's records as they were read, every version kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from store.tables.base import Table


class RawRecord(Table, table=True):
    """The current version of one CRM record.

    `revision` numbers changes over all objects, so that "what changed since" is one range of one index.
    """

    __tablename__ = "raw_record"
    __table_args__ = (
        Index(None, "revision", unique=True),
        Index(None, "merged_into", sqlite_where=text("merged_into IS NOT NULL")),
    )

    object: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    stamp: str
    deleted: bool
    merged_into: str | None
    content_hash: str
    body: bytes
    run_id: int


class RawVersion(Table, table=True):
    """A superseded version. Append-only, guarded by triggers, never deleted."""

    __tablename__ = "raw_version"

    object: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_type=BigInteger)
    stamp: str
    deleted: bool
    merged_into: str | None
    content_hash: str
    body: bytes
    run_id: int


class Cursor(Table, table=True):
    """Where reading an object goes on, one row for each stream of pages (`pull`, `backfill`)."""

    __tablename__ = "cursor"

    object: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    cursor: str
    run_id: int
