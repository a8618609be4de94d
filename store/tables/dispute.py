"""What payees expected and did not get, and how it was settled. Append-only and chained."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from store.tables.access import Chained
from store.tables.base import whole_numbers


class Dispute(Chained, table=True):
    """Somebody expected another amount; it is open until a `dispute_closing` names it."""

    __tablename__ = "dispute"
    __table_args__ = (Index(None, "period"), whole_numbers("number", "expected_micros", "computed_micros"))

    payee_id: str
    period: str
    deal_id: str | None
    expected_micros: int = Field(sa_type=BigInteger)
    computed_micros: int = Field(sa_type=BigInteger)
    currency: str
    why: str
    previous_hash: str
    hash: str


class DisputeClosing(Chained, table=True):
    """How a dispute was settled, and what was computed then."""

    __tablename__ = "dispute_closing"
    __table_args__ = (Index(None, "dispute", unique=True), whole_numbers("number", "dispute", "computed_micros"))

    dispute: int
    settled_by: str
    reason: str
    computed_micros: int = Field(sa_type=BigInteger)
    previous_hash: str
    hash: str
