"""Saving records: what is checked, what is kept, what follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, InvalidValue, invalid_values, validation
from sandbox.hubspot.records.associations import Label
from sandbox.hubspot.records.calculated import calculation
from sandbox.hubspot.records.tables import Record, Table, Version
from sandbox.hubspot.records.values import day_of, stored
from sandbox.hubspot.schema import ObjectType

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Values = dict[str, str]
Link = tuple[Label, int]
STRICT_VERSION = "2026-09"
"""The version from which writes obey what administrators demand of records."""
DEAL, LINE = "0-3", "0-8"


@dataclass(slots=True, kw_only=True)
class Write:
    """Who writes, through which version, and what was put right on the way."""

    source_type: str = "INTEGRATION"
    source_id: str = ""
    version: str = "legacy"
    warnings: list[dict[str, Any]] = field(default_factory=list)


def checked(portal: "Portal", kind: ObjectType, given: Mapping[str, Any], old: Record | None, write: Write) -> Values:
    """Give the texts to keep of the values of a write; every bad value is in the one error."""
    values: Values = {}
    problems: list[tuple[str, InvalidValue]] = []
    for name, value in given.items():
        try:
            values[name] = _value(portal, portal.tables[kind.id], (name, value), old, write)
        except InvalidValue as problem:
            problems.append((name, problem))
    if not problems:
        problems = _stage_problem(portal, kind, values, old)
    if problems:
        raise invalid_values(portal.id, problems)
    _check_demanded(portal, kind, values, old, write)
    return values


def _value(portal: "Portal", table: Table, written: tuple[str, Any], old: Record | None, write: Write) -> str:
    name, value = written
    definition = table.kind.properties.get(name)
    if definition is None:
        raise InvalidValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only or portal.read_only(table.kind, name):
        raise InvalidValue(portal.habits.read_only_code, f'"{name}" is a read only property')
    if definition.type == "date" and write.version == STRICT_VERSION and (day := day_of(str(value))):
        write.warnings.append(_normalised(name, str(value), day))
        value = day
    text = stored(portal, definition, value)
    holder = table.by_key(name, text) if definition.unique and text else None
    if holder is not None and (old is None or holder.id != old.id):
        raise ApiError("CONFLICT", f"{table.kind.label} already exists. Existing ID: {holder.id}", status=409)
    return text


def _normalised(name: str, raw: str, kept: str) -> dict[str, Any]:
    return {
        "category": "PROPERTY_VALUE_NORMALIZED",
        "message": f"The value of {name} was set to midnight UTC",
        "context": {"propertyName": [name], "rawValue": [raw], "normalizedValue": [kept]},
    }


def _stage_problem(
    portal: "Portal", kind: ObjectType, values: Values, old: Record | None
) -> list[tuple[str, InvalidValue]]:
    """A deal's stage is one of its pipeline's."""
    if kind.id != DEAL or not {"dealstage", "pipeline"} & set(values):
        return []
    held = {**(old.values if old else {"pipeline": "default"}), **values}
    home = portal.pipelines.holds(held.get("dealstage", ""))
    if home is None or home.id == held.get("pipeline"):
        return []
    message = f"{held['dealstage']} is not a stage of pipeline {held.get('pipeline')}"
    return [("dealstage", InvalidValue("INVALID_OPTION", message))]


def _check_demanded(portal: "Portal", kind: ObjectType, values: Values, old: Record | None, write: Write) -> None:
    """New records need their required properties; since 2026-09 the administrator's rules count too."""
    if old is None:
        missing = [name for name in kind.required if not values.get(name)]
        if missing:
            message = f"Error creating {kind.code}. Some required properties were not set."
            raise validation(message, context={"properties": missing})
    held = {**(old.values if old else {}), **values}
    for refused, predicate, problem in portal.refusals:
        if refused == kind.id and predicate(held, old.id if old else None):
            raise problem
    if write.version != STRICT_VERSION:
        return
    for rule in portal.demands:
        if rule.object == kind.plural and rule.breaks(held, creating=old is None):
            raise validation("The property values provided are invalid", errors=[rule.shown()])


def create(portal: "Portal", kind: ObjectType, given: Mapping[str, Any], links: Iterable[Link], write: Write) -> Record:
    """Make a record."""
    values = checked(portal, kind, given, None, write)
    if kind.id == DEAL:
        values.setdefault("pipeline", "default")
    now = portal.now_ms()
    kept = {name: text for name, text in values.items() if text} | _follow(kind, {}, values, now)
    record = Record(portal.mint(kind.id), kept, now, now)
    portal.tables[kind.id].put(record)
    for label, target in links:
        portal.links.link(label, record.id, target)
    return record


