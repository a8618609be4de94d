"""Tables nobody may edit: postings and the documents they were computed under. Triggers refuse UPDATE and DELETE."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from store.tables.base import Table, whole_numbers

CHANGES = text("sequence > 0")
"""Which postings changed a line that had been posted: written out, so that the database finds the index of them."""


class Entry(Table):
    """One entry of a ledger.

    `posting_id` is a pure function of the key and `sequence`, hence the same difference can be booked only once;
    `hash` covers the previous row's hash, hence an edited row breaks every row after it.
    """

    number: int | None = Field(default=None, primary_key=True)
    posting_id: str
    plan: str
    component: str
    payee_id: str
    period: str
    source_id: str
    part: str
    sequence: int = Field(sa_type=BigInteger)
    deal_id: str | None
    kind: str
    delta_micros: int = Field(sa_type=BigInteger)
    currency: str
    reason: str
    run_id: int = Field(foreign_key="run.run_id")
    booked_at: str
    previous_hash: str
    hash: str
    booked_in: str | None
    """The statement period it shows in; null (that is `period`) only of what was booked before periods were closed."""


class Posting(Entry, table=True):
    """An entry of the ledger of what is earned."""

    __tablename__ = "posting"
    __table_args__ = (
        Index(None, "posting_id", unique=True),
        Index(None, "payee_id"),
        Index(None, "sequence", sqlite_where=CHANGES),
        whole_numbers("number", "sequence", "delta_micros"),
    )


class PayablePosting(Entry, table=True):
    """An entry of the ledger of what is payable; `period` is the one in which it became so."""

    __tablename__ = "payable_posting"
    __table_args__ = (
        Index(None, "posting_id", unique=True),
        Index(None, "payee_id"),
        Index(None, "sequence", sqlite_where=CHANGES),
        whole_numbers("number", "sequence", "delta_micros"),
    )


class PlanDocument(Table, table=True):
    """The text of a plan or of rules of engagement that was ever in force, by content hash."""

    __tablename__ = "plan_document"

    content_hash: str = Field(primary_key=True)
    file: str
    text: str
    kept_at: str
