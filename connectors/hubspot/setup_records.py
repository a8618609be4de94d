"""Prepares the portal's custom objects for statements and lines. Planned first, repeatable, removes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.describe import DescribedProperty
from connectors.hubspot.pay_records import DEALS, LINKS, PAY_RECORDS
from connectors.hubspot.pay_schemas import properties_of, schema_of
from connectors.hubspot.session import Connection
from connectors.hubspot.setup import POLL_S, TRIES, create
from connectors.pay_records import PayObject
from connectors.port import NotAllowed, Refused, TryAgain

DEAL_TYPE = "0-3"
WITHOUT = (
    "leave statements and lines out: the portal has no custom objects (Enterprise), or the key lacks "
    "crm.schemas.custom.read and .write. The properties on the deal stay the way to see pay; set records: false"
)


class _Association(msgspec.Struct):
    fromObjectTypeId: str  # noqa: N815  HubSpot's key
    toObjectTypeId: str  # noqa: N815


class Schema(msgspec.Struct):
    """A custom object of the portal."""

    name: str
    objectTypeId: str  # noqa: N815
    properties: list[DescribedProperty] = msgspec.field(default_factory=list)
    associations: list[_Association] = msgspec.field(default_factory=list)

    def group_of(self, name: str) -> str:
        """The group that a property is in."""
        return next(each.groupName for each in self.properties if each.name == name)

    def reaches(self, type_id: str | None) -> bool:
        """Whether its records can be associated with those of a type."""
        ends = {(each.fromObjectTypeId, each.toObjectTypeId) for each in self.associations}
        return (self.objectTypeId, type_id) in ends


class _Schemas(msgspec.Struct):
    results: list[Schema]


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    """What one object lacks."""

    pay: PayObject
    known: Schema | None
    properties: tuple[str, ...]
    associations: tuple[str, ...]
    """Names of objects that its records cannot be associated with yet."""

    @property
    def empty(self) -> bool:
        """Whether nothing is missing."""
        return self.known is not None and not (self.properties or self.associations)

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        name = self.pay.name
        if self.known is None:
            linked = f", associated with {' and '.join(self.associations)}" if self.associations else ""
            return (
                f"create custom object {name} ({len(self.properties)} properties, known by {self.pay.key}{linked})",
            )
        created = (f"create property {name}.{each}" for each in self.properties)
        return (*created, *(f"let {name} be associated with {each}" for each in self.associations))


def schemas(connection: Connection) -> Mapping[str, Schema] | None:
    """The portal's custom objects by name; None where the subscription or the scopes give none."""
    try:
        found = connection.ask(connection.hubspot.crm.schemas.core_api.get_all, read=json_reader(_Schemas))
    except NotAllowed:
        return None
    return {each.name: each for each in found.results}


def plan_objects(connection: Connection) -> Sequence[ObjectPlan] | None:
    """Compare the portal with what we need; None where it has no custom objects."""
    known = schemas(connection)
    if known is None:
        return None
    return [_planned(pay, known) for pay in PAY_RECORDS.objects]


def steps_of(plans: Sequence[ObjectPlan] | None) -> tuple[str, ...]:
    """One line a step, for people."""
    return (WITHOUT,) if plans is None else tuple(step for plan in plans for step in plan.steps())


def apply_objects(connection: Connection) -> None:
    """Make what is missing, a statement's object first: lines are associated with it."""
    for pay in PAY_RECORDS.objects:
        _make(connection, pay)
        _await(connection, pay)


def _planned(pay: PayObject, known: Mapping[str, Schema]) -> ObjectPlan:
    found = known.get(pay.name)
    wanted = properties_of(pay)
    there = {each.name: each for each in found.properties} if found else {}
    for name in wanted.keys() & there.keys():
        _check_kind(pay, there[name], wanted[name])
    if found and pay.key not in there:
        raise Refused(f"{pay.name}: the portal has an object of this name that is not ours.", code="FIELD_TYPE")
    others = [link.object for link in LINKS.get(pay.name, ())]
    missing = tuple(each for each in others if found is None or not found.reaches(_type_id(each, known)))
    return ObjectPlan(pay, found, tuple(name for name in wanted if name not in there), missing)


def _check_kind(pay: PayObject, there: DescribedProperty, wanted: Mapping[str, Any]) -> None:
    same = there.type == wanted["type"] and there.hasUniqueValue == wanted.get("hasUniqueValue", False)
    if not same or not there.writable or there.referencedObjectType != wanted.get("referencedObjectType"):
        msg = f"{pay.name}.{there.name} is a {there.type} property of another kind than ours. Rename or remove it."
        raise Refused(msg, code="FIELD_TYPE")


def _type_id(name: str, known: Mapping[str, Schema]) -> str | None:
    if name == DEALS:
        return DEAL_TYPE
    return known[name].objectTypeId if name in known else None


def _make(connection: Connection, pay: PayObject) -> None:
    known = schemas(connection) or {}
    plan, api = _planned(pay, known), connection.hubspot.crm.schemas.core_api
    types = [found for name in plan.associations if (found := _type_id(name, known))]
    if plan.known is None:
        create(connection, api.create, schema_of(pay, types))
        return
    for name in plan.properties:
        given = {**properties_of(pay)[name], "groupName": plan.known.group_of(pay.key)}
        create(connection, connection.hubspot.crm.properties.core_api.create, plan.known.objectTypeId, given)
    for type_id in types:
        ends = {"fromObjectTypeId": plan.known.objectTypeId, "toObjectTypeId": type_id}
        create(connection, api.create_association, plan.known.objectTypeId, ends)


def _await(connection: Connection, pay: PayObject) -> None:
    for _ in range(TRIES):
        known = schemas(connection) or {}
        if _planned(pay, known).empty:
            return
        connection.sleep(POLL_S)
    raise TryAgain(f"HubSpot has accepted {pay.name} but does not show it yet. Run setup again.", code="SETUP")
