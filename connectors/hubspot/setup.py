"""Prepares a portal: our property group and properties on the deal. Planned first, repeatable, removes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import requests

from connectors.answers import json_reader
from connectors.hubspot.describe import DATETIME, NUMBER, Described, DescribedProperty, describe
from connectors.hubspot.errors import Answered
from connectors.hubspot.session import Connection
from connectors.mapping import CrmMapping, Outcome
from connectors.outcomes import SHOWN
from connectors.port import NotAllowed, Refused, TryAgain

GROUP, GROUP_LABEL = "tallystick", "Commissions (Tallystick)"
TRIES, POLL_S = 60, 1.0
"""A new property is readable within a second, though HubSpot may show the state before for some time."""

CONFLICT = 409


class _Spec(NamedTuple):
    """What an outcome looks like in the portal."""

    type: str
    field_type: str
    details: Mapping[str, Any] = {}


_OWNER = _Spec("enumeration", "select", {"externalOptions": True, "referencedObjectType": "OWNER"})
_MONEY = {"numberDisplayHint": "currency", "showCurrencySymbol": True}
SPECS: Mapping[Outcome, _Spec] = {
    "value_owner_id": _OWNER,
    "commercial_owner_id": _OWNER,
    "execution_owner_id": _OWNER,
    "motion": _Spec("string", "text"),
    "status": _Spec("string", "text"),
    "reason": _Spec("string", "textarea"),
    "as_of": _Spec(DATETIME, "date"),
    "amount": _Spec(NUMBER, "number", _MONEY),
}


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What would be done. Nothing of it changes or removes anything the company made."""

    deal_object: str
    new_group: bool
    new_properties: Mapping[str, Outcome]

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        group = [f"create property group {GROUP} ({GROUP_LABEL})"] if self.new_group else []
        created = (
            f"create property {self.deal_object}.{name} ({SPECS[outcome].type}: {SHOWN[outcome].label})"
            for name, outcome in self.new_properties.items()
        )
        return (*group, *created)


class _Group(msgspec.Struct):
    name: str


class _Groups(msgspec.Struct):
    results: list[_Group]


def plan_setup(connection: Connection, mapping: CrmMapping) -> SetupPlan:
    """Compare the portal with the mapping."""
    deals = _deals(connection, mapping.deal_object)
    new = {name: outcome for outcome, name in mapping.write.items() if _is_new(deals, name, outcome)}
    groups = connection.ask(
        connection.hubspot.crm.properties.groups_api.get_all, mapping.deal_object, read=json_reader(_Groups)
    )
    new_group = bool(new) and GROUP not in {group.name for group in groups.results}
    return SetupPlan(mapping.deal_object, new_group, new)


def apply_setup(connection: Connection, plan: SetupPlan) -> tuple[str, ...]:
    """Do what the plan says; a name that was archived comes back with our definition. The steps that were taken."""
    properties = connection.hubspot.crm.properties
    if plan.new_group:
        group = {"name": GROUP, "label": GROUP_LABEL, "displayOrder": -1}
        create(connection, properties.groups_api.create, plan.deal_object, group)
    for name, outcome in plan.new_properties.items():
        create(connection, properties.core_api.create, plan.deal_object, definition(name, outcome))
    _await(connection, plan)
    return plan.steps()


def definition(name: str, outcome: Outcome) -> dict[str, Any]:
    """What is sent to create the property of an outcome."""
    spec, shown = SPECS[outcome], SHOWN[outcome]
    return {
        "name": name,
        "label": shown.label,
        "description": shown.help,
        "groupName": GROUP,
        "type": spec.type,
        "fieldType": spec.field_type,
        "formField": False,
        "options": [],
        **spec.details,
    }


def create(connection: Connection, method: Any, *given: Any) -> None:
    """Create it, or find that it is there: an answer may have been lost the first time."""
    try:
        connection.ask(method, *given, read=ignored)
    except Answered as refused:
        if refused.status != CONFLICT:
            raise


def ignored(_: requests.Response) -> None:
    """The answer repeats what was sent."""


def _await(connection: Connection, plan: SetupPlan) -> None:
    """Wait until the portal shows what was created, and check that it is of the right type."""
    for _ in range(TRIES):
        deals = _deals(connection, plan.deal_object)
        if not any(_is_new(deals, name, outcome) for name, outcome in plan.new_properties.items()):
            return
        connection.sleep(POLL_S)
    raise TryAgain("HubSpot has accepted the new properties but does not show them yet. Run setup again.", code="SETUP")


def _deals(connection: Connection, name: str) -> Described:
    found = describe(connection, name)
    if found is None:
        raise NotAllowed(f"{name}: the portal does not show this object.")
    return found


def _is_new(deals: Described, name: str, outcome: Outcome) -> bool:
    """A property of the right type may stay; one of another type, or one that nobody may set, is somebody else's."""
    found = deals.by_name().get(name)
    if found is None:
        return True
    if found.type != SPECS[outcome].type or not found.writable or not _same_reference(found, SPECS[outcome]):
        msg = (
            f"write.{outcome}: {deals.name}.{name} is a {found.type} property of another kind, but "
            f"{SPECS[outcome].type} is needed. Name another property."
        )
        raise Refused(msg, code="FIELD_TYPE")
    return False


def _same_reference(found: DescribedProperty, spec: _Spec) -> bool:
    return found.referencedObjectType == spec.details.get("referencedObjectType")
