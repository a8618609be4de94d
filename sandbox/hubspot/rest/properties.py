"""Definitions of properties and their groups. Lists may lag behind a change; what was archived can be had again."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from sandbox.hubspot.bodies import (
    Definitions,
    GroupBody,
    GroupChange,
    Names,
    OptionBody,
    PropertyBody,
    PropertyChange,
)
from sandbox.hubspot.errors import ApiError, not_found, unsupported, validation
from sandbox.hubspot.rest.batches import Outcome, limited
from sandbox.hubspot.schema import ObjectType, Option, Property
from sandbox.hubspot.wire import Request, Response, encode, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_PAIRS = {
    "string": {"text", "textarea", "html", "file", "phonenumber"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
}
_CHANGED_NAMES = {"group_name": "group", "display_order": "order"}
_CONFLICT, _MOST_UNIQUE, _BATCH = 409, 10, 100


def listed(portal: "Portal", request: Request, segment: str) -> Response:
    """Give the definitions of a type; those that were archived only on request."""
    kind = portal.schema.get(segment)
    found = kind.gone if request.flag("archived") else kind.properties
    return json_response({"results": [each.shown() for each in found.values() if settled(portal, each)]})


def settled(portal: "Portal", definition: Property) -> bool:
    """Whether reads see a definition yet; fault `stale_properties` lets them lag."""
    late = sum(int(rule.args.get("seconds", 60)) for rule in portal.faults.standing("stale_properties"))
    return not late or definition.changed_ms + late * 1_000 <= portal.now_ms()


def retrieve(portal: "Portal", request: Request, segment: str, name: str) -> Response:
    """Give one definition."""
    return json_response(_found(portal, portal.schema.get(segment), name, archived=request.flag("archived")).shown())


def _found(portal: "Portal", kind: ObjectType, name: str, *, archived: bool = False) -> Property:
    definition = (kind.gone if archived else kind.properties).get(name)
    if definition is None or not settled(portal, definition):
        raise not_found(f"No property named '{name}' exists for object type '{kind.id}'")
    return definition


def create(portal: "Portal", request: Request, segment: str) -> Response:
    """Make a property, or restore one that was archived."""
    kind = portal.schema.get(segment)
    return json_response(made(portal, kind, request.read(PropertyBody)).shown(), status=201)


def made(portal: "Portal", kind: ObjectType, given: PropertyBody) -> Property:
    """Make a property of its definition."""
    name = given.name
    if not _NAME.fullmatch(name):
        raise validation(f"Property names are lower case letters, digits and underscores, and this was {name!r}")
    if name in kind.properties:
        sub = "Properties.PROPERTY_WITH_NAME_EXISTS"
        message = f"A property named '{name}' already exists."
        raise ApiError("OBJECT_ALREADY_EXISTS", message, status=_CONFLICT, sub_category=sub)
    new = _defined(portal, kind, given)
    kind.gone.pop(name, None)
    kind.add(new)
    return new


def _defined(portal: "Portal", kind: ObjectType, given: PropertyBody) -> Property:
    if given.calculation_formula:
        raise unsupported("a property with a formula")
    if given.external_options and given.referenced_object_type != "OWNER":
        raise unsupported("externalOptions for anything but owners")
    now = portal.now_ms()
    new = Property(
        name=given.name,
        label=given.label,
        type=given.type,
        field_type=given.field_type,
        group=given.group_name,
        description=given.description or "",
        options=_options(given.options),
        order=given.display_order,
        unique=given.has_unique_value,
        owner=given.external_options,
        hidden=given.hidden,
        form_field=given.form_field,
        currency=given.show_currency_symbol,
        created_ms=now,
        changed_ms=now,
    )
    _check(kind, new)
    return new


def _check(kind: ObjectType, new: Property) -> None:
    if new.field_type not in _PAIRS.get(new.type, ()):
        raise validation(f"fieldType {new.field_type!r} does not go with type {new.type!r}")
    if new.group not in kind.groups:
        raise validation(f"Property group {new.group!r} does not exist", sub_category="Properties.GROUP_NOT_FOUND")
    if new.type == "enumeration" and not new.options and not new.owner:
        raise validation(f"Enumeration property {new.name!r} needs options")
    others = sum(each.unique and not each.hubspot_defined for each in kind.properties.values())
    if new.unique and others >= _MOST_UNIQUE:
        raise validation(f"No more than {_MOST_UNIQUE} properties of a type may be unique")


def _options(given: Iterable[OptionBody] | None) -> tuple[Option, ...]:
    """Read options; their values are unique."""
    options = tuple(
        Option(value=each.value, label=each.label, order=each.display_order, hidden=each.hidden) for each in given or ()
    )
    if len({option.value for option in options}) != len(options):
        raise validation("Option values must be unique")
    return options


def change(portal: "Portal", request: Request, segment: str, name: str) -> Response:
    """Change a property; options that are given take the place of all there were."""
    kind, given = portal.schema.get(segment), request.read(PropertyChange)
    old = _found(portal, kind, name)
    changed = {each: value for each, value in asdict(given).items() if value is not None}
    if old.hubspot_defined and set(changed) - {"options"}:
        raise validation(f"Property {name!r} is defined by HubSpot and cannot be changed")
    values = {_CHANGED_NAMES.get(each, each): value for each, value in changed.items()}
    if given.options is not None:
        values["options"] = _options(given.options)
    new = replace(old, **values, changed_ms=portal.now_ms())
    if not old.hubspot_defined:
        _check(kind, new)
    kind.add(new)
    return json_response(new.shown())


def remove(portal: "Portal", _request: Request, segment: str, name: str) -> Response:
    """Archive a property; one that is in use stays."""
    _archive(portal, portal.schema.get(segment), name)
    return Response(204)


def _archive(portal: "Portal", kind: ObjectType, name: str) -> None:
    definition = _found(portal, kind, name)
    places = sum(demand.object == kind.plural and demand.property == name for demand in portal.demands)
    if definition.hubspot_defined or places:
        sub = "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"
        message = f"{name} is currently used in {max(places, 1)} places and cannot be deleted"
        raise validation(message, sub_category=sub)
    del kind.properties[name]
    kind.gone[name] = replace(definition, archived=True, changed_ms=portal.now_ms())


def batch_read(portal: "Portal", request: Request, segment: str) -> Response:
    """Give many definitions by name."""
    kind, body = portal.schema.get(segment), request.read(Names)
    outcome, found = Outcome(), kind.gone if body.archived else kind.properties
    for place, each in enumerate(limited(body.inputs, _BATCH)):
        definition = found.get(each.name)
        if definition is not None and settled(portal, definition):
            outcome.results.append((place, encode(definition.shown())))
        else:
            missing = not_found(f"No property named '{each.name}' exists")
            outcome.errors.append(missing.item({"name": [each.name]}, strict=portal.strict_errors))
    return outcome.response(portal)


def batch_create(portal: "Portal", request: Request, segment: str) -> Response:
    """Make many properties; those that cannot be made are listed."""
    kind, outcome = portal.schema.get(segment), Outcome()
    for place, each in enumerate(limited(request.read(Definitions).inputs, _BATCH)):
        try:
            outcome.results.append((place, encode(made(portal, kind, each).shown())))
        except ApiError as problem:
            outcome.errors.append(problem.item({"name": [each.name]}, strict=portal.strict_errors))
    return outcome.response(portal, status=201)


def batch_archive(portal: "Portal", request: Request, segment: str) -> Response:
    """Archive many properties."""
    kind = portal.schema.get(segment)
    for each in limited(request.read(Names).inputs, _BATCH):
        _archive(portal, kind, each.name)
    return Response(204)


# -- groups


def groups(portal: "Portal", _request: Request, segment: str) -> Response:
    """Give the groups of a type."""
    return json_response({"results": list(portal.schema.get(segment).groups.values())})


def group(portal: "Portal", _request: Request, segment: str, name: str) -> Response:
    """Give one group."""
    return json_response(_group(portal.schema.get(segment), name))


def _group(kind: ObjectType, name: str) -> dict[str, Any]:
    if name not in kind.groups:
        raise not_found(f"No property group named '{name}' exists")
    return kind.groups[name]


def create_group(portal: "Portal", request: Request, segment: str) -> Response:
    """Make a group."""
    kind, given = portal.schema.get(segment), request.read(GroupBody)
    name = given.name
    if name in kind.groups:
        sub = "Properties.PROPERTY_GROUP_WITH_NAME_EXISTS"
        message = f"A property group named '{name}' already exists."
        raise ApiError("OBJECT_ALREADY_EXISTS", message, status=_CONFLICT, sub_category=sub)
    order = given.display_order
    kind.groups[name] = {"name": name, "label": given.label, "displayOrder": order, "archived": False}
    return json_response(kind.groups[name], status=201)


def change_group(portal: "Portal", request: Request, segment: str, name: str) -> Response:
    """Change a group."""
    found, given = _group(portal.schema.get(segment), name), request.read(GroupChange)
    changed = {"label": given.label, "displayOrder": given.display_order}
    found.update({each: value for each, value in changed.items() if value is not None})
    return json_response(found)


def remove_group(portal: "Portal", _request: Request, segment: str, name: str) -> Response:
    """Take a group away; one with properties stays."""
    kind = portal.schema.get(segment)
    _group(kind, name)
    if any(each.group == name for each in kind.properties.values()):
        raise validation(f"Property group '{name}' still has properties")
    del kind.groups[name]
    return Response(204)
