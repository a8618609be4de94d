"""What `doctor` asks of an org: each promise the worker needs, tried, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from simple_salesforce.format import format_soql

from connectors.check import Check, checked, clock_check, tried, usage_check
from connectors.mapping import CrmMapping
from connectors.port import ConnectorError, same_org
from connectors.salesforce.assignments import current_user
from connectors.salesforce.session import Connection
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.splits import SPLIT, SalesforceSplits
from connectors.salesforce.target import SalesforceTarget
from connectors.salesforce.team import MEMBER, SalesforceTeam
from engine.model import Issue

TOO_MUCH = (
    "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSet.PermissionsModifyAllData = true"
)


def probe(
    connection: Connection, mapping: CrmMapping, *, pinned: str | None, now: Callable[[], datetime]
) -> list[Check]:
    """All checks; without a session only the first."""
    source = SalesforceSource(connection, mapping)
    session = tried("credentials", lambda: f"logged in; API limits answer ({len(_limits(connection))} of them)")
    if not session.ok:
        return [session]
    target = SalesforceTarget(connection, {})
    return [
        session,
        tried("org", lambda: _org(source, pinned)),
        clock_check("Salesforce", connection.server_date, now()),
        usage_check("org", connection.budget),
        *_reads(source),
        *_writes(target, mapping),
        *_beside(connection, target, mapping),
        *_privilege(connection),
    ]


def _limits(connection: Connection) -> dict[str, Any]:
    return connection.get("limits", dict[str, Any])


def _org(source: SalesforceSource, pinned: str | None) -> str:
    found = source.organization()
    if pinned is not None:
        same_org(pinned, found)
    kind = "sandbox" if found.is_sandbox else "production"
    return f"{found.name} ({found.org_id}, {kind}, {found.zone})"


def _reads(source: SalesforceSource) -> Iterator[Check]:
    for name in source.wanted:
        yield tried(f"read {name}", lambda name=name: source.readable(name))  # type: ignore[misc]  # a bound default
    for issue in _optional(source):
        yield Check(f"read {issue.subject}", ok=True, message=issue.message, remedy=issue.remedy)


def _optional(source: SalesforceSource) -> tuple[Issue, ...]:
    try:
        return source.issues()
    except ConnectorError:  # its own check has failed already
        return ()


def _writes(target: SalesforceTarget, mapping: CrmMapping) -> Iterator[Check]:
    fields = target.fields(mapping.deal_object)
    owners = [("owner", field) for field, policy in mapping.ownership.fields.items() if policy != "flag"]
    for outcome, name in [*mapping.write.items(), *owners]:
        info = fields.get(name)
        path = f"{mapping.deal_object}.{name}"
        message = f"{outcome} can be written" if info and info.writable else "does not exist, or may not be edited"
        remedy = f"Run `worker.py setup`, or grant Edit on {path} to the integration user."
        yield checked(f"write {path}", message, ok=bool(info and info.writable), remedy=remedy)


def _beside(connection: Connection, target: SalesforceTarget, mapping: CrmMapping) -> Iterator[Check]:
    """Teams and splits, where they are set: both are features that an org switches on."""
    team, shared = SalesforceTeam(connection, target), mapping.ownership.splits
    if mapping.ownership.members or shared:
        yield tried(f"write {MEMBER}", lambda: f"{len(target.fields(MEMBER))} fields: opportunity teams are on")
    if shared:
        splits = SalesforceSplits(connection, team, shared.type, shared.role)
        yield tried(f"write {SPLIT}", lambda: f"split type {shared.type} ({splits.type_id}) adds up to 100 %")


def _privilege(connection: Connection) -> Iterator[Check]:
    """A worker that may change everything is a risk. Orgs that do not answer the question are not blamed."""
    try:
        soql = format_soql(TOO_MUCH, current_user(connection))
        rows = connection.get("query", dict[str, Any], params={"q": soql})["records"]
    except ConnectorError:
        return
    remedy = "Use the Minimum Access - API Only Integrations profile with the permission set of `worker.py setup`."
    yield checked(
        "least privilege", f"the user may {'' if rows else 'not '}modify all data", ok=not rows, remedy=remedy
    )
