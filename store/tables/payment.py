"""What was paid. Append-only and chained: triggers refuse UPDATE and DELETE; a correction is a further row."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class Payment(Table, table=True):
    """A payment to a payee for a period, or the correction of one (below zero, with a reason)."""

    __tablename__ = "payment"
    __table_args__ = (
        Index(None, "reference", "payee_id", "period", "currency", unique=True),
        Index(None, "payee_id"),
        whole_numbers("number", "amount_micros"),
    )

    number: int | None = Field(default=None, primary_key=True)
    payee_id: str
    period: str
    amount_micros: int = Field(sa_type=BigInteger)
    currency: str
    paid_on: str
    booked_in: str
    """The period in whose journal it shows: of the day it was paid on, or the first one that was open when recorded."""
    reference: str
    reason: str
    login: str
    at: str
    previous_hash: str
    hash: str
