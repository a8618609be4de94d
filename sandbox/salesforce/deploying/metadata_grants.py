"""Permission sets of a package: checked as the platform checks them, then kept as records, over what they granted."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sandbox.salesforce.deploying.deploy_result import Component
from sandbox.salesforce.deploying.metadata_fields import flag_of, text_of
from sandbox.salesforce.deploying.metadata_references import is_there
from sandbox.salesforce.deploying.metadata_zip import NAMESPACE, Item
from sandbox.salesforce.schema import Row, Schema

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_OBJECT_RIGHTS = {
    "allowRead": "PermissionsRead",
    "allowCreate": "PermissionsCreate",
    "allowEdit": "PermissionsEdit",
    "allowDelete": "PermissionsDelete",
    "viewAllRecords": "PermissionsViewAllRecords",
    "modifyAllRecords": "PermissionsModifyAllRecords",
}
_NEEDS = {
    "allowCreate": ("allowRead",),
    "allowEdit": ("allowRead",),
    "allowDelete": ("allowRead", "allowEdit"),
    "viewAllRecords": ("allowRead",),
    "modifyAllRecords": ("allowRead", "allowEdit", "allowDelete", "viewAllRecords"),
}
_RECORDS = {"ObjectPermissions": "SobjectType", "FieldPermissions": "Field"}
_REFERENCES = (("tabSettings", "tab", "CustomTab"), ("applicationVisibilities", "application", "CustomApplication"))


class Grants:
    """The permission sets of one deploy; the org changes only in `keep`."""

    def __init__(self, org: "Org", draft: Schema) -> None:
        self._org, self._draft = org, draft
        self._taken: list[tuple[Row, list[Row], list[Row]]] = []
        self._destroyed: list[str] = []

    def take(self, item: Item, items: list[Item]) -> Component:
        """Check one permission set."""
        try:
            grant = self._grant(item, items)
        except ValueError as wrong:
            return Component(kind=item.kind, name=item.name, file=item.file, problem=str(wrong))
        known = bool(self._org.tables["PermissionSet"].find("Name", item.name))
        self._taken.append(grant)
        return Component(kind=item.kind, name=item.name, file=item.file, created=not known, changed=True)

    def destroy(self, name: str) -> Component:
        """A permission set that is assigned to somebody cannot go."""
        file, problem, warning = "destructiveChanges.xml", None, None
        found = self._org.tables["PermissionSet"].find("Name", name)
        if not found:
            warning = f"No PermissionSet named: {name} found"
        elif self._org.tables["PermissionSetAssignment"].find("PermissionSetId", found[0]["Id"]):
            problem = f"Cannot delete the permission set {name}: it is assigned to users"
        else:
            self._destroyed.append(name)
        gone = problem is None and warning is None
        return Component(kind="PermissionSet", name=name, file=file, problem=problem, warning=warning, deleted=gone)

    def keep(self) -> None:
        """Store the permission sets, and forget what was granted on objects and fields that are gone."""
        for values, objects, fields in self._taken:
            parent = self._kept("PermissionSet", ("Name",), values)
            self._replace("ObjectPermissions", parent, objects)
            self._replace("FieldPermissions", parent, fields)
        for name in self._destroyed:
            (row,) = self._org.tables["PermissionSet"].find("Name", name)
            for kind in _RECORDS:
                self._replace(kind, str(row["Id"]), [])
            self._org.tables.remove("PermissionSet", str(row["Id"]))
        self._forget()

    def _replace(self, kind: str, parent: str, rows: list[Row]) -> None:
        key = _RECORDS[kind]
        granted = {row[key] for row in rows}
        for old in self._org.tables[kind].find("ParentId", parent):
            if old[key] not in granted:
                self._org.tables.remove(kind, str(old["Id"]))
        for row in rows:
            self._kept(kind, ("ParentId", key), {**row, "ParentId": parent})

    def _forget(self) -> None:
        for kind, key in _RECORDS.items():
            for row in list(self._org.tables[kind].rows.values()):
                sobject, _, field = str(row[key]).partition(".")
                there = sobject in self._draft and (not field or self._draft.get(sobject).find(field))
                if not there:
                    self._org.tables.remove(kind, str(row["Id"]))

    def _kept(self, sobject: str, keys: tuple[str, ...], values: Row) -> str:
        """Store a record, over the one that has the same keys."""
        table = self._org.tables[sobject]
        for old in table.find(keys[0], values[keys[0]]):
            if all(old[key] == values[key] for key in keys):
                self._org.tables.put(sobject, old | values)
                return str(old["Id"])
        new = self._org.born(sobject, values)
        self._org.tables.put(sobject, new)
        return str(new["Id"])

    def _grant(self, item: Item, items: list[Item]) -> tuple[Row, list[Row], list[Row]]:
        label = text_of(item.root, "label")
        if not label:
            raise ValueError("Required field is missing: label")
        for element, tag, kind in _REFERENCES:
            for each in item.root.findall(f"{NAMESPACE}{element}"):
                if not is_there(self._org, items, kind, text_of(each, tag) or ""):
                    raise ValueError(f"In field: {tag} - no {kind} named {text_of(each, tag)} found")
        values: Row = {
            "Name": item.name,
            "Label": label,
            "Description": text_of(item.root, "description"),
            "IsOwnedByProfile": False,
        }
        objects = [self._object_right(each) for each in item.root.findall(f"{NAMESPACE}objectPermissions")]
        self._check_masters(objects)
        fields = [self._field_right(each) for each in item.root.findall(f"{NAMESPACE}fieldPermissions")]
        return values, objects, fields

    def _object_right(self, element: Element) -> Row:
        name = text_of(element, "object") or ""
        if name not in self._draft:
            raise ValueError(f"In field: object - no CustomObject named {name} found")
        rights: Row = {right: flag_of(element, tag) for tag, right in _OBJECT_RIGHTS.items()}
        for tag, needed in _NEEDS.items():
            missing = [each for each in needed if not rights[_OBJECT_RIGHTS[each]]]
            if rights[_OBJECT_RIGHTS[tag]] and missing:
                raise ValueError(f"Permission {tag} {name} depends on permission(s): {', '.join(missing)} {name}")
        return {"SobjectType": self._draft.get(name).name, **rights}

    def _check_masters(self, objects: list[Row]) -> None:
        """Who may read details must be allowed to read their master."""
        readable = {right["SobjectType"] for right in objects if right["PermissionsRead"]}
        for name in sorted(map(str, readable)):
            sobject = self._draft.get(name)
            for field in sobject.fields.values():
                if sobject.secured and field.master_detail and field.reference_to[0] not in readable:
                    raise ValueError(f"Permission Read {name} depends on permission(s): Read {field.reference_to[0]}")

    def _field_right(self, element: Element) -> Row:
        full = text_of(element, "field") or ""
        sobject, _, name = full.partition(".")
        field = self._draft.get(sobject).find(name) if sobject in self._draft else None
        if field is None:
            raise ValueError(f"In field: field - no CustomField named {full} found")
        if field.required or field.master_detail:
            raise ValueError(f"You cannot deploy to a required field: {full}")
        read, edit = flag_of(element, "readable"), flag_of(element, "editable")
        if edit and (not read or not field.updateable):
            raise ValueError(f"Permission Edit on {full} needs Read, and a field that can be written")
        return {"SobjectType": sobject, "Field": full, "PermissionsRead": read, "PermissionsEdit": edit}
