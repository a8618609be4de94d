"""Who has which permission set: asked, and given. The worker's user has its own, every payee the payee's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
from simple_salesforce.format import format_soql

from connectors.answers import clean, json_reader
from connectors.port import Refused
from connectors.salesforce.ids import SHORT, id18
from connectors.salesforce.query import query_rows
from connectors.salesforce.rows import by_length
from connectors.salesforce.session import Connection

BATCH = 200
PREFIX = "005"
"""What the ids of users start with."""
HELD = "DUPLICATE_VALUE"


class _Problem(msgspec.Struct):
    statusCode: str = ""  # noqa: N815  Salesforce's key
    message: str = ""


class _Answer(msgspec.Struct):
    success: bool
    errors: list[_Problem] = msgspec.field(default_factory=list)


def current_user(connection: Connection) -> str:
    """The id of the user that is logged in: the last part of the identity address."""
    return str(connection.get("", dict[str, Any]).get("identity", "")).rsplit("/", 1)[-1]


def user_named(connection: Connection, username: str | None) -> str:
    """The id of an active user, by default of the one that is logged in."""
    if username is None:
        return current_user(connection)
    text = "SELECT Id FROM User WHERE Username = {} AND IsActive = true"
    found = query_rows(connection, format_soql(text, username))
    if not found:
        raise Refused(f"{username} is not an active user of this org. Check the username (not the e-mail address).")
    return str(found[0]["Id"])


def active_users(connection: Connection, named: Collection[str]) -> frozenset[str]:
    """The ids of the active users among people named by e-mail address or user id; the others have no login here."""
    ids = sorted({id18(name[:SHORT]) for name in named if name.startswith(PREFIX) and len(name) >= SHORT})
    emails = sorted({name for name in named if "@" in name})
    return frozenset((*_users(connection, "Id", ids), *_users(connection, "Email", emails)))


def holders(connection: Connection, permission_set: str) -> frozenset[str]:
    """The users who have a permission set."""
    text = "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = {}"
    return frozenset(row["AssigneeId"] for row in query_rows(connection, format_soql(text, permission_set)))


def assign(connection: Connection, permission_set: str, users: Sequence[str]) -> None:
    """Give a permission set, found by its name, to users. Who has it already keeps it."""
    if not users:
        return
    text = "SELECT Id FROM PermissionSet WHERE Name = {}"
    (found, *_) = query_rows(connection, format_soql(text, permission_set))
    for start in range(0, len(users), BATCH):
        records = [
            {"attributes": {"type": "PermissionSetAssignment"}, "AssigneeId": user, "PermissionSetId": found["Id"]}
            for user in users[start : start + BATCH]
        ]
        body = {"allOrNone": False, "records": records}
        answers = connection.fetch("POST", "composite/sobjects", body=body, read=json_reader(list[_Answer]))
        _check(permission_set, records, answers)


def _users(connection: Connection, field: str, values: Sequence[str]) -> Iterator[str]:
    for some in by_length(values):
        text = f"SELECT Id FROM User WHERE IsActive = true AND {field} IN "  # noqa: S608  one of two names above
        yield from (row["Id"] for row in query_rows(connection, text + format_soql("{}", list(some))))


def _check(permission_set: str, records: Sequence[dict[str, Any]], answers: Sequence[_Answer]) -> None:
    for record, answer in zip(records, answers, strict=True):
        problems = [problem for problem in answer.errors if problem.statusCode != HELD]
        if problems:
            msg = f"{permission_set} cannot be assigned to user {record['AssigneeId']}: {clean(problems[0].message)}"
            raise Refused(msg, code=problems[0].statusCode)
