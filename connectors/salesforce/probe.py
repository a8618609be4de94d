"""What `doctor` asks of an org: each promise the worker needs, tried, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simple_salesforce.format import format_soql

from connectors.mapping import CrmMapping
from connectors.port import ConnectorError, same_org
from connectors.salesforce.session import Connection
from connectors.salesforce.setup import current_user
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.target import SalesforceTarget
from engine.model import Issue

SKEW_S_MAX = 60.0
FULL = 80
"""Per cent of the org's daily calls beyond which other programs may starve us."""

TOO_MUCH = (
    "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSet.PermissionsModifyAllData = true"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def probe(
    connection: Connection, mapping: CrmMapping, *, pinned: str | None, now: Callable[[], datetime]
) -> list[Check]:
    """All checks; without a session only the first."""
    source = SalesforceSource(connection, mapping)
    session = _tried("credentials", lambda: f"logged in; API limits answer ({len(_limits(connection))} of them)")
    if not session.ok:
        return [session]
    return [
        session,
        _tried("org", lambda: _org(source, pinned)),
        _skew(connection, now()),
        _usage(connection),
        *_reads(source),
        *_writes(SalesforceTarget(connection, {}), mapping),
        *_privilege(connection),
    ]


def _tried(name: str, attempt: Callable[[], str]) -> Check:
    """An error of the connector is a failed check whose message carries its own remedy."""
    try:
        return Check(name, ok=True, message=attempt())
    except ConnectorError as problem:
        return Check(name, ok=False, message=str(problem))


def _limits(connection: Connection) -> dict[str, Any]:
    return connection.get("limits", dict[str, Any])


def _org(source: SalesforceSource, pinned: str | None) -> str:
    found = source.organization()
    if pinned is not None:
        same_org(pinned, found)
    kind = "sandbox" if found.is_sandbox else "production"
    return f"{found.name} ({found.org_id}, {kind}, {found.zone})"


def _check(name: str, message: str, *, ok: bool, remedy: str) -> Check:
    """A check whose remedy is told only where it is needed."""
    return Check(name, ok=ok, message=message, remedy="" if ok else remedy)


def _skew(connection: Connection, now: datetime) -> Check:
    if connection.server_date is None:
        return _check("clock", "Salesforce's answers carry no date", ok=False, remedy="Check the proxy.")
    skew_s = abs((now - connection.server_date).total_seconds())
    message = f"{skew_s:.0f} s away from Salesforce's clock"
    return _check("clock", message, ok=skew_s <= SKEW_S_MAX, remedy="Synchronise this machine's clock (NTP).")


def _usage(connection: Connection) -> Check:
    used, limit = connection.budget.usage() or (0, 0)
    ours, allowed = connection.budget.ours()
    message = f"{used} of {limit} API calls used in the org today; {ours} of our share of {allowed}"
    ok = limit > 0 and used * 100 < limit * FULL
    return _check("API budget", message, ok=ok, remedy="Find what else uses the API, or wait until it falls.")


def _reads(source: SalesforceSource) -> Iterator[Check]:
    for name in source.wanted:
        yield _tried(f"read {name}", lambda name=name: source.readable(name))  # type: ignore[misc]  # a bound default
    for issue in _optional(source):
        yield Check(f"read {issue.subject}", ok=True, message=issue.message, remedy=issue.remedy)


def _optional(source: SalesforceSource) -> tuple[Issue, ...]:
    try:
        return source.issues()
    except ConnectorError:  # its own check has failed already
        return ()


def _writes(target: SalesforceTarget, mapping: CrmMapping) -> Iterator[Check]:
    fields = target.fields(mapping.deal_object)
    for outcome, name in mapping.write.items():
        info = fields.get(name)
        path = f"{mapping.deal_object}.{name}"
        message = f"{outcome} can be written" if info and info.writable else "does not exist, or may not be edited"
        remedy = f"Run `worker.py setup`, or grant Edit on {path} to the integration user."
        yield _check(f"write {path}", message, ok=bool(info and info.writable), remedy=remedy)


def _privilege(connection: Connection) -> Iterator[Check]:
    """A worker that may change everything is a risk. Orgs that do not answer the question are not blamed."""
    try:
        soql = format_soql(TOO_MUCH, current_user(connection))
        rows = connection.get("query", dict[str, Any], params={"q": soql})["records"]
    except ConnectorError:
        return
    remedy = "Use the Minimum Access - API Only Integrations profile with the permission set of `worker.py setup`."
    yield _check("least privilege", f"the user may {'' if rows else 'not '}modify all data", ok=not rows, remedy=remedy)
