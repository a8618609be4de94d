"""Deletes, restores, merges and purges records. A delete moves the stamp; a purge leaves no trace."""

from typing import TYPE_CHECKING, cast

from sandbox.salesforce.errors import RowError
from sandbox.salesforce.records.automation import after_save
from sandbox.salesforce.records.summaries import roll_up
from sandbox.salesforce.records.writing import living, locked
from sandbox.salesforce.schema import Row, SObject
from sandbox.salesforce.sharing import check_change

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_REMOVABLE_SETUP = frozenset({"PermissionSetAssignment", "FieldPermissions", "ObjectPermissions", "PermissionSet"})
_NEVER_DELETED = frozenset({"User", "OpportunityHistory", "OpportunityFieldHistory"})


def delete(org: "Org", sobject: SObject, record_id: str, *, user: str | None) -> None:
    """Put a record and its details into the recycle bin."""
    org.access.sobject(sobject.name, user, "Delete")
    row = living(org, sobject, record_id)
    if sobject.name in _NEVER_DELETED or (sobject.setup and sobject.name not in _REMOVABLE_SETUP):
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", f"{sobject.label} records cannot be deleted", fields=())
    check_change(org, sobject, row, user)
    locked(org, row)
    if sobject.setup:
        org.tables.remove(sobject.name, cast("str", row["Id"]))
    else:
        _set_deleted(org, sobject, row, deleted=True)


def undelete(org: "Org", sobject: SObject, record_id: str) -> None:
    """Take a record and its details out of the recycle bin."""
    _set_deleted(org, sobject, org.tables.row(sobject.name, record_id), deleted=False)


def purge(org: "Org", sobject: SObject, record_id: str) -> None:
    """Remove a record and its details for good."""
    row = org.tables.row(sobject.name, record_id)
    for child, hop in details(org, sobject):
        for each in org.tables[child.name].find(hop, row["Id"]):
            purge(org, child, cast("str", each["Id"]))
    org.tables.remove(sobject.name, record_id)


def merge(org: "Org", sobject: SObject, winner: str, loser: str) -> None:
    """Merge two accounts: what pointed at the loser points at the winner, and the loser says who won."""
    lost, won = org.tables.row(sobject.name, loser), org.tables.row(sobject.name, winner)
    for child, hop in org.schema.children(sobject.name):
        if hop.name == "MasterRecordId":
            continue
        for row in org.tables[child.name].find(hop.name, lost["Id"]):
            _store(org, child, row, {hop.name: won["Id"]})
    _store(org, sobject, won, {})
    _store(org, sobject, lost, {"IsDeleted": True, "MasterRecordId": won["Id"]})


def details(org: "Org", sobject: SObject) -> list[tuple[SObject, str]]:
    """Objects whose records die with their master, and the field that names the master."""
    return [(child, hop.name) for child, hop in org.schema.children(sobject.name) if hop.master_detail]


def _set_deleted(org: "Org", sobject: SObject, row: Row, *, deleted: bool) -> None:
    for child, hop in details(org, sobject):
        for each in org.tables[child.name].find(hop, row["Id"]):
            if bool(each.get("IsDeleted")) is not deleted:
                new = each | {"IsDeleted": deleted}
                org.touch(new)
                org.tables.put(child.name, new)
    new = _store(org, sobject, row, {"IsDeleted": deleted})
    if sobject.name == "OpportunityLineItem":
        after_save(org, sobject.name, row, new)
    roll_up(org, sobject, new)


def _store(org: "Org", sobject: SObject, row: Row, changes: Row) -> Row:
    new = row | changes
    org.touch(new)
    org.tables.put(sobject.name, new)
    return new
