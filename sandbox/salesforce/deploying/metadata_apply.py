"""Applies the items of a package to a draft of the schema, and keeps the draft when the deploy may."""

import copy
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sandbox.salesforce.deploying.deploy_result import Component
from sandbox.salesforce.deploying.metadata_fields import flag_of, read_field, text_of
from sandbox.salesforce.deploying.metadata_zip import INERT, NAMESPACE, Item
from sandbox.salesforce.ids import base62
from sandbox.salesforce.schema import Field, Row, Schema, SObject
from sandbox.salesforce.standard import currency_iso_field, system_fields

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_SHARING = frozenset({"Private", "Read", "ReadWrite", "ControlledByParent"})
_OBJECT_RIGHTS = {
    "allowRead": "PermissionsRead",
    "allowCreate": "PermissionsCreate",
    "allowEdit": "PermissionsEdit",
    "allowDelete": "PermissionsDelete",
    "viewAllRecords": "PermissionsViewAllRecords",
    "modifyAllRecords": "PermissionsModifyAllRecords",
}


class Applier:
    """Works on a draft; the org changes only in `keep`."""

    def __init__(self, org: "Org") -> None:
        self._org = org
        self._draft = Schema()
        for sobject in org.schema:
            self._draft.add(copy.deepcopy(sobject))
        self._grants: list[tuple[Row, list[Row], list[Row]]] = []

    def apply(self, items: list[Item]) -> list[Component]:
        """Try every item; a failure is a component with a problem. Objects first, then their fields, then the rest."""
        objects = [item for item in items if item.kind == "CustomObject"]
        out = [self._object(item) for item in objects if item.name.endswith("__c") or item.name not in self._draft]
        for item in objects:
            for element in item.root.findall(f"{NAMESPACE}fields"):
                out.append(self._field(item, element))  # noqa: PERF401  # two nested comprehensions read worse
        for item in items:
            if item.kind == "PermissionSet":
                out.append(self._permission_set(item))
            elif item.kind in INERT:
                out.append(Component(kind=item.kind, name=item.name, file=item.file))
        return out

    def keep(self) -> None:
        """Make the draft the org's schema, and the permission sets its records."""
        org = self._org
        for drafted in self._draft:
            if drafted.name not in org.schema:
                org.schema.add(drafted)
            for field in drafted.fields.values():
                if org.schema.get(drafted.name).fields.get(field.name) != field:
                    org.schema.add_field(drafted.name, field)
        for values, objects, fields in self._grants:
            parent = self._kept("PermissionSet", ("Name",), values)
            for row in objects:
                self._kept("ObjectPermissions", ("ParentId", "SobjectType"), {**row, "ParentId": parent})
            for row in fields:
                self._kept("FieldPermissions", ("ParentId", "Field"), {**row, "ParentId": parent})

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

    def _object(self, item: Item) -> Component:
        known = item.name in self._draft
        problem = self._sharing_problem(item) if known else self._new_object(item)
        return Component(kind="CustomObject", name=item.name, file=item.file, problem=problem, created=not known)

    def _sharing_problem(self, item: Item) -> str | None:
        wanted, present = text_of(item.root, "sharingModel"), self._draft.get(item.name).sharing
        return (
            f"{item.name}: sharingModel is {present} and cannot be changed here"
            if wanted not in {None, present}
            else None
        )

    def _new_object(self, item: Item) -> str | None:
        """Add an object; gives what is wrong with it."""
        sharing, label = text_of(item.root, "sharingModel") or "", text_of(item.root, "label")
        named = item.root.find(f"{NAMESPACE}nameField")
        if not item.name.endswith("__c"):
            return f"{item.name}: the name of a custom object ends in __c"
        if sharing not in _SHARING or not label or named is None:
            return f"{item.name}: label, nameField and a sharingModel of {', '.join(sorted(_SHARING))} must be given"
        number = sum(1 for sobject in self._draft if sobject.custom)
        new = SObject(
            name=item.name,
            label=label,
            plural=text_of(item.root, "pluralLabel") or label,
            prefix=f"a{base62(number, 2)}",
            money=True,
            sharing=sharing,
            secured=True,
        )
        for field in self._standard_fields(named, sharing):
            new.add(field)
        self._draft.add(new)
        return None

    def _standard_fields(self, named: Element, sharing: str) -> list[Field]:
        """Fields of every custom object; a detail has no owner of its own."""
        auto = text_of(named, "type") == "AutoNumber"
        name = Field(
            name="Name",
            type="string",
            label=text_of(named, "label") or "Name",
            length=80,
            createable=not auto,
            updateable=not auto,
            name_field=True,
            display_format=text_of(named, "displayFormat") if auto else None,
        )
        owner = Field(
            name="OwnerId",
            type="reference",
            label="Owner ID",
            length=18,
            reference_to=("User",),
            relationship_name="Owner",
        )
        out = [*system_fields(setup=False), name]
        out += [] if sharing == "ControlledByParent" else [owner]
        return [*out, currency_iso_field()] if self._org.multi_currency else out

    def _field(self, item: Item, element: Element) -> Component:
        name = f"{item.name}.{text_of(element, 'fullName')}"
        problem, created, changed = None, False, False
        try:
            created, changed = self._add_field(item.name, element)
        except ValueError as wrong:
            problem = str(wrong)
        return Component(
            kind="CustomField", name=name, file=item.file, problem=problem, created=created, changed=changed
        )

    def _add_field(self, sobject: str, element: Element) -> tuple[bool, bool]:
        """Add a field to the draft; tells whether it is new, and whether anything changes."""
        if sobject not in self._draft:
            raise ValueError(f"Entity of type 'CustomObject' named '{sobject}' cannot be found")
        owner = self._draft.get(sobject)
        new = read_field(element, self._draft)
        if new.master_detail and owner.sharing != "ControlledByParent":
            raise ValueError(f"{new.name}: the sharingModel of the detail {sobject} must be ControlledByParent")
        old = owner.fields.get(new.name)
        if old is not None and old.type != new.type:
            raise ValueError(f"{new.name}: the type of an existing field cannot change from {old.type} to {new.type}")
        owner.add(new)
        return old is None, old != new

    def _permission_set(self, item: Item) -> Component:
        try:
            grant = self._grant(item)
        except ValueError as wrong:
            return Component(kind=item.kind, name=item.name, file=item.file, problem=str(wrong))
        known = bool(self._org.tables["PermissionSet"].find("Name", item.name))
        self._grants.append(grant)
        return Component(kind=item.kind, name=item.name, file=item.file, created=not known, changed=True)

    def _grant(self, item: Item) -> tuple[Row, list[Row], list[Row]]:
        label = text_of(item.root, "label")
        if not label:
            raise ValueError("Required field is missing: label")
        values: Row = {
            "Name": item.name,
            "Label": label,
            "Description": text_of(item.root, "description"),
            "IsOwnedByProfile": False,
        }
        objects = [self._object_right(each) for each in item.root.findall(f"{NAMESPACE}objectPermissions")]
        fields = [self._field_right(each) for each in item.root.findall(f"{NAMESPACE}fieldPermissions")]
        return values, objects, fields

    def _object_right(self, element: Element) -> Row:
        name = text_of(element, "object") or ""
        if name not in self._draft:
            raise ValueError(f"In field: object - no CustomObject named {name} found")
        rights: Row = {right: flag_of(element, tag) for tag, right in _OBJECT_RIGHTS.items()}
        needs = [tag for tag, right in _OBJECT_RIGHTS.items() if rights[right] and tag != "allowRead"]
        if needs and not rights["PermissionsRead"]:
            raise ValueError(f"Permission {needs[0]} on {name} depends on permission(s): allowRead")
        return {"SobjectType": self._draft.get(name).name, **rights}

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
