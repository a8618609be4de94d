"""The history of opportunities, out of the two objects in which Salesforce keeps it.

`OpportunityHistory` has a row for every change of stage, amount or close date, in every org. Owners are in
`OpportunityFieldHistory`, and only where the org tracks that field; else the owner is taken to have been the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from simple_salesforce.format import format_soql

from connectors.histories import ALWAYS, OWNER, Change, changes, recorded
from connectors.mapping import OPPORTUNITY
from connectors.salesforce.ids import id18
from connectors.salesforce.query import query_pages
from connectors.salesforce.records import Shape
from connectors.salesforce.session import Connection
from connectors.salesforce.soql import STAMP, Selection, query
from engine.model import Issue, RawRecord, Severity

STAGES, TRACKED = "OpportunityHistory", "OpportunityFieldHistory"
IDS_MAX = 400
"""Ids that fit into the address of a query."""

OWNER_ID = re.compile("(?:005|00G)[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?")
"""A user or a queue."""

DEALS = Selection(OPPORTUNITY, {"Id": "id", "IsDeleted": "boolean", "OwnerId": "reference", STAMP: "datetime"})
_OF_STAGES = Selection(
    STAGES,
    {
        "Amount": "currency",
        "CloseDate": "date",
        "CreatedDate": "datetime",
        "Id": "id",
        "OpportunityId": "reference",
        "StageName": "picklist",
    },
)
_OF_OWNERS = Selection(
    TRACKED,
    {
        "CreatedDate": "datetime",
        "Id": "id",
        "NewValue": "string",
        "OldValue": "string",
        "OpportunityId": "reference",
    },
)
_FIELDS = {"stage": "StageName", "amount": "Amount", "closed_on": "CloseDate"}

Row = Mapping[str, Any]
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode


def untracked() -> Issue:
    """Said where the org keeps no history of owners."""
    message = "the org does not show it: each deal's owner is taken to have owned it from the beginning."
    remedy = "Track the owner in the field history of opportunities, or remove `history` from the mapping."
    return Issue("owners_not_tracked", Severity.WARNS, TRACKED, message, remedy)


def histories(connection: Connection, deals: Sequence[RawRecord], *, tracked: bool) -> Iterator[RawRecord]:
    """The pasts of these records of `DEALS`; `tracked` says whether the org shows the history of fields."""
    live = [deal.record_id for deal in deals if not deal.deleted]
    stages = _by_deal(connection, _OF_STAGES, "", live)
    owners = _by_deal(connection, _OF_OWNERS, "Field = 'Owner' AND ", live) if tracked else {}
    for deal in deals:
        told = {name: _changes(stages.get(deal.record_id, ()), field) for name, field in _FIELDS.items()}
        told[OWNER] = _owners(owners.get(deal.record_id, ()), _decode(deal.body)["OwnerId"])
        yield recorded(deal.record_id, deal.stamp, told, deleted=deal.deleted)


def _by_deal(
    connection: Connection, selection: Selection, where: str, ids: Sequence[str]
) -> Mapping[str, Sequence[Row]]:
    """The rows of these deals, oldest first; what happened in one second is in the order of its ids."""
    shape = Shape(selection)
    found: dict[str, list[Row]] = defaultdict(list)
    for start in range(0, len(ids), IDS_MAX):
        these = format_soql("OpportunityId IN {}", list(ids[start : start + IDS_MAX]))
        text = f"{query(selection)} WHERE {where}{these}"
        for page in query_pages(connection, shape, text, with_deleted=False):
            for record in page.records:
                row = _decode(record.body)
                found[id18(row["OpportunityId"])].append(row)
    return {deal: sorted(rows, key=lambda row: (row["CreatedDate"], row["Id"])) for deal, rows in found.items()}


def _changes(rows: Iterable[Row], field: str) -> list[Change]:
    return changes((row["CreatedDate"], None if row[field] is None else str(row[field])) for row in rows)


def _owners(rows: Sequence[Row], owner: str | None) -> list[Change]:
    """A change of owner comes twice, as names and as ids: only the latter are of use."""
    named = [row for row in rows if _is_id(row["OldValue"]) or _is_id(row["NewValue"])]
    first = named[0]["OldValue"] if named else owner
    return [(ALWAYS, first), *((row["CreatedDate"], row["NewValue"]) for row in named)]


def _is_id(value: str | None) -> bool:
    return value is not None and OWNER_ID.fullmatch(value) is not None