def update(portal: "Portal", kind: ObjectType, record: Record, given: Mapping[str, Any], write: Write) -> Record:
    """Change a record. A write that changes nothing moves the stamp only if the portal is told so."""
    return save(portal, kind, record, checked(portal, kind, given, record, write), write)


def save(portal: "Portal", kind: ObjectType, record: Record, values: Values, write: Write) -> Record:
    """Keep checked values."""
    changed = {name: text for name, text in values.items() if text != record.values.get(name, "")}
    if not changed and not portal.habits.bump_on_no_op:
        return record
    now = portal.now_ms()
    changed |= _follow(kind, record.values, changed, now)
    _remember(portal, portal.tables[kind.id], record, changed, write)
    new = replace(record, values=record.values | changed, updated_ms=now)
    portal.tables[kind.id].put(new)
    if kind.id == LINE and portal.habits.lines_bump_deals:
        _bump_deals(portal, new)
    return new


def _bump_deals(portal: "Portal", line: Record) -> None:
    """Move the stamps of a line item's deals."""
    deals = portal.tables[DEAL]
    for deal in portal.links.of(LINE, line.id, DEAL):
        if deal in deals.live:
            deals.put(replace(deals.live[deal], updated_ms=line.updated_ms))


def _follow(kind: ObjectType, old: Values, changed: Values, now_ms: int) -> Values:
    """What changes besides: dates of stages, and the amount of a line item."""
    if kind.id == DEAL and "dealstage" in changed:
        entered = {f"hs_v2_date_entered_{changed['dealstage']}": iso(now_ms)}
        left = old.get("dealstage")
        return entered | ({f"hs_v2_date_exited_{left}": iso(now_ms)} if left else {})
    if kind.id == LINE and "amount" not in changed and {"price", "quantity", "discount"} & set(changed):
        held = old | changed
        if held.get("price") and held.get("quantity"):
            unit = Decimal(held["price"]) - Decimal(held.get("discount") or 0)
            return {"amount": f"{unit * Decimal(held['quantity']):f}"}
    return {}


def _remember(portal: "Portal", table: Table, record: Record, changed: Values, write: Write) -> None:
    """Keep what the properties held, newest first."""
    kept, now = table.history.setdefault(record.id, {}), portal.now_ms()
    for name, text in changed.items():
        versions = kept.setdefault(name, [])
        if not versions and record.values.get(name):
            versions.append(first_version(portal, record, name))
        versions.insert(0, Version(text, now, write.source_type, write.source_id))


def first_version(portal: "Portal", record: Record, name: str) -> Version:
    """Give what a property held when the record was made."""
    return Version(record.values.get(name, ""), record.created_ms, "IMPORT", f"portal:{portal.id}")


def versions_of(portal: "Portal", kind: ObjectType, record: Record, name: str) -> list[Version]:
    """Give what a property held, newest first. The history of a value that is worked out always says now."""
    work_out = calculation(kind.id, name)
    if work_out is not None:
        value = work_out(portal, record)
        return [] if value is None else [Version(value, portal.now_ms(), "CALCULATED", "")]
    kept = portal.tables[kind.id].history.get(record.id, {}).get(name)
    if kept:
        return kept[: portal.habits.history_depth]
    return [first_version(portal, record, name)] if name in record.values else []


def archive(portal: "Portal", kind: ObjectType, record: Record) -> None:
    """Put a record into the recycle bin."""
    portal.tables[kind.id].put(replace(record, archived_ms=portal.now_ms()))
    portal.links.version += 1


def restore(portal: "Portal", kind: ObjectType, record: Record) -> None:
    """Take a record out of the recycle bin; its stamp moves."""
    portal.tables[kind.id].put(replace(record, archived_ms=None, updated_ms=portal.now_ms()))
    portal.links.version += 1


def merge(portal: "Portal", kind: ObjectType, primary: Record, other: Record) -> Record:
    """Make one new record of two. The old ids are gone without being archived, and lead to the new one."""
    table, now = portal.tables[kind.id], portal.now_ms()
    ids = [*_merged_ids(primary), str(primary.id), *_merged_ids(other), str(other.id)]
    values = other.values | {name: text for name, text in primary.values.items() if text}
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(ids))
    record = Record(portal.mint(kind.id), values, min(primary.created_ms, other.created_ms), now)
    table.put(record)
    for old in (other, primary):
        portal.links.move(kind.id, old.id, record.id)
        table.remove(old.id, into=record.id)
    if kind.id == DEAL:
        portal.splits.move(other.id, record.id)
        portal.splits.move(primary.id, record.id)
    return record


def _merged_ids(record: Record) -> list[str]:
    return [text for text in record.values.get("hs_merged_object_ids", "").split(";") if text]
