"""Applies the items of a package to a draft of the schema, and keeps the draft when the deploy may."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sandbox.salesforce.deploying.deploy_result import Component
from sandbox.salesforce.deploying.metadata_fields import read_field, text_of
from sandbox.salesforce.deploying.metadata_grants import Grants
from sandbox.salesforce.deploying.metadata_references import Others
from sandbox.salesforce.deploying.metadata_zip import NAMESPACE, Item
from sandbox.salesforce.ids import base62
from sandbox.salesforce.schema import Field, Row, Schema, SObject
from sandbox.salesforce.standard import currency_iso_field, system_fields

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_SHARING = frozenset({"Private", "Read", "ReadWrite", "ControlledByParent"})
_INHERITED = "ControlledByParent"


class Applier:
    """Works on a draft; the org changes only in `keep`."""

    def __init__(self, org: "Org") -> None:
        self._org = org
        self._draft = Schema()
        for sobject in org.schema:
            self._draft.add(sobject.copied())
        self._grants = Grants(org, self._draft)
        self._others = Others(org, self._draft)

    def apply(self, items: list[Item]) -> list[Component]:
        """Try every item; a failure is a component with a problem. Objects first, then their fields, then the rest."""
        objects = [item for item in items if item.kind == "CustomObject"]
        out = [self._object(item) for item in objects if item.name.endswith("__c") or item.name not in self._draft]
        for item in objects:
            for element in item.root.findall(f"{NAMESPACE}fields"):
                out.append(self._field(item, element))  # noqa: PERF401  # two nested comprehensions read worse
        for item in items:
            if item.kind == "PermissionSet":
                out.append(self._grants.take(item, items))
            elif item.kind != "CustomObject":
                out.append(self._others.take(item, items))
        return out

    def destroy(self, named: list[tuple[str, str]]) -> list[Component]:
        """Take components out of the draft; what is not there is only a warning, as in Salesforce."""
        return [self._destroyed(kind, name) for kind, name in named]

    def keep(self) -> None:
        """Make the draft the org's schema, and the permission sets its records."""
        org = self._org
        for gone in [each for each in org.schema if each.name not in self._draft]:
            org.tables.drop(gone.name)
            org.schema.remove(gone.name)
            for row in org.tables["EntityDefinition"].find("QualifiedApiName", gone.name):
                org.tables.remove("EntityDefinition", str(row["Id"]))
        for drafted in self._draft:
            self._keep_object(drafted)
        self._grants.keep()
        self._others.keep()

    def _keep_object(self, drafted: SObject) -> None:
        schema = self._org.schema
        if drafted.name not in schema:
            schema.add(drafted)
        kept = schema.get(drafted.name)
        kept.label, kept.plural, kept.sharing = drafted.label, drafted.plural, drafted.sharing
        for field in drafted.fields.values():
            if kept.fields.get(field.name) != field:
                schema.add_field(drafted.name, field)
        for name in [name for name in kept.fields if name not in drafted.fields]:
            schema.remove_field(drafted.name, name)
            for row in list(self._org.tables[drafted.name].rows.values()):
                self._org.tables.put(drafted.name, {key: value for key, value in row.items() if key != name})
        note_sharing(self._org, kept)

    def _destroyed(self, kind: str, name: str) -> Component:
        sobject, _, field = name.partition(".")
        there = True
        if kind == "CustomObject" and name.endswith("__c") and name in self._draft:
            self._draft.remove(name)
        elif kind == "CustomField" and sobject in self._draft and field in self._draft.get(sobject).fields:
            self._draft.remove_field(sobject, field)
        elif kind == "PermissionSet":
            return self._grants.destroy(name)
        else:
            there = self._others.destroy(kind, name)
        warning = None if there else f"No {kind} named: {name} found"
        return Component(kind=kind, name=name, file="destructiveChanges.xml", deleted=there, warning=warning)

    def _object(self, item: Item) -> Component:
        known = item.name in self._draft
        problem = self._changed_object(item) if known else self._new_object(item)
        return Component(kind="CustomObject", name=item.name, file=item.file, problem=problem, created=not known)

    def _changed_object(self, item: Item) -> str | None:
        """Labels and the sharing model may change, but a detail stays one; gives what is wrong."""
        present = self._draft.get(item.name)
        wanted = text_of(item.root, "sharingModel") or present.sharing
        if wanted not in _SHARING or (wanted != present.sharing and _INHERITED in {wanted, present.sharing}):
            return f"{item.name}: sharingModel cannot change from {present.sharing} to {wanted}"
        present.sharing = wanted
        present.label = text_of(item.root, "label") or present.label
        present.plural = text_of(item.root, "pluralLabel") or present.plural
        return None

    def _new_object(self, item: Item) -> str | None:
        """Add an object; gives what is wrong with it."""
        sharing, label = text_of(item.root, "sharingModel") or "", text_of(item.root, "label")
        named = item.root.find(f"{NAMESPACE}nameField")
        if not item.name.endswith("__c"):
            return f"{item.name}: the name of a custom object ends in __c"
        if sharing not in _SHARING or not label or named is None:
            return f"{item.name}: label, nameField and a sharingModel of {', '.join(sorted(_SHARING))} must be given"
        taken = {sobject.prefix for sobject in self._draft}
        number = next(number for number in range(len(taken) + 1) if f"a{base62(number, 2)}" not in taken)
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
        out += [] if sharing == _INHERITED else [owner]
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
        if new.master_detail and owner.sharing != _INHERITED:
            raise ValueError(f"{new.name}: the sharingModel of the detail {sobject} must be ControlledByParent")
        old = owner.fields.get(new.name)
        if old is not None and old.type != new.type:
            raise ValueError(f"{new.name}: the type of an existing field cannot change from {old.type} to {new.type}")
        owner.add(new)
        return old is None, old != new


def note_sharing(org: "Org", sobject: SObject) -> None:
    """Let EntityDefinition say what the organization-wide default of a custom object is."""
    if not sobject.custom:
        return
    values: Row = {"QualifiedApiName": sobject.name, "Label": sobject.label, "InternalSharingModel": sobject.sharing}
    known = org.tables["EntityDefinition"].find("QualifiedApiName", sobject.name)
    org.tables.put("EntityDefinition", known[0] | values if known else org.born("EntityDefinition", values))
