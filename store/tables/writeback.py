"""Table of the write-back: what we want the CRM to say, and what it was last told."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Table


class DesiredValue(Table, table=True):
    """The wanted fields of one CRM record.

    `state` is `due`, `sent`, `parked` or `gone`. `sent_fingerprint` is what the CRM last confirmed, null where that is
    unknown; `volatile` names the fields (such as "as of") that never make a row due by themselves.
    """

    __tablename__ = "desired_value"
    __table_args__ = (Index(None, "object", "state", "ordered_by", "record_id"),)

    object: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    ordered_by: str
    fields: str
    volatile: str
    fingerprint: str
    sent_fingerprint: str | None
    state: str
    attempts: int
    next_try_at: str | None
    error_code: str
    error_message: str
