"""Custom object types: their definitions, over HTTP."""

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict, replace

from sandbox.hubspot.bodies import AssociationBody, SchemaBody, SchemaChange
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, not_found, validation
from sandbox.hubspot.records.associations import Label
from sandbox.hubspot.rest import properties
from sandbox.hubspot.rest.tokens import missing_scopes
from sandbox.hubspot.schema import ALWAYS, ObjectType
from sandbox.hubspot.standard import furnish_custom
from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_ONLY_WHOLE = {"properties", "associations", "createdByUserId", "updatedByUserId"}
_FIRST, _CONFLICT, _MOST = 7_654_321, 409, 10
ADMINISTRATOR = 73_074_756
"""The user who set the portal up."""


def listed(portal: "Portal", _request: Request) -> Response:
    """Give all custom types."""
    _check_tier(portal)
    return json_response({"results": [_shown(portal, kind) for kind in portal.schema if kind.custom is not None]})


def _check_tier(portal: "Portal") -> None:
    if "custom_objects" in portal.off:
        raise missing_scopes(("crm.schemas.custom.read",))


def retrieve(portal: "Portal", _request: Request, segment: str) -> Response:
    """Give one custom type."""
    return json_response(_shown(portal, _custom(portal, segment)))


def _custom(portal: "Portal", segment: str) -> ObjectType:
    _check_tier(portal)
    kind = portal.schema.find(segment)
    if kind is None or kind.custom is None:
        raise not_found(f"Object type {segment} does not exist")
    return kind


def create(portal: "Portal", request: Request) -> Response:
    """Make a custom type with its properties and associations."""
    _check_tier(portal)
    return json_response(_shown(portal, made(portal, request.read(SchemaBody))), status=201)


def made(portal: "Portal", given: SchemaBody) -> ObjectType:
    """Make a custom type of its definition."""
    name = given.name
    if not _NAME.fullmatch(name):
        raise validation(f"A schema's name is in lower case, and this was {name!r}")
    if portal.schema.find(f"p{portal.id}_{name}"):
        raise ApiError("OBJECT_ALREADY_EXISTS", f"Object type {name} already exists", status=_CONFLICT)
    own = [kind for kind in portal.schema if kind.custom is not None]
    if len(own) >= _MOST:
        raise validation(f"No more than {_MOST} custom object types are allowed")
    targets = [portal.schema.get(other) for other in given.associated_objects]
    number = max((int(kind.id.removeprefix("2-")) for kind in own), default=_FIRST - 1) + 1
    kind = _defined(portal, given, number)
    portal.schema.add(kind, f"p{portal.id}_{name}", f"p_{name}")
    portal.open_table(kind)
    for target in targets:
        portal.links.define_own(kind.id, target.id, f"{name}_to_{target.singular}")
    return kind


def _defined(portal: "Portal", given: SchemaBody, number: int) -> ObjectType:
    full, now = f"p{portal.id}_{given.name}", portal.now_ms()
    kind = ObjectType(
        id=f"2-{number}",
        singular=full,
        plural=full,
        label=given.labels.singular,
        defaults=(*ALWAYS, given.primary_display_property),
        required=tuple(given.required_properties),
        searchable=tuple(given.searchable_properties),
        custom={
            "name": given.name,
            "labels": asdict(given.labels),
            "primaryDisplayProperty": given.primary_display_property,
            "secondaryDisplayProperties": given.secondary_display_properties,
            "description": given.description,
            "created_ms": now,
            "changed_ms": now,
        },
    )
    furnish_custom(kind)
    group = f"{full}_information"
    kind.groups[group] = {"name": group, "label": kind.label, "displayOrder": -1, "archived": False}
    for each in given.properties:
        properties.made(portal, kind, replace(each, group_name=each.group_name or group))
    named = {given.primary_display_property, *kind.required, *kind.searchable}
    if unknown := sorted(named - set(kind.properties)):
        raise validation(f"Properties {unknown} do not exist")
    return kind


def _shown(portal: "Portal", kind: ObjectType) -> dict[str, Any]:
    custom = kind.custom or {}
    return {
        "id": kind.id.removeprefix("2-"),
        "name": custom["name"],
        "labels": custom["labels"],
        "description": custom["description"],
        "requiredProperties": list(kind.required),
        "searchableProperties": list(kind.searchable),
        "primaryDisplayProperty": custom["primaryDisplayProperty"],
        "secondaryDisplayProperties": custom["secondaryDisplayProperties"],
        "metaType": "PORTAL_SPECIFIC",
        "objectTypeId": kind.id,
        "fullyQualifiedName": f"p{portal.id}_{custom['name']}",
        "archived": False,
        "createdAt": iso(custom["created_ms"]),
        "updatedAt": iso(custom["changed_ms"]),
        "createdByUserId": ADMINISTRATOR,
        "updatedByUserId": ADMINISTRATOR,
        "properties": [each.shown() for each in kind.properties.values()],
        "associations": [_association(each) for each in portal.links.of_type(kind.id)],
    }


def _association(label: Label) -> dict[str, Any]:
    return {
        "id": str(label.number),
        "fromObjectTypeId": label.source,
        "toObjectTypeId": label.target,
        "name": label.name,
        "createdAt": iso(0),
        "updatedAt": iso(0),
    }


def change(portal: "Portal", request: Request, segment: str) -> Response:
    """Change a custom type's labels and lists."""
    kind, given = _custom(portal, segment), request.read(SchemaChange)
    custom = {
        "labels": asdict(given.labels) if given.labels else None,
        "primaryDisplayProperty": given.primary_display_property,
        "secondaryDisplayProperties": given.secondary_display_properties,
        "description": given.description,
    }
    changed = {name: value for name, value in custom.items() if value is not None}
    kind.custom = {**(kind.custom or {}), **changed, "changed_ms": portal.now_ms()}
    kind.required = kind.required if given.required_properties is None else tuple(given.required_properties)
    kind.searchable = kind.searchable if given.searchable_properties is None else tuple(given.searchable_properties)
    shown = _shown(portal, kind)
    return json_response({name: value for name, value in shown.items() if name not in _ONLY_WHOLE})


def remove(portal: "Portal", _request: Request, segment: str) -> Response:
    """Take a custom type away; one with records stays."""
    kind = _custom(portal, segment)
    if portal.tables[kind.id].live:
        raise validation(f"Object type {kind.singular} still has records")
    portal.schema.remove(kind)
    del portal.tables[kind.id], portal.indexes[kind.id]
    return Response(204)


def associate(portal: "Portal", request: Request, segment: str) -> Response:
    """Let a custom type be associated with another type."""
    kind, given = _custom(portal, segment), request.read(AssociationBody)
    target = portal.schema.get(given.to_object_type_id)
    label = portal.links.define_own(kind.id, target.id, given.name or f"{kind.singular}_to_{target.singular}")
    return json_response(_association(label), status=201)
