"""What statements and lines are called in HubSpot, where the portal has custom objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connectors.pay_records import PayObject, PayRecords

OWNER = "hubspot_owner_id"
"""Every record has it; *View: owned only* lets a user see the records that name the own owner id there."""
DEALS = "deals"

STATEMENT = PayObject(
    name="commission_statement",
    key="statement_key",
    fields={
        "owner_id": OWNER,
        "currency": "currency",
        "payee_id": "payee",
        "period": "period",
        "plan": "plan",
        "status": "status",
        "earned": "earned",
        "payable": "payable",
        "held": "held",
        "paid": "paid",
        "carried_forward": "carried_forward",
        "attainment": "attainment",
        "quota": "quota",
        "achieved": "achieved",
        "as_of": "as_of",
        "run": "run",
        "summary": "summary",
        "curve": "curve",
        "would_take": "would_take",
    },
)

LINE = PayObject(
    name="commission_line",
    key="line_key",
    fields={
        "currency": "currency",
        "statement": "statement_key",
        "deal_id": "deal_id",
        "payee_id": OWNER,
        "component": "component",
        "kind": "kind",
        "amount": "amount",
        "dated_on": "dated_on",
        "reason": "reason",
        "why_not_more": "why_not_more",
        "projected": "projected",
        "next_tier_amount": "next_tier_amount",
        "status": "status",
        "as_of": "as_of",
        "run": "run",
    },
)
"""HubSpot knows no details that follow the sharing of their master: a line is owned by its payee itself."""

PAY_RECORDS = PayRecords(STATEMENT, LINE)


class Link(NamedTuple):
    """A property that names another record, with which the record is associated, too."""

    field: str
    object: str
    by_key: str = ""
    """The unique property that the value stands in, where it is no record id; such a record is waited for."""


LINKS: Mapping[str, tuple[Link, ...]] = {
    LINE.name: (Link(LINE.fields["statement"], STATEMENT.name, STATEMENT.key), Link(LINE.fields["deal_id"], DEALS))
}
"""The associations of each object. Within one key they never change: the key is made of what they name."""
