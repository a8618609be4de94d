"""How the objects for statements and lines are defined in a portal: labels, and the properties of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.hubspot.describe import BOOL, DATE, DATETIME, NUMBER
from connectors.hubspot.pay_records import LINE, OWNER, STATEMENT
from connectors.pay_records import PayObject


class Column(NamedTuple):
    """A property as people and HubSpot know it."""

    label: str
    type: str = "string"
    field_type: str = "text"
    details: Mapping[str, Any] = {}


class Shape(NamedTuple):
    """What is said of an object beside its properties. The first of `shown` stands for the record in lists."""

    singular: str
    plural: str
    description: str
    shown: tuple[str, ...]


# Amounts are in the currency of their record, which HubSpot knows of deals alone: it must not print its own symbol.
_MONEY = (NUMBER, "number")
_OWNER = ("enumeration", "select", {"externalOptions": True, "referencedObjectType": "OWNER"})
_YES_NO = {"options": [{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}]}
_STAMP = {"as_of": Column("As of", DATETIME, "date"), "run": Column("Run")}
_LONG = ("string", "textarea")

COLUMNS: Mapping[str, Mapping[str, Column]] = {
    STATEMENT.name: {
        "currency": Column("Currency"),
        "payee_id": Column("Payee", *_OWNER),
        "period": Column("Period"),
        "plan": Column("Plan"),
        "status": Column("Status"),
        "earned": Column("Earned", *_MONEY),
        "payable": Column("Payable", *_MONEY),
        "held": Column("Held", *_MONEY),
        "paid": Column("Paid", *_MONEY),
        "carried_forward": Column("Carried forward", *_MONEY),
        "attainment": Column("Attainment in percent", NUMBER, "number"),
        "quota": Column("Quota", NUMBER, "number"),
        "achieved": Column("Achieved", NUMBER, "number"),
        "summary": Column("Summary", *_LONG),
        "curve": Column("Payout curve", *_LONG),
        "would_take": Column("What the next tier takes", *_LONG),
        **_STAMP,
    },
    LINE.name: {
        "currency": Column("Currency"),
        "statement": Column("Statement key"),
        "deal_id": Column("Deal id"),
        "component": Column("Component"),
        "kind": Column("Kind"),
        "amount": Column("Amount", *_MONEY),
        "dated_on": Column("Date", DATE, "date"),
        "reason": Column("Reason", *_LONG),
        "why_not_more": Column("Why not more", *_LONG),
        "projected": Column("Projected", BOOL, "booleancheckbox", _YES_NO),
        "next_tier_amount": Column("Amount at the next tier", *_MONEY),
        "status": Column("Status"),
        **_STAMP,
    },
}
"""By our word, as in `PayObject.fields`. The owner is not among them: every object has that property by itself."""

SHAPES: Mapping[str, Shape] = {
    STATEMENT.name: Shape(
        "Commission statement",
        "Commission statements",
        "What a payee earns by one plan in one period. Written by Tallystick; owned by the payee.",
        ("period", "plan", "status"),
    ),
    LINE.name: Shape(
        "Commission line",
        "Commission lines",
        "One earning of a statement, and why. Written by Tallystick; owned by the payee.",
        ("component", "kind", "status"),
    ),
}


def properties_of(pay: PayObject) -> Mapping[str, Mapping[str, Any]]:
    """What is sent to create each property, by its name; our key is the only unique one."""
    key = _property(pay.key, Column("Key"), {"hasUniqueValue": True})
    columns = COLUMNS[pay.name]
    rest = {name: _property(name, columns[word]) for word, name in pay.fields.items() if name != OWNER}
    return {pay.key: key, **rest}


def schema_of(pay: PayObject, associated: list[str]) -> dict[str, Any]:
    """What is sent to create the object; `associated` are types that exist already."""
    shape = SHAPES[pay.name]
    first, *others = (pay.fields[word] for word in shape.shown)
    return {
        "name": pay.name,
        "labels": {"singular": shape.singular, "plural": shape.plural},
        "description": shape.description,
        "primaryDisplayProperty": first,
        "secondaryDisplayProperties": others,
        "requiredProperties": [pay.key],
        "searchableProperties": [first],
        "properties": list(properties_of(pay).values()),
        "associatedObjects": associated,
    }


def _property(name: str, column: Column, more: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    given = {"name": name, "label": column.label, "type": column.type, "fieldType": column.field_type}
    return {**given, **column.details, **(more or {})}
