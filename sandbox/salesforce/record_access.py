"""UserRecordAccess: who may read which record, computed for the users and records that a query names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.ids import id18
from sandbox.salesforce.queries.soql_tree import Comparison, Condition, Junction
from sandbox.salesforce.schema import Row
from sandbox.salesforce.sharing import visible_to

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

COMPUTED = "UserRecordAccess"


def renew(org: "Org", condition: Condition | None) -> None:
    """Make the table say what holds now for the users and records of the condition, which must name both."""
    users, records = (_named(condition, name) for name in ("UserId", "RecordId"))
    if not users or not records:
        raise ApiError("MALFORMED_QUERY", f"{COMPUTED} can be filtered by UserId and RecordId only, and by both")
    for known in list(org.tables[COMPUTED].rows):
        org.tables.remove(COMPUTED, known)
    for row in _rows(org, users, records):
        org.tables.put(COMPUTED, row)


def _named(condition: Condition | None, name: str) -> set[str]:
    parts = condition.parts if isinstance(condition, Junction) and condition.operator == "AND" else (condition,)
    named = (part for part in parts if isinstance(part, Comparison) and part.operator in {"=", "IN"})
    return {id18(str(each.value)) for part in named if part.path.parts == (name,) for each in part.values}


def _rows(org: "Org", users: set[str], records: set[str]) -> Iterator[Row]:
    for sobject in (each for each in org.schema if each.secured):
        rows = org.tables[sobject.name].rows
        for user in users:
            reads, allowed = org.access.may(sobject, user, "Read"), visible_to(org, sobject, user)
            for record_id in records & rows.keys():
                read = reads and (not allowed or allowed(rows[record_id]))
                yield {"Id": user + record_id, "UserId": user, "RecordId": record_id, "HasReadAccess": read}
