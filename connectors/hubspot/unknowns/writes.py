"""What only a write tells: one property of our own, written on a deal or two, and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import requests

from connectors.answers import json_reader
from connectors.check import Check
from connectors.hubspot.batches import Answer
from connectors.hubspot.describe import describe
from connectors.hubspot.errors import Answered, Detail, Problem
from connectors.hubspot.lists import by_id
from connectors.hubspot.records import listed
from connectors.hubspot.search import MILLISECOND, changed_ids
from connectors.hubspot.selection import Selection
from connectors.hubspot.session import Connection
from connectors.hubspot.setup import ignored
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.unknowns.finding import Finding, found_out
from connectors.hubspot.verdicts import PORTAL_RULES, sent
from connectors.port import ConnectorError, Refused
from engine.model import Change, Sent, Verdict

PROBE = "tallystick_probe"
DEALS_TRIED = 5
LAG_S_MAX, PAUSE_S = 120, 5
PROBE_DEFINITION = {
    "name": PROBE,
    "label": "Tallystick probe",
    "description": "Made and removed by doctor --write.",
    "groupName": "dealinformation",
    "type": "number",
    "fieldType": "number",
    "formField": False,
    "options": [],
}
BAD = "no number"
READ_ONLY = ("hs_is_closed_won", "hs_createdate")
"""Properties that every portal has and works out itself."""


def write_unknowns(connection: Connection, name: str, lag: timedelta) -> list[Check]:
    """Create a property of our own, write it, read it back, look at what that did, and take it away again."""
    try:
        return _with_property(connection, name, lambda: _tried(connection, name, lag))
    except ConnectorError as problem:
        return [Check("write and read back", ok=False, message=str(problem))]


def _with_property(connection: Connection, name: str, attempt: Callable[[], list[Check]]) -> list[Check]:
    api = connection.hubspot.crm.properties.core_api
    connection.ask(api.create, name, PROBE_DEFINITION, read=ignored)
    try:
        return attempt()
    finally:
        connection.ask(api.archive, name, PROBE, read=ignored)


def _tried(connection: Connection, name: str, lag: timedelta) -> list[Check]:
    deals = connection.ask(connection.hubspot.crm.objects.basic_api.get_page, name, read=listed, limit=DEALS_TRIED)
    ids = [deal.id for deal in deals.results]
    target = HubspotTarget(connection, {name: [PROBE]})
    change, blocked = _round_trip(target, name, ids)
    rules = found_out("rules of the portal", lambda: _rules(blocked))
    if change is None:
        message = "the property was created; there is no deal yet to write it on"
        if blocked:
            message = f"{len(blocked)} deals were tried, and each was {blocked[0].message}"
        return [Check("write and read back", ok=not blocked, message=message), rules]
    message = "a value was written on one deal and came back the same"
    return [
        Check("write and read back", ok=True, message=message),
        rules,
        *_found(connection, target, change, ids, lag),
    ]


def _found(
    connection: Connection, target: HubspotTarget, change: Change, ids: Sequence[str], lag: timedelta
) -> Iterator[Check]:
    yield found_out("lag of the search index", lambda: _index_lag(connection, change, lag))
    yield found_out("write that changes nothing", lambda: _same_again(connection, target, change))
    yield found_out("write of a read-only property", lambda: _read_only(connection, change))
    others = [each for each in ids if each != change.record_id]
    yield found_out("bad value with trace ids", lambda: _with_trace(connection, change, others))
    yield found_out("bad value without trace ids", lambda: _without_trace(connection, change, others))


def _round_trip(target: HubspotTarget, name: str, ids: Sequence[str]) -> tuple[Change | None, list[Sent]]:
    """The write that was made, and the answers of deals that a rule of the portal did not let be written."""
    blocked: list[Sent] = []
    for record_id in ids:
        change = Change(name, record_id, ((PROBE, "1234.50"),))
        answer = _write(target, change)
        if answer.verdict is Verdict.WRITTEN:
            if target.read(name, [record_id], [PROBE])[record_id][PROBE] != "1234.50":
                raise Refused("HubSpot gives back another value than the one that was written.", code="READ_BACK")
            return change, blocked
        if answer.code not in PORTAL_RULES:
            raise Refused(f"deal {record_id}: {answer.code} {answer.message}.", code=answer.code)
        blocked.append(answer)
    return None, blocked


def _write(target: HubspotTarget, change: Change) -> Sent:
    (answer,) = (answer for batch in target.write(change.object, [change]) for answer in batch)
    return answer


def _rules(blocked: Sequence[Sent]) -> Finding:
    assumed = "rules may refuse a write of a property that they do not name"
    meaning = "Such a write is parked and named in `worker.py issues`."
    if not blocked:
        return Finding("no rule stood against the deal that was written", assumed, None, meaning)
    deals = ", ".join(answer.change.record_id for answer in blocked)
    return Finding(f"deal {deals} was refused: {blocked[0].message}", assumed, same=True, meaning=meaning)


def _changed_at(connection: Connection, change: Change) -> datetime:
    """The stamp of the record now."""
    (found,) = by_id(connection, Selection(change.object, change.object, {}, (), ()), [change.record_id])
    return datetime.fromisoformat(found.updatedAt)


def _index_lag(connection: Connection, change: Change, lag: timedelta) -> Finding:
    """How far behind the search index is here."""
    changed_at, waited_s = _changed_at(connection, change), PAUSE_S
    while waited_s <= LAG_S_MAX and not _indexed(connection, change, changed_at):
        connection.sleep(PAUSE_S)
        waited_s += PAUSE_S
    allowed_s, shown = lag.total_seconds(), waited_s <= LAG_S_MAX
    found = f"the index {'showed' if shown else 'did not show'} a change within {min(waited_s, LAG_S_MAX)} s"
    same = shown and waited_s <= allowed_s
    meaning = "Changes are seen by the next cycle."
    if not same:
        meaning = "Changes may be seen only after `settled_minutes`; a longer `index_lag_seconds` is better here."
    return Finding(found, f"within {allowed_s:.0f} s (`index_lag_seconds`)", same, meaning)


def _indexed(connection: Connection, change: Change, changed_at: datetime) -> bool:
    groups = changed_ids(connection, change.object, changed_at, changed_at + MILLISECOND, in_order=False)
    return any(record_id == change.record_id for group in groups for record_id, _ in group)


def _same_again(connection: Connection, target: HubspotTarget, change: Change) -> Finding:
    before = _changed_at(connection, change)
    _write(target, change)
    moved = _changed_at(connection, change) != before
    found = f"writing the same once more {'moved' if moved else 'left'} the deal's stamp"
    meaning = "Either is coped with: what changed is told by content, and only values that differ are written."
    return Finding(found, "it moves the stamp", moved, meaning)


def _read_only(connection: Connection, change: Change) -> Finding:
    """Its own value is sent, so that nothing changes even where HubSpot takes it."""
    assumed = "READ_ONLY_VALUE"
    described = describe(connection, change.object)
    known = described.by_name() if described else {}
    name = next((each for each in READ_ONLY if each in known and not known[each].writable), None)
    meaning = "The worker asks first what is read-only, and writes no such property."
    if name is None:
        return Finding("there is no property to try it on", assumed, None, meaning)
    (found,) = by_id(connection, Selection(change.object, change.object, {name: ""}, (), ()), [change.record_id])
    inputs = [_input(change.record_id, {name: found.properties[name] or ""})]
    code = _code(change, lambda: _batch(connection, change.object, inputs)[1].errors)
    return Finding(f"{name}: {code or 'taken without a word'}", assumed, code == assumed, meaning)


def _code(change: Change, attempt: Callable[[], Sequence[Detail]]) -> str:
    problems: Sequence[Detail | Problem]
    try:
        problems = attempt()
    except Answered as refused:
        problems = [refused.problem]
    return next((each.code for problem in problems for each in sent([change], problem)), "")


def _with_trace(connection: Connection, change: Change, others: Sequence[str]) -> Finding:
    found = _one_bad(connection, change, others, traced=True)
    assumed = "the bad one alone is refused, by its trace id"
    meaning = "A batch that is refused whole is halved until the bad record stands alone: some 14 calls more for each."
    return Finding(found or "there is no second deal", assumed, found == assumed if found else None, meaning)


def _without_trace(connection: Connection, change: Change, others: Sequence[str]) -> Finding:
    found = _one_bad(connection, change, others, traced=False)
    assumed = "the whole batch is refused"
    meaning = "Nothing hangs on it: the worker sends trace ids."
    return Finding(found or "there is no second deal", assumed, found == assumed if found else None, meaning)


def _one_bad(connection: Connection, change: Change, others: Sequence[str], *, traced: bool) -> str:
    """What becomes of a batch in which another deal's value is no number: nothing of it can be stored."""
    if not others:
        return ""
    inputs = [_input(change.record_id, dict(_texts(change))), _input(others[0], {PROBE: BAD})]
    if traced:
        inputs = [each | {"objectWriteTraceId": each["id"]} for each in inputs]
    try:
        status, answer = _batch(connection, change.object, inputs)
    except Answered as refused:
        return "the whole batch is refused" if refused.status == requests.codes.bad_request else str(refused)
    if [record.id for record in answer.results] != [change.record_id]:
        return f"{status} with {len(answer.results)} written"
    keys = {key for error in answer.errors for key in error.context}
    word = "its trace id" if "objectWriteTraceId" in keys else "its id" if "ids" in keys else "no name"
    return f"the bad one alone is refused, by {word}"


def _texts(change: Change) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in change.fields)


def _input(record_id: str, properties: Mapping[str, str]) -> dict[str, Any]:
    return {"id": record_id, "properties": dict(properties)}


def _batch(connection: Connection, name: str, inputs: Sequence[Mapping[str, Any]]) -> tuple[int, Answer]:
    """One batch update, read however it ends well."""
    decode = json_reader(Answer)
    api = connection.hubspot.crm.objects.batch_api
    return connection.ask(api.update, name, {"inputs": list(inputs)}, read=lambda got: (got.status_code, decode(got)))
