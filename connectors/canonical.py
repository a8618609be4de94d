"""The canonical records: the fields that a mapping may name for each, and the rows that they become."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a canonical field holds."""

    ID = "id"
    TEXT = "text"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"
    BOOL = "bool"


FRAMES: Mapping[str, Mapping[str, Kind]] = {
    "people": {
        "name": Kind.TEXT,
        "email": Kind.TEXT,
        "title": Kind.TEXT,
        "active": Kind.BOOL,
        "manager_id": Kind.ID,
        "currency": Kind.TEXT,
        "base_salary": Kind.AMOUNT,
        "ote": Kind.AMOUNT,
        "variable": Kind.AMOUNT,
    },
    "accounts": {
        "name": Kind.TEXT,
        "parent_id": Kind.ID,
        "owner_id": Kind.ID,
        "industry": Kind.TEXT,
        "country": Kind.TEXT,
        "segment": Kind.TEXT,
        "territory": Kind.TEXT,
        "employees": Kind.INTEGER,
        "revenue": Kind.AMOUNT,
    },
    "contracts": {
        "account_id": Kind.ID,
        "origin_deal_id": Kind.ID,
        "starts_on": Kind.DATE,
        "ends_on": Kind.DATE,
        "acv": Kind.AMOUNT,
        "currency": Kind.TEXT,
        "cancelled_on": Kind.DATE,
    },
    "products": {"name": Kind.TEXT, "family": Kind.TEXT},
    "deals": {
        "name": Kind.TEXT,
        "account_id": Kind.ID,
        "owner_id": Kind.ID,
        "type": Kind.TEXT,
        "pipeline": Kind.TEXT,
        "stage": Kind.TEXT,
        "is_won": Kind.BOOL,
        "is_closed": Kind.BOOL,
        "created_on": Kind.DATE,
        "closed_on": Kind.DATE,
        "qualified_on": Kind.DATE,
        "amount": Kind.AMOUNT,
        "acv": Kind.AMOUNT,
        "cost": Kind.AMOUNT,
        "list": Kind.AMOUNT,
        "currency": Kind.TEXT,
        "source": Kind.TEXT,
        "channel": Kind.TEXT,
        "term_months": Kind.INTEGER,
        "starts_on": Kind.DATE,
        "prior_deal_id": Kind.ID,
        "renewed_contract_id": Kind.ID,
    },
    "deal_lines": {
        "deal_id": Kind.ID,
        "product_id": Kind.ID,
        "quantity": Kind.QUANTITY,
        "amount": Kind.AMOUNT,
        "cost": Kind.AMOUNT,
        "list": Kind.AMOUNT,
    },
    "splits": {"deal_id": Kind.ID, "user_id": Kind.ID, "share": Kind.PERCENT},
    "team_members": {"deal_id": Kind.ID, "user_id": Kind.ID, "role": Kind.TEXT},
    "goals": {
        "user_id": Kind.ID,
        "name": Kind.TEXT,
        "from_on": Kind.DATE,
        "until_on": Kind.DATE,
        "amount": Kind.AMOUNT,
    },
}
"""Canonical fields by frame. The record's own id is always the CRM's `Id` and is not mapped."""

INDISPENSABLE: Mapping[str, frozenset[str]] = {
    "people": frozenset({"email", "active"}),
    "accounts": frozenset(),
    "contracts": frozenset({"account_id", "starts_on"}),
    "products": frozenset(),
    "deals": frozenset({"account_id", "owner_id", "is_won", "is_closed", "closed_on", "amount"}),
    "deal_lines": frozenset({"deal_id"}),
    "splits": frozenset({"deal_id", "user_id", "share"}),
    "team_members": frozenset({"deal_id", "user_id", "role"}),
    "goals": frozenset({"user_id", "name", "from_on", "until_on", "amount"}),
}

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "people": ("person_id", "user_id", "name", "email", "title", "active", "manager_id", "currency"),
    "accounts": (
        "account_id",
        "name",
        "parent_id",
        "owner_id",
        "industry",
        "country",
        "segment",
        "territory",
        "employees",
        "revenue_micros",
        "facts",
    ),
    "contracts": (
        "contract_id",
        "account_id",
        "origin_deal_id",
        "starts_on",
        "ends_on",
        "acv_micros",
        "currency",
        "cancelled_on",
    ),
    "deals": (
        "deal_id",
        "name",
        "account_id",
        "owner_id",
        "type",
        "motion",
        "stage",
        "is_won",
        "is_closed",
        "created_on",
        "closed_on",
        "qualified_on",
        "amount_micros",
        "acv_micros",
        "cost_micros",
        "list_micros",
        "currency",
        "source",
        "channel",
        "term_months",
        "starts_on",
        "prior_deal_id",
        "renewed_contract_id",
        "facts",
    ),
    "deal_lines": (
        *("line_id", "deal_id", "product_id", "product", "family"),
        *("quantity_micros", "amount_micros", "cost_micros", "list_micros"),
    ),
    "splits": ("split_id", "deal_id", "user_id", "share_num", "share_den"),
    "team_members": ("member_id", "deal_id", "user_id", "role"),
}
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "accounts": {"parent_id": "accounts"},
    "contracts": {"account_id": "accounts", "origin_deal_id": "deals"},
    "deals": {"account_id": "accounts", "prior_deal_id": "deals", "renewed_contract_id": "contracts"},
    "deal_lines": {"deal_id": "deals"},
    "splits": {"deal_id": "deals"},
    "team_members": {"deal_id": "deals"},
}
"""By frame, the columns that name another record, and what they name."""
SINGULAR: Mapping[str, str] = {
    "people": "person",
    "accounts": "account",
    "contracts": "contract",
    "products": "product",
    "deals": "deal",
    "deal_lines": "deal line",
    "splits": "split",
    "team_members": "team member",
    "goals": "goal",
}
