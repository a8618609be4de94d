"""What people corrected by hand, and what became of it. Append-only and chained."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from store.tables.access import Chained
from store.tables.base import whole_numbers


class Adjustment(Chained, table=True):
    """A correction of a payee's pay or achievement. It counts as its last `adjustment_step` says, without one not."""

    __tablename__ = "adjustment"
    __table_args__ = (Index(None, "payee_id"), whole_numbers("number", "amount_micros"))

    payee_id: str
    period: str
    dated_on: str
    kind: str
    plan: str
    component: str | None
    amount_micros: int = Field(sa_type=BigInteger)
    currency: str | None
    deal_id: str | None
    reason: str
    evidence: str
    previous_hash: str
    hash: str


class AdjustmentStep(Chained, table=True):
    """An adjustment counts from now on, or was withdrawn."""

    __tablename__ = "adjustment_step"
    __table_args__ = (Index(None, "adjustment"), whole_numbers("number", "adjustment"))

    adjustment: int
    step: str
    reason: str
    previous_hash: str
    hash: str
