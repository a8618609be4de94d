"""The metadata package that `setup` deploys: our fields on the deal and one permission set. Text in, bytes out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from connectors.mapping import Outcome
from connectors.outcomes import SHOWN

API = "66.0"
PERMISSION_SET = "Tallystick_Writer"
NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
STAMP = (2026, 1, 1, 0, 0, 0)
"""Files carry a fixed date, so that the same plan is the same package."""

Element = tuple[str, "str | Sequence[Element]"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What an outcome looks like in the org; `details` are the metadata elements of its type, in schema order."""

    kind: str
    label: str
    help: str
    details: Mapping[str, str]


def _lookup(outcome: Outcome) -> FieldSpec:
    label = SHOWN[outcome].label
    details = {
        "deleteConstraint": "SetNull",
        "referenceTo": "User",
        "relationshipLabel": label.removesuffix("Owner") + "Owned Deals",
    }
    return FieldSpec("Lookup", *SHOWN[outcome], details)


def _text(outcome: Outcome, length: int) -> FieldSpec:
    return FieldSpec("Text", *SHOWN[outcome], {"length": str(length)})


SPECS: Mapping[Outcome, FieldSpec] = {
    "value_owner_id": _lookup("value_owner_id"),
    "commercial_owner_id": _lookup("commercial_owner_id"),
    "execution_owner_id": _lookup("execution_owner_id"),
    "motion": _text("motion", 40),
    "status": _text("status", 40),
    "reason": _text("reason", 255),
    "as_of": FieldSpec("DateTime", *SHOWN["as_of"], {}),
    "amount": FieldSpec("Currency", *SHOWN["amount"], {"precision": "18", "scale": "2"}),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What the permission set grants: fields by `Object.Field`, and objects."""

    readable: tuple[str, ...]
    editable: tuple[str, ...]
    objects: tuple[str, ...]
    deal_object: str


def package(deal_object: str, fields: Mapping[str, Outcome], access: Access) -> bytes:
    """The deployable zip: new fields by API name, and the permission set."""
    members = [("CustomField", [f"{deal_object}.{name}" for name in fields]), ("PermissionSet", [PERMISSION_SET])]
    files = {
        "package.xml": _manifest(members),
        f"permissionsets/{PERMISSION_SET}.permissionset": _permission_set(access),
    }
    if fields:
        new = [("fields", _field(name, SPECS[outcome])) for name, outcome in sorted(fields.items())]
        files[f"objects/{deal_object}.object"] = _document("CustomObject", new)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), text)
    return buffer.getvalue()


def _field(name: str, spec: FieldSpec) -> list[Element]:
    elements = {
        "description": "Written by Tallystick; do not edit.",
        "inlineHelpText": spec.help,
        "label": spec.label,
        "type": spec.kind,
        **spec.details,
    }
    if spec.kind == "Lookup":
        elements["relationshipName"] = name.removesuffix("__c") + "_Deals"
    else:
        elements["required"] = "false"
    return [("fullName", name), *sorted(elements.items())]


def _permission_set(access: Access) -> str:
    """Elements are in the order of the schema, which is alphabetical."""
    editable = set(access.editable)
    elements: list[Element] = [("description", "What Tallystick needs to read deals and write its own fields.")]
    for field in sorted({*access.readable, *access.editable}):
        grants = [("editable", _yes(field in editable)), ("field", field), ("readable", "true")]
        elements.append(("fieldPermissions", grants))
    elements += [("hasActivationRequired", "false"), ("label", "Tallystick Writer")]
    elements += [("objectPermissions", _object(name, name == access.deal_object)) for name in sorted(access.objects)]
    elements.append(("userPermissions", [("enabled", "true"), ("name", "ApiEnabled")]))
    return _document("PermissionSet", elements)


def _object(name: str, is_deal: bool) -> list[Element]:  # noqa: FBT001  one call, named there
    """Read every record; on deals also edit every record, whoever owns it: field security keeps that to our fields."""
    return [
        ("allowCreate", "false"),
        ("allowDelete", "false"),
        ("allowEdit", _yes(is_deal)),
        ("allowRead", "true"),
        ("modifyAllRecords", _yes(is_deal)),
        ("object", name),
        ("viewAllRecords", "true"),
    ]


def _manifest(members: Iterable[tuple[str, Sequence[str]]]) -> str:
    types: list[Element] = [
        ("types", [*(("members", name) for name in sorted(names)), ("name", kind)]) for kind, names in members if names
    ]
    return _document("Package", [*types, ("version", API)])


def _document(root: str, elements: Sequence[Element]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {NAMESPACE}>{_xml(elements)}</{root}>\n'


def _xml(elements: Sequence[Element]) -> str:
    return "".join(f"<{name}>{escape(v) if isinstance(v, str) else _xml(v)}</{name}>" for name, v in elements)


def _yes(value: bool) -> str:  # noqa: FBT001  a conversion
    return "true" if value else "false"
