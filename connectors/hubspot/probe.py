"""What `doctor` asks of a portal: each promise the worker needs, tried, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors.check import Check, checked, clock_check, tried, usage_check
from connectors.hubspot.lists import by_id
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.records import listed
from connectors.hubspot.search import MILLISECOND, changed_ids
from connectors.hubspot.selection import Selection
from connectors.hubspot.session import Connection
from connectors.hubspot.setup import ignored
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.target import HubspotTarget
from connectors.mapping import CrmMapping
from connectors.port import ConnectorError, Refused, same_org
from engine.model import Change, Issue, Verdict

PROBE = "tallystick_probe"
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


def probe(
    connection: Connection, mapping: CrmMapping, *, pinned: str | None, now: Callable[[], datetime]
) -> list[Check]:
    """All checks; without a portal that answers only the first."""
    source = HubspotSource(connection, mapping, lag=Lag(), seen=Seen())
    portal = tried("portal", lambda: _portal(source, pinned))
    if not portal.ok:
        return [portal]
    return [
        portal,
        clock_check("HubSpot", connection.server_date, now()),
        usage_check("account", connection.budget),
        *_reads(source),
        *_writes(HubspotTarget(connection, {}), mapping),
    ]


def round_trip(connection: Connection, mapping: CrmMapping) -> Check:
    """Create a property of our own, write it on one deal, read it back, and take it away again."""
    return tried("write and read back", lambda: _round_trip(connection, mapping.deal_object))


def _round_trip(connection: Connection, name: str) -> str:
    crm = connection.hubspot.crm
    connection.ask(crm.properties.core_api.create, name, PROBE_DEFINITION, read=ignored)
    try:
        deals = connection.ask(crm.objects.basic_api.get_page, name, read=listed, limit=1).results
        if not deals:
            return "the property was created; there is no deal yet to write it on"
        target = HubspotTarget(connection, {name: [PROBE]})
        change = Change(name, deals[0].id, ((PROBE, "1234.50"),))
        _write(target, change)
        if target.read(name, [change.record_id], [PROBE])[change.record_id][PROBE] != "1234.50":
            raise Refused("HubSpot gives back another value than the one that was written.", code="READ_BACK")
        told = ["a value was written on one deal and came back the same", _index_lag(connection, change)]
        return "; ".join([*told, _same_again(connection, target, change)])
    finally:
        connection.ask(crm.properties.core_api.archive, name, PROBE, read=ignored)


def _write(target: HubspotTarget, change: Change) -> None:
    (sent,) = (sent for batch in target.write(change.object, [change]) for sent in batch)
    if sent.verdict is not Verdict.WRITTEN:
        raise Refused(f"deal {change.record_id}: {sent.code} {sent.message}.", code=sent.code)


def _changed_at(connection: Connection, change: Change) -> datetime:
    """The stamp of the record now."""
    (found,) = by_id(connection, Selection(change.object, change.object, {}, (), ()), [change.record_id])
    return datetime.fromisoformat(found.updatedAt)


def _index_lag(connection: Connection, change: Change) -> str:
    """How far behind the search index is here: HubSpot does not say."""
    changed_at = _changed_at(connection, change)
    for waited_s in range(0, LAG_S_MAX, PAUSE_S):
        window = changed_at, changed_at + MILLISECOND
        groups = changed_ids(connection, change.object, *window, in_order=False)
        if any(record_id == change.record_id for group in groups for record_id, _ in group):
            return f"the search index showed it within {waited_s + PAUSE_S} s"
        connection.sleep(PAUSE_S)
    return f"the search index did not show it within {LAG_S_MAX} s, which `index_lag_seconds` should be longer than"


def _same_again(connection: Connection, target: HubspotTarget, change: Change) -> str:
    """Whether a write that changes nothing counts as a change here: HubSpot does not say."""
    before = _changed_at(connection, change)
    _write(target, change)
    moved = _changed_at(connection, change) != before
    return f"writing it once more {'moved' if moved else 'left'} the deal's stamp"


def _portal(source: HubspotSource, pinned: str | None) -> str:
    found = source.organization()
    if pinned is not None:
        same_org(pinned, found)
    kind = "not a production portal" if found.is_sandbox else "production"
    return f"{found.name} ({kind}, {found.zone}, {found.currency or 'no company currency'})"


def _reads(source: HubspotSource) -> Iterator[Check]:
    for name in source.wanted:
        yield tried(f"read {name}", lambda name=name: source.readable(name))  # type: ignore[misc]  # a bound default
    for issue in _optional(source):
        yield Check(f"read {issue.subject}", ok=True, message=issue.message, remedy=issue.remedy)


def _optional(source: HubspotSource) -> tuple[Issue, ...]:
    try:
        return source.issues()
    except ConnectorError:  # its own check has failed already
        return ()


def _writes(target: HubspotTarget, mapping: CrmMapping) -> Iterator[Check]:
    fields = target.fields(mapping.deal_object)
    owners = [(f"{who} owner", each.field) for who, each in mapping.ownership.items() if each.policy != "flag"]
    for outcome, name in [*mapping.write.items(), *owners]:
        info = fields.get(name)
        path = f"{mapping.deal_object}.{name}"
        message = f"{outcome} can be written" if info and info.writable else "does not exist, or nobody may set it"
        yield checked(
            f"write {path}", message, ok=bool(info and info.writable), remedy="Run `worker.py setup --apply`."
        )
