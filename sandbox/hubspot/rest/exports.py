"""Files of records, made aside: a task that is asked for its state, and in the end an address of the file."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.bodies import Export, Search
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, not_found, unsupported, validation
from sandbox.hubspot.records.calculated import value_of
from sandbox.hubspot.records.tables import Record, number_of
from sandbox.hubspot.schema import ObjectType, Property
from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

SCOPE = "crm.export"
_FORMATS, _TYPES = frozenset({"CSV", "XLS", "XLSX"}), frozenset({"LIST", "VIEW"})
_FETCHED_WITHIN_MS = 5 * 60_000
_FILE = re.compile(r"/_exports/([0-9]+)-([0-9]+)\.csv")


@dataclass(frozen=True, slots=True)
class Task:
    """One export, with the records as they were when it was asked for."""

    number: int
    asked_ms: int
    text: str


@dataclass(slots=True)
class Exports:
    """The exports of the portal."""

    tasks: dict[int, Task] = field(default_factory=dict)

    def add(self, now_ms: int, text: str) -> Task:
        """Take up a task."""
        task = Task(len(self.tasks) + 1, now_ms, text)
        self.tasks[task.number] = task
        return task


def start(portal: "Portal", request: Request) -> Response:
    """Take up an export."""
    body = request.read(Export)
    _check(body)
    kind = portal.schema.get(body.object_type)
    task = portal.exports.add(portal.now_ms(), _text(portal, kind, body))
    address = f"http://{request.host}{request.path}/tasks/{task.number}/status"
    return json_response({"id": str(task.number), "links": {"status": address}}, status=202)


def _check(body: Export) -> None:
    if body.export_type not in _TYPES or body.format not in _FORMATS:
        raise validation(f"exportType is one of {sorted(_TYPES)} and format one of {sorted(_FORMATS)}")
    if body.export_type == "LIST":
        raise unsupported("The export of a list")
    if body.format != "CSV":
        raise unsupported(f"The export as {body.format}")
    if body.associated_object_type:
        raise unsupported("The export of associated records")


def status(portal: "Portal", request: Request, text: str) -> Response:
    """Say how far an export is; a finished one gets a new address with every answer."""
    task = portal.exports.tasks.get(number_of(text))
    if task is None:
        raise not_found()
    now, started = portal.now_ms(), task.asked_ms + portal.habits.export_starts_ms
    ends = started + portal.habits.export_takes_ms
    state = "PENDING" if now < started else "PROCESSING" if now < ends else "COMPLETE"
    shown: dict[str, Any] = {
        "status": state,
        "requestedAt": iso(task.asked_ms),
        "startedAt": iso(started),
        "completedAt": iso(ends),
    }
    if state == "COMPLETE":
        shown["result"] = f"http://{request.host}/_exports/{task.number}-{now}.csv"
    return json_response(shown)


def file(portal: "Portal", path: str) -> Response | None:
    """Give the file of an address, which is its own key for some minutes; None for any other address."""
    match = _FILE.fullmatch(path)
    task = portal.exports.tasks.get(int(match[1])) if match else None
    if match is None or task is None:
        return None
    if portal.now_ms() - int(match[2]) > _FETCHED_WITHIN_MS:
        raise ApiError("EXPIRED", "The address has expired; ask for the state of the export again", status=403)
    return Response(200, (task.text.encode(),), "text/csv;charset=utf-8")


def _text(portal: "Portal", kind: ObjectType, body: Export) -> str:
    """The records by line, the number of the record first."""
    options = body.export_internal_values_options or []
    columns = [_column(kind, name) for name in body.object_properties]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["Record ID", *(each.name if "NAMES" in options else each.label for each in columns)])
    shown = _as_it_is if "VALUES" in options else _labelled(portal)
    for record in _chosen(portal, kind, body):
        values = (shown(each, value_of(portal, kind.id, record, each.name) or "") for each in columns)
        writer.writerow([record.id, *values])
    return written.getvalue()


def _column(kind: ObjectType, name: str) -> Property:
    if name not in kind.properties:
        raise validation(f"Property {name!r} does not exist")
    return kind.properties[name]


def _chosen(portal: "Portal", kind: ObjectType, body: Export) -> Iterable[Record]:
    asked = body.public_crm_search_request
    if asked is None:
        return list(portal.tables[kind.id])
    sorts: list[Any] | None = list(asked.sorts) if asked.sorts else None
    return portal.searches.everything(kind, Search(filters=asked.filters, sorts=sorts, query=asked.query))


def _as_it_is(_: Property, value: str) -> str:
    return value


def _labelled(portal: "Portal") -> Callable[[Property, str], str]:
    """Values as people see them: labels of options, stages and pipelines, names of owners."""
    places: dict[str, dict[str, str]] = {
        "dealstage": {stage.id: stage.label for line in portal.pipelines for stage in line.stages.values()},
        "pipeline": {line.id: line.label for line in portal.pipelines},
    }
    names = {str(owner.id): f"{owner.first_name} {owner.last_name}".strip() for owner in portal.owners}

    def shown(definition: Property, value: str) -> str:
        labels = {option.value: option.label for option in definition.options} | places.get(definition.name, {})
        labels |= names if definition.owner else {}
        return ";".join(labels.get(part, part) for part in value.split(";"))

    return shown
