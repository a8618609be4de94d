"""What `doctor` asks of a portal: each promise the worker needs, tried, with the remedy where it does not hold.

Then what HubSpot does not document: found out, and never a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors.check import Check, checked, clock_check, tried, usage_check
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.session import Connection
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.unknowns.account import account_unknowns
from connectors.hubspot.unknowns.records import record_unknowns
from connectors.mapping import CrmMapping
from connectors.port import ConnectorError, same_org
from engine.model import Issue


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
        *account_unknowns(connection, mapping.deal_object),
        *record_unknowns(connection, mapping.deal_object),
    ]


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
    owners = [("owner", field) for field, policy in mapping.ownership.fields.items() if policy != "flag"]
    for outcome, name in [*mapping.write.items(), *owners]:
        info = fields.get(name)
        path = f"{mapping.deal_object}.{name}"
        message = f"{outcome} can be written" if info and info.writable else "does not exist, or nobody may set it"
        yield checked(
            f"write {path}", message, ok=bool(info and info.writable), remedy="Run `worker.py setup --apply`."
        )
