"""What `doctor` asks of a portal: each promise the worker needs, tried, with the remedy where it does not hold.

Then what HubSpot does not document: found out, and never a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.check import Check, clock_check, reads, tried, usage_check, writes
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.session import Connection
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.unknowns.account import account_unknowns
from connectors.hubspot.unknowns.records import record_unknowns
from connectors.mapping import CrmMapping
from connectors.port import same_org


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
        *reads(source),
        *writes(
            HubspotTarget(connection, {}).fields(mapping.deal_object),
            mapping,
            "does not exist, or nobody may set it",
            "Run `worker.py setup --apply`.",
        ),
        *account_unknowns(connection, mapping.deal_object),
        *record_unknowns(connection, mapping.deal_object),
    ]


def _portal(source: HubspotSource, pinned: str | None) -> str:
    found = source.organization()
    if pinned is not None:
        same_org(pinned, found)
    kind = "not a production portal" if found.is_sandbox else "production"
    return f"{found.name} ({kind}, {found.zone}, {found.currency or 'no company currency'})"
