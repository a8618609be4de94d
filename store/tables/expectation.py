"""Table of who is expected to be credited for open deals. No money: what it comes to is computed anew every time."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Table


class Expectation(Table, table=True):
    """A payee would be credited for an open deal if it were won."""

    __tablename__ = "expectation"
    __table_args__ = (Index(None, "payee_id"),)

    deal_id: str = Field(primary_key=True)
    payee_id: str = Field(primary_key=True)
