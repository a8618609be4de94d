"""Who can read whose pay, asked of a real org without changing anything (`doctor --privacy`).

Three questions: is the sharing default still private; who holds a right to see every record; and, for a sample of
statements, which users the org itself says may read them. Amounts are never read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from simple_salesforce.format import format_soql

from connectors.check import Check, checked, tried
from connectors.port import ConnectorError
from connectors.salesforce.pay_records import LINE, STATEMENT
from connectors.salesforce.query import query_rows
from connectors.salesforce.session import Connection

SEE_ALL = ("Tallystick_Finance", "Tallystick_Auditor", "Tallystick_Writer")
"""Our permission sets whose holders see every statement."""
NEWEST = 2_000
"""Statements looked at: the newest one of each payee among them is asked about."""
SAMPLE = 50
"""Payees whose statement is asked about; as many others are asked for who are no payees."""
SHOWN = 5

Users = Mapping[str, str | None]
"""By user id, the role."""


def examine_sharing(connection: Connection, amount: str | None = None) -> list[Check]:
    """The checks; where there are no statements there is nothing to see. `amount` is the deal's field that says pay."""
    try:
        on_deals = [_amount(connection, amount)] if amount else []
        default = _default(connection)
        return [*on_deals, default, *(() if default is ABSENT else (*_all_seers(connection), _sample(connection)))]
    except ConnectorError as problem:
        return [Check("privacy", ok=False, message=str(problem), remedy="Set up statements first: setup --apply.")]


ABSENT = Check("sharing default", ok=True, message="there are no statements in the org: nobody can read one")


def _default(connection: Connection) -> Check:
    """Statements private, lines sharing what their statement shares."""
    text = "SELECT QualifiedApiName, InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName IN {}"
    rows = query_rows(connection, format_soql(text, [STATEMENT.name, LINE.name]))
    found = {row["QualifiedApiName"]: row["InternalSharingModel"] for row in rows}
    if not found:
        return ABSENT
    message = ", ".join(f"{name} is {model}" for name, model in sorted(found.items()))
    right = {STATEMENT.name: "Private", LINE.name: "ControlledByParent"}
    return checked("sharing default", message, ok=found == right, remedy="Run setup --apply to make it private.")


def _amount(connection: Connection, field: str) -> Check:
    """The amount on the deal is one person's pay: who may read the field, beside finance, auditors and the worker."""
    text = "SELECT ParentId FROM FieldPermissions WHERE Field = {} AND PermissionsRead = true"
    others = _named(connection, {row["ParentId"] for row in query_rows(connection, format_soql(text, field))})
    message = (
        f"{', '.join(others)} may read {field}" if others else f"only finance, auditors and the worker read {field}"
    )
    remedy = "Whoever holds them reads what the commercial owner earns: take the field away, or accept it."
    return checked("who may read the amount on deals", message, ok=not others, remedy=remedy)


def _all_seers(connection: Connection) -> Iterator[Check]:
    """Permission sets and profiles that open every record of our objects, beside our own."""
    rights = "(PermissionsViewAllRecords = true OR PermissionsModifyAllRecords = true)"
    text = f"SELECT ParentId FROM ObjectPermissions WHERE SobjectType IN {{}} AND {rights}"  # noqa: S608  fixed words
    parents = {row["ParentId"] for row in query_rows(connection, format_soql(text, [STATEMENT.name, LINE.name]))}
    others = _named(connection, parents)
    message = f"{', '.join(others)} open every statement, too" if others else "only finance, auditors and the worker"
    remedy = "Take View All and Modify All on our objects away from them, or accept that their holders see all pay."
    yield checked("who may see every statement", message, ok=not others, remedy=remedy)


def _named(connection: Connection, parents: Collection[str]) -> list[str]:
    """The names of permission sets, or of the profiles behind them, that are not ours to see all."""
    sets = "SELECT Name, IsOwnedByProfile, Profile.Name FROM PermissionSet WHERE Id IN {} AND (NOT Name IN {})"
    rows = query_rows(connection, format_soql(sets, sorted(parents), list(SEE_ALL))) if parents else []
    return sorted(f"profile {row['Profile']['Name']}" if row["IsOwnedByProfile"] else row["Name"] for row in rows)


def _sample(connection: Connection) -> Check:
    return tried("who can read whose statement", lambda: _asked(connection))


def _asked(connection: Connection) -> str:
    """Payees and others, each asked about one statement of every payee."""
    newest = f"SELECT Id, OwnerId FROM {STATEMENT.name} ORDER BY CreatedDate DESC LIMIT {NEWEST}"  # noqa: S608  our name
    first = {row["OwnerId"]: row["Id"] for row in reversed(query_rows(connection, newest))}
    if not first:
        return "there are no statements yet"
    owners = {first[owner]: owner for owner in sorted(first)[:SAMPLE]}
    roles, above = _roles(connection, sorted(set(owners.values()))), _above(connection)
    strangers = _strangers(connection, first)
    asked = {**roles, **strangers}
    leaks = [leak for user in sorted(asked) for leak in _leaks(connection, user, owners, asked, above)]
    if leaks:
        more = f" and {len(leaks) - SHOWN} more" if len(leaks) > SHOWN else ""
        raise ConnectorError(f"{'; '.join(leaks[:SHOWN])}{more}. Find the sharing rule or permission that opens them.")
    return (
        f"asked about a statement of each of {len(owners)} payees: {len(roles)} of them read the own one and those of "
        f"the roles below, and {len(strangers)} other users those of the roles below"
    )


def _strangers(connection: Connection, owners: Collection[str]) -> Users:
    """Active users who own no statement and hold no set of ours that sees all; whose role stands above is no leak."""
    sets = "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name IN {}"
    known = {row["AssigneeId"] for row in query_rows(connection, format_soql(sets, list(SEE_ALL)))} | {*owners}
    rows = query_rows(connection, f"SELECT Id, UserRoleId FROM User WHERE IsActive = true ORDER BY Id LIMIT {NEWEST}")  # noqa: S608  a number of ours
    return dict([(row["Id"], row["UserRoleId"]) for row in rows if row["Id"] not in known][:SAMPLE])


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
