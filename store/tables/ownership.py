"""Owners of deals that the worker sets in the CRM's own fields, and what it must remember of them."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Table


class OwnerWish(Table, table=True):
    """Who one owner field of a record should name. No result: it says what we wrote, and over whom.

    `state` is `idle` (not ours), `sending` (written, answer unknown), `ours` (the CRM confirmed `written`) or `theirs`
    (somebody changed it after us). `stood` is whom the field named before us; `due` whether it is to be looked at.
    """

    __tablename__ = "owner_wish"
    __table_args__ = (Index(None, "object", "due"),)

    object: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    ordered_by: str
    wanted: str | None
    stood: str | None
    written: str | None
    state: str
    changed_at: str | None
    due: bool


class TeamPlaced(Table, table=True):
    """A member whom we put on the team of a deal. `stood` is the role that somebody had given the same user before."""

    __tablename__ = "team_placed"

    object: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    role: str
    stood: str | None
