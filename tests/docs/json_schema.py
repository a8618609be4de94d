"""As much of JSON Schema as editors need for our files: enough to prove that good files have no red lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
KNOWN = frozenset(
    [
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "examples",
        "default",
        "type",
        "enum",
        "const",
        "pattern",
        "anyOf",
        "oneOf",
        "properties",
        "required",
        "patternProperties",
        "additionalProperties",
        "items",
        "minItems",
        "minProperties",
        "propertyNames",
    ]
)


def complaints(schema: dict[str, Any], value: Any, root: dict[str, Any], path: str = "") -> Iterator[str]:
    """What a validator would mark; a keyword that it does not know is an error of ours."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        yield from complaints(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, root, path)
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or _is_bool_as_number(schema, value)):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not in {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    yield from _alternatives(schema, value, root, path)
    if isinstance(value, dict):
        yield from _entries(schema, value, root, path)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{path}: too few"
        for position, item in enumerate(value):
            yield from complaints(schema.get("items", {}), item, root, f"{path}[{position}]")


def _is_bool_as_number(schema: dict[str, Any], value: Any) -> bool:
    return isinstance(value, bool) and schema["type"] in ("integer", "number")


def _alternatives(schema: dict[str, Any], value: Any, root: dict[str, Any], path: str) -> Iterator[str]:
    for keyword, fits in (("anyOf", lambda n: n >= 1), ("oneOf", lambda n: n == 1)):
        if keyword in schema:
            found = [list(complaints(entry, value, root, path)) for entry in schema[keyword]]
            if not fits(sum(not each for each in found)):
                yield f"{path}: fits {keyword} wrongly: {found}"


def _entries(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any], path: str) -> Iterator[str]:
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: too few"
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}: {name} is missing"
    for name, entry in value.items():
        yield from complaints(schema.get("propertyNames", {}), name, root, f"{path}.{name}")
        pattern = next((p for p in schema.get("patternProperties", {}) if re.search(p, name)), None)
        if name in schema.get("properties", {}):
            yield from complaints(schema["properties"][name], entry, root, f"{path}.{name}")
        elif pattern is not None:
            yield from complaints(schema["patternProperties"][pattern], entry, root, f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}: {name} is unknown"
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from complaints(schema["additionalProperties"], entry, root, f"{path}.{name}")
