"""Our fields on the deal, as metadata. Their API names are the mapping's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.mapping import Outcome
from connectors.outcomes import SHOWN
from connectors.salesforce.xml_text import Element, document


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


def deal_fields(fields: Mapping[str, Outcome]) -> str:
    """The object file that holds these fields and nothing else of the deal."""
    return document("CustomObject", [("fields", field(name, outcome)) for name, outcome in sorted(fields.items())])


def field(name: str, outcome: Outcome) -> list[Element]:
    """One field's elements, in the order of the schema."""
    spec = SPECS[outcome]
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
