"""Who can read whose pay, asked of a real org without changing anything (`doctor --privacy`).

Three questions: is the sharing default still private; who holds a right to see every record; and, for a sample of
statements, which users the org itself says may read them. Amounts are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simple_salesforce.format import format_soql

from connectors.check import Check, checked, tried
from connectors.port import ConnectorError
from connectors.salesforce.pay_records import LINE, STATEMENT
from connectors.salesforce.query import query_rows
from connectors.salesforce.session import Connection

SEE_ALL = ("Tallystick_Finance", "Tallystick_Auditor", "Tallystick_Writer")
"""Our permission sets whose holders see every statement."""
SAMPLE = 50
"""Statements looked at, the newest ones; each owner's are asked about."""
USERS = 50
"""Payees asked for, each with one query."""
SHOWN = 5

Users = Mapping[str, str | None]
"""By user id, the role."""


def examine_sharing(connection: Connection) -> list[Check]:
    """The checks; where there are no statements there is nothing to see."""
    try:
        return [_default(connection), *_all_seers(connection), _sample(connection)]
    except ConnectorError as problem:
        return [Check("privacy", ok=False, message=str(problem), remedy="Set up statements first: setup --apply.")]


def _default(connection: Connection) -> Check:
    text = "SELECT InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName = {}"
    found = [row["InternalSharingModel"] for row in query_rows(connection, format_soql(text, STATEMENT.name))]
    message = f"{STATEMENT.name} is {found[0] if found else 'not there'}"
    return checked("sharing default", message, ok=found == ["Private"], remedy="Run setup --apply to make it private.")


def _all_seers(connection: Connection) -> Iterator[Check]:
    """Permission sets and profiles that open every record of our objects, beside our own."""
    rights = "(PermissionsViewAllRecords = true OR PermissionsModifyAllRecords = true)"
    text = f"SELECT ParentId FROM ObjectPermissions WHERE SobjectType IN {{}} AND {rights}"  # noqa: S608  fixed words
    parents = {row["ParentId"] for row in query_rows(connection, format_soql(text, [STATEMENT.name, LINE.name]))}
    sets = "SELECT Id, Name, IsOwnedByProfile FROM PermissionSet WHERE Id IN {}"
    rows = list(query_rows(connection, format_soql(sets, sorted(parents)))) if parents else []
    others = sorted(row["Name"] for row in rows if row["Name"] not in SEE_ALL)
    message = f"{', '.join(others)} open every statement, too" if others else "only finance, auditors and the worker"
    remedy = "Take View All and Modify All on our objects away from them, or accept that their holders see all pay."
    yield checked("who may see every statement", message, ok=not others, remedy=remedy)


def _sample(connection: Connection) -> Check:
    return tried("who can read whose statement", lambda: _asked(connection))


def _asked(connection: Connection) -> str:
    """Ask the org for each payee; raises ConnectorError naming who can read whose."""
    newest = f"SELECT Id, OwnerId FROM {STATEMENT.name} ORDER BY CreatedDate DESC LIMIT {SAMPLE}"  # noqa: S608  fixed
    owners = {row["Id"]: row["OwnerId"] for row in query_rows(connection, newest)}
    if not owners:
        return "there are no statements yet"
    roles = _roles(connection, sorted(set(owners.values())))
    above = _above(connection)
    asked = sorted(roles)[:USERS]
    leaks = [leak for user in asked for leak in _leaks(connection, user, owners, roles, above)]
    if leaks:
        more = f" and {len(leaks) - SHOWN} more" if len(leaks) > SHOWN else ""
        raise ConnectorError(f"{'; '.join(leaks[:SHOWN])}{more}. Find the sharing rule or permission that opens them.")
    return f"{len(asked)} payees and {len(owners)} statements: each reads the own ones and those of the roles below"


def _roles(connection: Connection, users: list[str]) -> Users:
    text = format_soql("SELECT Id, UserRoleId FROM User WHERE Id IN {}", users)
    return {row["Id"]: row["UserRoleId"] for row in query_rows(connection, text)}


def _above(connection: Connection) -> Users:
    """By role, the one above it."""
    return {row["Id"]: row["ParentRoleId"] for row in query_rows(connection, "SELECT Id, ParentRoleId FROM UserRole")}


def _leaks(connection: Connection, user: str, owners: Users, roles: Users, above: Users) -> Iterator[str]:
    """Statements that a user can read although they are neither own nor of a role below."""
    text = "SELECT RecordId FROM UserRecordAccess WHERE UserId = {} AND RecordId IN {} AND HasReadAccess = true"
    for row in query_rows(connection, format_soql(text, user, sorted(owners))):
        owner = owners[row["RecordId"]]
        if owner is not None and owner != user and not _is_above(roles[user], roles.get(owner), above):
            yield f"user {user} can read statement {row['RecordId']} of {owner}"


def _is_above(role: str | None, other: str | None, above: Users) -> bool:
    """Whether a role stands above another in the hierarchy."""
    seen: set[str] = set()
    while role is not None and other is not None and other not in seen:
        seen.add(other)
        other = above.get(other)
        if other == role:
            return True
    return False
