"""Records by the hundred. A batch may partly fail: then the answer is 207 and lists what did."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from sandbox.hubspot.bodies import Batch, Row
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, validation
from sandbox.hubspot.records import writing
from sandbox.hubspot.records.render import with_members
from sandbox.hubspot.records.tables import Record, number_of
from sandbox.hubspot.rest import objects
from sandbox.hubspot.schema import ALWAYS, ObjectType
from sandbox.hubspot.wire import Request, Response, encode, raw_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

MOST, MOST_WITH_HISTORY = 100, 50
_OF_ALL = frozenset({"CONFLICT", "LIMIT_EXCEEDED"})
"""What is wrong with the whole batch. How HubSpot says that a portal is full is not documented; this is the worst."""
Input = TypeVar("Input")


@dataclass(slots=True)
class Outcome:
    """What became of the inputs."""

    results: list[tuple[int, bytes]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def response(self, portal: "Portal", *, status: int = 200) -> Response:
        """Answer: results in the order of their ids, whatever the order of the inputs."""
        now = iso(portal.now_ms()).encode()
        shown = b",".join(text for _, text in sorted(self.results, key=lambda each: each[0]))
        stamps = b'],"startedAt":"' + now + b'","completedAt":"' + now + b'"'
        failed = b""
        if self.errors:
            failed = b',"numErrors":%d,"errors":' % len(self.errors) + encode(self.errors)
        return raw_response(
            b'{"status":"COMPLETE","results":[', shown, stamps, failed, b"}", status=207 if self.errors else status
        )


def limited(inputs: list[Input] | None, most: int) -> list[Input]:
    """Give the inputs; none at all is no error. Too many are refused."""
    if len(inputs or ()) > most:
        raise validation(f"The maximum number of inputs is {most}, and there were {len(inputs or ())}")
    return inputs or []


def _refuse_repeated(inputs: Sequence[Row]) -> None:
    counts = Counter((each.id_property, each.text) for each in inputs)
    repeated = [identity for (_, identity), count in counts.items() if count > 1]
    if repeated:
        message = f"Duplicate IDs found in batch input: [{', '.join(repeated)}]. IDs must be unique"
        raise validation(message, context={"ids": repeated})


def read(portal: "Portal", request: Request, segment: str) -> Response:
    """Give the records of many ids; those that are not there are listed in one error."""
    kind, body = portal.schema.get(segment), request.read(Batch)
    history = tuple(body.properties_with_history or ())
    inputs = limited(body.inputs, MOST_WITH_HISTORY if history else MOST)
    archived, name = request.flag("archived"), body.id_property
    wanted = {each.text: _find(portal, kind, name, each.text, archived=archived) for each in inputs}
    records = list({record.id: record for record in wanted.values() if record}.values())
    shown = portal.rendered.many(kind, records, tuple(body.properties or ()))
    if history:
        pairs = zip(records, shown, strict=True)
        shown = [objects.with_history(portal, kind, record, text, history) for record, text in pairs]
    outcome = Outcome([(record.id, text) for record, text in zip(records, shown, strict=True)])
    missing = [text for text, record in wanted.items() if record is None]
    if missing:
        outcome.errors.append(_missing(portal, kind, missing))
    return outcome.response(portal)


def _find(portal: "Portal", kind: ObjectType, name: str | None, text: str, *, archived: bool) -> Record | None:
    """Find a record; ids that were merged away are not followed here."""
    table = portal.tables[kind.id]
    if name and name != ALWAYS[2]:
        return objects.by_unique(table, name, text)
    if archived:
        return table.archived.get(number_of(text))
    return table.find(text)


def _missing(portal: "Portal", kind: ObjectType, ids: list[str]) -> dict[str, Any]:
    message = f"Could not get some {kind.code} objects, they may be deleted or not exist. Check that ids are valid."
    return ApiError("OBJECT_NOT_FOUND", message).item({"ids": ids}, strict=portal.strict_errors)


def _each(
    portal: "Portal", request: Request, inputs: Sequence[Row], run: Callable[[Row], tuple[int, bytes]]
) -> Outcome:
    """Run a write for every input. One without a trace id that fails takes the whole batch with it."""
    outcome = Outcome()
    failing = _failing(request)
    for place, each in enumerate(inputs):
        trace = each.object_write_trace_id
        try:
            if place in failing:
                raise failing[place]
            outcome.results.append(run(each))
        except ApiError as problem:
            context = {"objectWriteTraceId": [trace]} if trace else {"ids": [each.text]}
            outcome.errors.append(problem.item(context, strict=portal.strict_errors))
    return outcome


def _failing(request: Request) -> dict[int, ApiError]:
    rule = request.struck_by("partial_failure")
    if rule is None:
        return {}
    category, message = rule.args.get("category", "VALIDATION_ERROR"), rule.args.get("message", "told to fail")
    return {int(place): ApiError(str(category), str(message)) for place in rule.args.get("positions", (0,))}


def update(portal: "Portal", request: Request, segment: str) -> Response:
    """Change many records."""
    kind = portal.schema.get(segment)
    inputs = limited(request.read(Batch).inputs, MOST)
    _refuse_repeated(inputs)
    found = {place: _target(portal, kind, each) for place, each in enumerate(inputs)}
    known = [(each, record) for place, each in enumerate(inputs) if (record := found[place]) is not None]
    _refuse_whole(portal, request, kind, known)
    records = {id(each): record for each, record in known}

    def run(each: Row) -> tuple[int, bytes]:
        return _save(portal, request, kind, each, records[id(each)])

    outcome = _each(portal, request, [each for each, _ in known], run)
    outcome.errors += [_missing(portal, kind, [each.text]) for place, each in enumerate(inputs) if found[place] is None]
    return outcome.response(portal)


def _target(portal: "Portal", kind: ObjectType, each: Row) -> Record | None:
    return _find(portal, kind, each.id_property, each.text, archived=False)


def _refuse_whole(
    portal: "Portal", request: Request, kind: ObjectType, pairs: Sequence[tuple[Row, Record | None]]
) -> None:
    """A bad value in an input that does not fail alone refuses the batch before anything is written."""
    habits = portal.habits
    for each, record in pairs:
        if not (habits.isolate_with_trace if each.object_write_trace_id else habits.isolate_without_trace):
            writing.checked(portal, kind, each.values, record, objects.writer(portal, request))


def _save(portal: "Portal", request: Request, kind: ObjectType, each: Row, record: Record) -> tuple[int, bytes]:
    objects.check_lock(portal, record.id)
    given, write = each.values, objects.writer(portal, request)
    new = writing.update(portal, kind, portal.tables[kind.id].live[record.id], given, write)
    return new.id, objects.with_warnings(objects.echo(portal, kind, new, given), write)


def create(portal: "Portal", request: Request, segment: str) -> Response:
    """Make many records."""
    kind = portal.schema.get(segment)
    inputs = limited(request.read(Batch).inputs, MOST)
    _refuse_whole(portal, request, kind, [(each, None) for each in inputs])

    def run(each: Row) -> tuple[int, bytes]:
        given, write = each.values, objects.writer(portal, request)
        links = objects.links_of(portal, kind, each.associations)
        record = writing.create(portal, kind, given, links, write)
        return record.id, objects.with_warnings(objects.echo(portal, kind, record, given), write)

    return _each(portal, request, inputs, run).response(portal, status=201)


def upsert(portal: "Portal", request: Request, segment: str) -> Response:
    """Make or change records by a unique property. A conflict refuses the whole batch, and so does a full portal."""
    kind = portal.schema.get(segment)
    inputs = limited(request.read(Batch).inputs, MOST)
    _refuse_repeated(inputs)
    keyed = [(_keyed(each), _target(portal, kind, each)) for each in inputs]
    _refuse_conflicts(portal, request, kind, keyed)
    _refuse_whole(portal, request, kind, keyed)
    targets = {id(each): record for each, record in keyed}

    def run(each: Row) -> tuple[int, bytes]:
        record = targets[id(each)]
        if record is not None:
            identity, text = _save(portal, request, kind, each, record)
            return identity, with_members(text, new=False)
        new = writing.create(portal, kind, each.values, (), objects.writer(portal, request))
        return new.id, with_members(objects.echo(portal, kind, new, each.values), new=True)

    return _each(portal, request, [each for each, _ in keyed], run).response(portal)


def _keyed(each: Row) -> Row:
    """Give an input whose properties say what it is found by."""
    named = {each.id_property: each.text} if each.id_property else {}
    return replace(each, properties=named | each.values)


def _refuse_conflicts(
    portal: "Portal", request: Request, kind: ObjectType, pairs: Sequence[tuple[Row, Record | None]]
) -> None:
    for each, record in pairs:
        try:
            writing.checked(portal, kind, each.values, record, objects.writer(portal, request))
        except ApiError as problem:
            if problem.category in _OF_ALL:
                raise


def archive(portal: "Portal", request: Request, segment: str) -> Response:
    """Put many records into the recycle bin; those that are not there are no error."""
    kind = portal.schema.get(segment)
    for each in limited(request.read(Batch).inputs, MOST):
        record = portal.tables[kind.id].find(each.text)
        if record is not None:
            objects.check_lock(portal, record.id)
            writing.archive(portal, kind, record)
    return Response(204)
