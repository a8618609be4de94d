"""What permission sets of the org grant, asked of the org, and whether it is what we want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simple_salesforce.format import format_soql

from connectors.salesforce.pay_records import PAY_RECORDS
from connectors.salesforce.permission_sets import PermissionSet, Rights
from connectors.salesforce.query import query_rows
from connectors.salesforce.session import Connection

RIGHTS = {
    "read": "PermissionsRead",
    "create": "PermissionsCreate",
    "edit": "PermissionsEdit",
    "delete": "PermissionsDelete",
    "view_all": "PermissionsViewAllRecords",
    "modify_all": "PermissionsModifyAllRecords",
}


@dataclass(slots=True)
class Granted:
    """One permission set as it is in the org."""

    id: str
    description: str
    objects: dict[str, Rights] = field(default_factory=dict)
    fields: dict[str, bool] = field(default_factory=dict)

    def covers(self, wanted: PermissionSet) -> bool:
        """Whether it grants what is wanted, and on our own objects nothing beyond it."""
        return (
            all(self.objects.get(name) == rights for name, rights in wanted.objects.items())
            and all(self.fields.get(name, False) >= edits for name, edits in wanted.fields.items())
            and wanted.fields.keys() <= self.fields.keys()
            and _on_pay(self.fields) == _on_pay(wanted.fields)
        )


def granted(connection: Connection, names: Sequence[str]) -> Mapping[str, Granted]:
    """The permission sets of these names that there are."""
    sets = query_rows(
        connection, format_soql("SELECT Id, Name, Description FROM PermissionSet WHERE Name IN {}", [*names])
    )
    found = {row["Id"]: Granted(row["Id"], row["Description"] or "") for row in sets}
    if not found:
        return {}
    objects = f"SELECT ParentId, SobjectType, {', '.join(RIGHTS.values())} FROM ObjectPermissions"  # noqa: S608  fixed
    for row in query_rows(connection, objects + format_soql(" WHERE ParentId IN {}", list(found))):
        rights = Rights(**{name: bool(row[column]) for name, column in RIGHTS.items()})
        found[row["ParentId"]].objects[row["SobjectType"]] = rights
    fields = "SELECT ParentId, Field, PermissionsEdit FROM FieldPermissions WHERE ParentId IN {}"
    for row in query_rows(connection, format_soql(fields, list(found))):
        found[row["ParentId"]].fields[row["Field"]] = bool(row["PermissionsEdit"])
    return {row["Name"]: found[row["Id"]] for row in sets}


def _on_pay(fields: Mapping[str, bool]) -> Mapping[str, bool]:
    return {name: edits for name, edits in fields.items() if name.partition(".")[0] in PAY_RECORDS.keys}
