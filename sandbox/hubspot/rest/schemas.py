"""Custom object types: their definitions, over HTTP."""

import re
from typing import TYPE_CHECKING, Any

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
_GIVEN = {
    "name", "labels", "primaryDisplayProperty", "secondaryDisplayProperties", "requiredProperties",
    "searchableProperties", "properties", "associatedObjects", "description", "allowsSensitiveProperties",
}  # fmt: skip
_CHANGEABLE = {
    "labels", "primaryDisplayProperty", "secondaryDisplayProperties", "requiredProperties", "searchableProperties",
    "description",
}  # fmt: skip
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
    return json_response(_shown(portal, made(portal, request.json_object())), status=201)


def made(portal: "Portal", given: dict[str, Any]) -> ObjectType:
    """Make a custom type of its definition."""
    if unknown := set(given) - _GIVEN:
        raise validation(f"Invalid input JSON: unknown members {sorted(unknown)}")
    name, labels = str(given.get("name", "")), given.get("labels") or {}
    if not _NAME.fullmatch(name) or not labels.get("singular") or not labels.get("plural"):
        raise validation("A schema needs a name in lower case, and labels")
    if portal.schema.find(f"p{portal.id}_{name}"):
        raise ApiError("OBJECT_ALREADY_EXISTS", f"Object type {name} already exists", status=_CONFLICT)
    own = [kind for kind in portal.schema if kind.custom is not None]
    if len(own) >= _MOST:
        raise validation(f"No more than {_MOST} custom object types are allowed")
    number = max((int(kind.id.removeprefix("2-")) for kind in own), default=_FIRST - 1) + 1
    kind = _defined(portal, given, number)
    portal.schema.add(kind, f"p{portal.id}_{name}", f"p_{name}")
    portal.open_table(kind)
    for other in given.get("associatedObjects", ()):
        target = portal.schema.get(str(other))
        portal.links.define_own(kind.id, target.id, f"{name}_to_{target.singular}")
    return kind


def _defined(portal: "Portal", given: dict[str, Any], number: int) -> ObjectType:
    name, primary = str(given["name"]), str(given.get("primaryDisplayProperty", ""))
    now = portal.now_ms()
    kind = ObjectType(
        id=f"2-{number}",
        singular=f"p{portal.id}_{name}",
        plural=f"p{portal.id}_{name}",
        label=str(given["labels"]["singular"]),
        defaults=(*ALWAYS, *([primary] if primary else ())),
        required=tuple(given.get("requiredProperties") or ()),
        searchable=tuple(given.get("searchableProperties") or ()),
        custom={
            "name": name,
            "labels": given["labels"],
            "primaryDisplayProperty": primary,
            "secondaryDisplayProperties": list(given.get("secondaryDisplayProperties") or ()),
            "description": given.get("description"),
            "created_ms": now,
            "changed_ms": now,
        },
    )
    furnish_custom(kind)
    group = f"p{portal.id}_{name}_information"
    kind.groups[group] = {"name": group, "label": kind.label, "displayOrder": -1, "archived": False}
    for each in given.get("properties") or ():
        properties.made(portal, kind, {"groupName": group, **each})
    named = {primary, *kind.required, *kind.searchable} - {""}
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
    kind, given = _custom(portal, segment), request.json_object()
    if unknown := set(given) - _CHANGEABLE:
        raise validation(f"Invalid input JSON: {sorted(unknown)} cannot be changed")
    custom = kind.custom or {}
    custom |= {name: value for name, value in given.items() if name in custom} | {"changed_ms": portal.now_ms()}
    kind.custom = custom
    kind.required = tuple(given.get("requiredProperties", kind.required))
    kind.searchable = tuple(given.get("searchableProperties", kind.searchable))
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
    kind, given = _custom(portal, segment), request.json_object()
    target = portal.schema.get(str(given.get("toObjectTypeId")))
    label = portal.links.define_own(
        kind.id, target.id, str(given.get("name") or f"{kind.singular}_to_{target.singular}")
    )
    return json_response(_association(label), status=201)
