"""What `doctor` asks of a portal: each promise the worker needs, tried, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors.check import Check, checked, clock_check, tried, usage_check
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.records import listed
from connectors.hubspot.session import Connection
from connectors.hubspot.setup import ignored
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.target import HubspotTarget
from connectors.mapping import CrmMapping
from connectors.port import ConnectorError, Refused, same_org
from engine.model import Change, Issue, Verdict

PROBE = "tallystick_probe"
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
        (sent,) = (sent for batch in target.write(name, [change]) for sent in batch)
        if sent.verdict is not Verdict.WRITTEN:
            raise Refused(f"deal {change.record_id}: {sent.code} {sent.message}.", code=sent.code)
        if target.read(name, [change.record_id], [PROBE])[change.record_id][PROBE] != "1234.50":
            raise Refused("HubSpot gives back another value than the one that was written.", code="READ_BACK")
        return "a value was written on one deal and came back the same"
    finally:
        connection.ask(crm.properties.core_api.archive, name, PROBE, read=ignored)


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
    for outcome, name in mapping.write.items():
        info = fields.get(name)
        path = f"{mapping.deal_object}.{name}"
        message = f"{outcome} can be written" if info and info.writable else "does not exist, or nobody may set it"
        yield checked(
            f"write {path}", message, ok=bool(info and info.writable), remedy="Run `worker.py setup --apply`."
        )
