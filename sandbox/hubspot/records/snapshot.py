"""Writes a portal down as JSON and takes it up again. Search sees everything at once then; tokens and faults end."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.records.people import Owner
from sandbox.hubspot.records.pipelines import Pipeline, Stage
from sandbox.hubspot.records.tables import Record, Table, Version
from sandbox.hubspot.schema import ObjectType, Property

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_FORMAT = 1
_KEPT = ("id", "zone", "account_type", "used", "ids")
_TYPE_KEYS = ("id", "singular", "plural", "label", "defaults", "required", "searchable", "groups", "custom")


def dump(portal: "Portal") -> dict[str, Any]:
    """Give the state as JSON values."""
    return {
        "format": _FORMAT,
        **{name: getattr(portal, name) for name in _KEPT},
        "types": [_type(kind) for kind in portal.schema],
        "tables": {kind: _rows(table) for kind, table in portal.tables.items()},
        "links": portal.links.dump(),
        "splits": portal.splits.dump(),
        "owners": [msgspec.to_builtins(owner) for owner in portal.owners],
        "teams": portal.owners.teams,
        "views": portal.views.dump(),
        "pipelines": [_pipeline(pipeline) for pipeline in portal.pipelines],
        "currency": portal.currencies.company,
        "rates": [[rate.code, f"{rate.rate:f}", rate.effective_ms] for rate in portal.currencies],
    }


def restore(portal: "Portal", state: Mapping[str, Any]) -> None:
    """Fill a new portal with the state; LoadProblem when it was written in another format."""
    if state.get("format") != _FORMAT:
        raise LoadProblem(f"state of format {state.get('format')}: expected {_FORMAT}; start without it")
    for name in _KEPT:
        setattr(portal, name, state[name])
    for declared in state["types"]:
        _take_type(portal, declared)
    for kind, rows in state["tables"].items():
        _take_rows(portal.tables[kind], rows)
    portal.links.restore(state["links"])
    portal.splits.restore(state["splits"])
    portal.owners.teams = dict(state["teams"])
    for owner in state["owners"]:
        portal.owners.add(msgspec.convert(owner, Owner, strict=False))
    portal.views.restore(state.get("views", ()))
    for pipeline in state["pipelines"]:
        portal.pipelines.add(_pipeline_of(pipeline))
    portal.currencies.company = state["currency"]
    for code, rate, effective_ms in state["rates"]:
        portal.currencies.add(code, Decimal(rate), effective_ms)
    portal.reindex()


def _type(kind: ObjectType) -> dict[str, Any]:
    shown = {name: getattr(kind, name) for name in _TYPE_KEYS}
    return shown | {
        name: [msgspec.to_builtins(each) for each in held.values()]
        for name, held in (("properties", kind.properties), ("gone", kind.gone))
    }


def _take_type(portal: "Portal", declared: Mapping[str, Any]) -> None:
    kind = portal.schema.find(declared["id"])
    if kind is None:
        lists = {name: tuple(declared[name]) for name in ("defaults", "required", "searchable")}
        kind = ObjectType(**{name: declared[name] for name in _TYPE_KEYS} | lists)
        portal.schema.add(kind, f"p_{(kind.custom or {}).get('name')}")
        portal.open_table(kind)
    kind.groups = dict(declared["groups"])
    kind.properties = {each["name"]: msgspec.convert(each, Property) for each in declared["properties"]}
    kind.gone = {each["name"]: msgspec.convert(each, Property) for each in declared["gone"]}


def _rows(table: Table) -> dict[str, Any]:
    records = [*table.live.values(), *table.archived.values()]
    return {
        "records": [[each.id, each.values, each.created_ms, each.updated_ms, each.archived_ms] for each in records],
        "merged": [[old, new] for old, new in table.merged.items()],
        "history": [
            [record, name, [[v.value, v.at_ms, v.source_type, v.source_id] for v in versions]]
            for record, held in table.history.items()
            for name, versions in held.items()
        ],
    }


def _take_rows(table: Table, rows: Mapping[str, Any]) -> None:
    table.fill(Record(*row) for row in rows["records"])
    table.merged = dict(rows["merged"])
    for record, name, versions in rows["history"]:
        table.history.setdefault(record, {})[name] = [Version(*version) for version in versions]


def _pipeline(pipeline: Pipeline) -> dict[str, Any]:
    held = ("id", "label", "order", "created_ms", "changed_ms")
    stages = [msgspec.to_builtins(stage) for stage in pipeline.stages.values()]
    return {name: getattr(pipeline, name) for name in held} | {"stages": stages}


def _pipeline_of(shown: Mapping[str, Any]) -> Pipeline:
    stages = [msgspec.convert(stage, Stage) for stage in shown["stages"]]
    return Pipeline(**{**shown, "stages": {stage.id: stage for stage in stages}})
