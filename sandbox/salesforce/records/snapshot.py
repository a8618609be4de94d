"""Writes an org down as JSON and takes it up again: records, custom schema, counters. Sessions and jobs end with it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.salesforce.errors import LoadProblem
from sandbox.salesforce.schema import NUMBERS, Field, Row, SObject
from sandbox.salesforce.standard import enable_multi_currency

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_FORMAT = 1
_KEPT = ("corporate_currency", "multi_currency", "integration_user", "used", "components")
_OBJECT_KEYS = ("name", "label", "plural", "prefix", "money", "sharing", "secured")


def dump(org: "Org") -> dict[str, Any]:
    """Give the state as JSON values; numbers as text, so that they stay exact."""
    return {
        "format": _FORMAT,
        **{name: getattr(org, name) for name in _KEPT},
        "counters": dict(org.ids.counters),
        "hidden": sorted(org.access.hidden),
        "read_only": sorted(org.access.read_only),
        "custom": [_shown(sobject) for sobject in org.schema],
        "tables": {sobject.name: _rows(org, sobject) for sobject in org.schema},
    }


def restore(org: "Org", state: Mapping[str, Any]) -> None:
    """Replace the org's content by the state; LoadProblem when it was written in another format."""
    if state.get("format") != _FORMAT:
        raise LoadProblem(f"state of format {state.get('format')}: expected {_FORMAT}; start without it")
    for name in _KEPT:
        setattr(org, name, state.get(name, {}) if name == "components" else state[name])
    if org.multi_currency:
        enable_multi_currency(org.schema)
    org.ids.counters.clear()
    org.ids.counters.update(state["counters"])
    org.access.hidden = {(sobject, field) for sobject, field in state["hidden"]}
    org.access.read_only = {(sobject, field) for sobject, field in state["read_only"]}
    for declared in state["custom"]:
        _take_custom(org, declared)
    for name, rows in state["tables"].items():
        _take_rows(org, org.schema.get(name), rows)


def _shown(sobject: SObject) -> dict[str, Any]:
    fields = [msgspec.to_builtins(field) for field in sobject.fields.values() if field.custom or sobject.custom]
    return {key: getattr(sobject, key) for key in _OBJECT_KEYS} | {"fields": fields}


def _take_custom(org: "Org", declared: Mapping[str, Any]) -> None:
    if declared["name"] not in org.schema:
        org.schema.add(SObject(**{key: declared[key] for key in _OBJECT_KEYS}))
    for field in declared["fields"]:
        org.schema.add_field(declared["name"], msgspec.convert(field, Field))


def _rows(org: "Org", sobject: SObject) -> list[dict[str, Any]]:
    rows = org.tables[sobject.name].rows.values()
    return [{name: str(each) if isinstance(each, Decimal) else each for name, each in row.items()} for row in rows]


def _take_rows(org: "Org", sobject: SObject, rows: list[dict[str, Any]]) -> None:
    table = org.tables[sobject.name]
    for record_id in list(table.rows):
        table.remove(record_id)
    numbers = [field.name for field in sobject.fields.values() if field.type in NUMBERS]
    org.tables.load(sobject.name, (_exact(row, numbers) for row in rows))


def _exact(row: dict[str, Any], numbers: list[str]) -> Row:
    return {**row, **{name: Decimal(row[name]) for name in numbers if row.get(name) is not None}}
