"""What `doctor` asks of an org: each promise the worker needs, tried, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from simple_salesforce.format import format_soql

from connectors.check import Check, checked, clock_check, reads, tried, usage_check, writes
from connectors.mapping import CrmMapping
from connectors.pay_records import PayObject
from connectors.port import ConnectorError, same_org
from connectors.salesforce.assignments import current_user
from connectors.salesforce.pay_records import PAY_RECORDS
from connectors.salesforce.session import Connection
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.splits import SPLIT, SalesforceSplits
from connectors.salesforce.target import SalesforceTarget
from connectors.salesforce.team import MEMBER, SalesforceTeam
from connectors.writing import check_writable

TOO_MUCH = (
    "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSet.PermissionsModifyAllData = true"
)


def probe(
    connection: Connection,
    mapping: CrmMapping,
    *,
    pinned: str | None,
    now: Callable[[], datetime],
    records: bool = False,
) -> list[Check]:
    """All checks; without a session only the first. `records`: statements and lines are to be kept, too."""
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
        *reads(source),
        *writes(
            target.fields(mapping.deal_object),
            mapping,
            "does not exist, or may not be edited",
            "Run `worker.py setup`, or grant Edit on {path} to the integration user.",
        ),
        *(
            [tried(f"write {each.name}", partial(_kept, target, each)) for each in PAY_RECORDS.objects]
            if records
            else []
        ),
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


def _kept(target: SalesforceTarget, record: PayObject) -> str:
    """That all fields of statements or lines can be written; NotAllowed names one that cannot."""
    known = target.fields(record.name)
    only_in_multi_currency_orgs = {record.fields["currency"]} - known.keys()
    names = sorted({record.key, *record.allowed} - only_in_multi_currency_orgs)
    check_writable(record.name, names, known, ", or grant Edit on it")
    return f"{len(names)} fields can be written"


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
