"""Who may do what: the permission sets that `setup` deploys, made from the mapping and from the source tree.

Nobody but the worker may create or change anything of ours. Payees and managers see what sharing gives them: their own
records, and those of the people below them in the role hierarchy. Finance and auditors see all, of our objects only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from connectors.mapping import Outcome
from connectors.salesforce.pay_records import LINE, PAY_RECORDS, STATEMENT
from connectors.salesforce.source_tree import parsed, tag
from connectors.salesforce.xml_text import Element, document, yes

APPLICATION = "Commissions"
AMOUNT: Outcome = "amount"


class Rights(NamedTuple):
    """What may be done with the records of an object; those below `view_all` regardless of sharing."""

    read: bool = True
    create: bool = False
    edit: bool = False
    delete: bool = False
    view_all: bool = False
    modify_all: bool = False


OWN = Rights()
ALL = Rights(view_all=True)
WRITES = Rights(edit=True, delete=True, view_all=True, modify_all=True)
"""Changing records of other owners is tied to deleting by Salesforce; the worker deletes nothing."""
KEEPS = WRITES._replace(create=True)


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """One permission set; `fields` says by `Object.Field` whether it may also be changed."""

    name: str
    description: str
    objects: Mapping[str, Rights]
    fields: Mapping[str, bool]
    shows_pages: bool = False
    """Whether the app and the tabs of our objects are shown."""
    permissions: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its place in a package."""
        return f"permissionsets/{self.name}.permissionset"

    def text(self) -> str:
        """Its metadata. Elements are in the order of the schema, which is alphabetical."""
        elements: list[Element] = []
        if self.shows_pages:
            elements.append(("applicationVisibilities", [("application", APPLICATION), ("visible", "true")]))
        elements.append(("description", self.description))
        for name, edits in sorted(self.fields.items()):
            elements.append(("fieldPermissions", [("editable", yes(edits)), ("field", name), ("readable", "true")]))
        elements += [("hasActivationRequired", "false"), ("label", self.name.replace("_", " "))]
        elements += [("objectPermissions", _rights(name, rights)) for name, rights in sorted(self.objects.items())]
        if self.shows_pages:
            elements += [("tabSettings", [("tab", pay.name), ("visibility", "Visible")]) for pay in (LINE, STATEMENT)]
        elements += [("userPermissions", [("enabled", "true"), ("name", name)]) for name in sorted(self.permissions)]
        return document("PermissionSet", elements)


@dataclass(frozen=True, slots=True)
class Access:
    """What the worker needs of the deal and of what it is computed from: fields by `Object.Field`, and objects."""

    readable: tuple[str, ...]
    editable: tuple[str, ...]
    objects: tuple[str, ...]
    deal_object: str


PAYEE = PermissionSet("Tallystick_Payee", "Own commission statements, and the deal fields of commissions.", {}, {})
MANAGER = replace(
    PAYEE,
    name="Tallystick_Manager",
    description="Own commission statements and those of the people below in the role hierarchy, and reports on them.",
    permissions=("RunReports",),
)
FINANCE = PermissionSet(
    "Tallystick_Finance",
    "Every commission statement, read only, with reports and their export.",
    {},
    {},
    permissions=("ExportReport", "RunReports"),
)
AUDITOR = replace(
    FINANCE,
    name="Tallystick_Auditor",
    description="Every commission statement, read only, with reports.",
    permissions=("RunReports",),
)
WRITER = PermissionSet(
    "Tallystick_Writer",
    "What Tallystick needs to read deals and write its own fields and records.",
    {},
    {},
    permissions=("ApiEnabled",),
)


def readers(deal_object: str, outcomes: Mapping[Outcome, str], pay_fields: Sequence[str]) -> tuple[PermissionSet, ...]:
    """The permission sets of people. The amount on the deal is another person's pay: only who sees all of it may."""
    on_deals = {f"{deal_object}.{name}": False for outcome, name in outcomes.items() if outcome != AMOUNT}
    amount = {f"{deal_object}.{name}": False for outcome, name in outcomes.items() if outcome == AMOUNT}
    fields = {**on_deals, **dict.fromkeys(pay_fields, False)}
    own, every = ({pay.name: rights for pay in PAY_RECORDS.objects} for rights in (OWN, ALL))
    return (
        *(replace(each, objects=own, fields=fields, shows_pages=True) for each in (PAYEE, MANAGER)),
        *(replace(each, objects=every, fields={**fields, **amount}, shows_pages=True) for each in (FINANCE, AUDITOR)),
    )


def writer(access: Access, pay_fields: Sequence[str]) -> PermissionSet:
    """The worker's own; `pay_fields` is empty where no records are written."""
    objects = {name: WRITES if name == access.deal_object else ALL for name in access.objects}
    if pay_fields:
        objects |= {pay.name: KEEPS for pay in PAY_RECORDS.objects}
    fields = {**dict.fromkeys(access.readable, False), **dict.fromkeys((*access.editable, *pay_fields), True)}
    return replace(WRITER, objects=objects, fields=fields)


def grantable(files: Mapping[str, str]) -> tuple[str, ...]:
    """The fields of our objects that a permission set can name: required ones are open to whoever sees the object."""
    return tuple(
        f"{pay.name}.{field.findtext(tag('fullName'))}"
        for pay in PAY_RECORDS.objects
        for field in parsed(files[f"objects/{pay.name}.object"]).iterfind(tag("fields"))
        if field.findtext(tag("required")) != "true" and field.findtext(tag("type")) != "MasterDetail"
    )


def _rights(name: str, rights: Rights) -> list[Element]:
    return [
        ("allowCreate", yes(rights.create)),
        ("allowDelete", yes(rights.delete)),
        ("allowEdit", yes(rights.edit)),
        ("allowRead", yes(rights.read)),
        ("modifyAllRecords", yes(rights.modify_all)),
        ("object", name),
        ("viewAllRecords", yes(rights.view_all)),
    ]
