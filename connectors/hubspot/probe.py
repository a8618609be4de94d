"""What `doctor` asks of a portal: each promise the worker needs, tried, with the remedy where it does not hold.

Then what HubSpot does not document: found out, and never a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.check import Check, checked, clock_check, reads, tried, usage_check, writes
from connectors.hubspot.lists import page_of
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.selection import SPLIT_COUNT, Selection
from connectors.hubspot.session import Connection
from connectors.hubspot.setup_records import plan_objects, steps_of
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.splits import HubspotSplits
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.unknowns.account import account_unknowns
from connectors.hubspot.unknowns.records import record_unknowns
from connectors.mapping import CrmMapping
from connectors.ownership import COLLABORATORS
from connectors.port import ConnectorError, same_org


def probe(
    connection: Connection,
    mapping: CrmMapping,
    *,
    pinned: str | None,
    now: Callable[[], datetime],
    records: bool = False,
) -> list[Check]:
    """All checks; without a portal that answers only the first. `records`: statements and lines are to be kept, too."""
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
        *([_records(connection)] if records else []),
        *([_team(connection, mapping)] if mapping.ownership.members else []),
        *([_splits(connection, mapping)] if mapping.deal_splits or mapping.ownership.splits else []),
        *account_unknowns(connection, mapping.deal_object),
        *record_unknowns(connection, mapping.deal_object),
    ]


def _portal(source: HubspotSource, pinned: str | None) -> str:
    found = source.organization()
    if pinned is not None:
        same_org(pinned, found)
    kind = "not a production portal" if found.is_sandbox else "production"
    return f"{found.name} ({kind}, {found.zone}, {found.currency or 'no company currency'})"


def _records(connection: Connection) -> Check:
    """Whether the portal has the objects of statements and lines, as they are now."""
    name, remedy = "write statements and lines", "Run `worker.py setup --apply`, or set records: false."
    try:
        missing = steps_of(plan_objects(connection))
    except ConnectorError as problem:
        return Check(name, ok=False, message=str(problem))
    return checked(name, "; ".join(missing) or "both objects are ready", ok=not missing, remedy=remedy)


def _team(connection: Connection, mapping: CrmMapping) -> Check:
    """Whether the portal lets collaborators of deals be written."""
    info = HubspotTarget(connection, {}).fields(mapping.deal_object).get(COLLABORATORS)
    ok = bool(info and info.writable)
    message = "collaborators can be written" if ok else "does not exist, or nobody may set it"
    remedy = "Name user fields under ownership.team (field:) instead."
    return checked(f"write {mapping.deal_object}.{COLLABORATORS}", message, ok=ok, remedy=remedy)


def _splits(connection: Connection, mapping: CrmMapping) -> Check:
    """Deal splits are a feature that a portal switches on. One scope covers reading and replacing them.

    Where they are only read, portals without them are asked for none.
    """

    def read() -> str:
        deals = Selection(mapping.deal_object, mapping.deal_object, {}, (SPLIT_COUNT,), ())
        some = page_of(connection, deals, None).results
        split = [each.id for each in some if (each.properties.get(SPLIT_COUNT) or "0") != "0"]
        HubspotSplits(connection).read([each.id for each in some] if mapping.ownership.splits else split)
        return f"{len(split)} of the first {len(some)} deals are split, and the key may read that"

    return tried("deal splits", read)
