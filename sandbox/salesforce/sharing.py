"""Who may see and change which rows of an object, by its organization-wide default.

Private: the owner, everybody above him in the role hierarchy, and whoever holds View All or, for changes, Modify All.
Read: everybody sees, those above change. ReadWrite: everybody does both. Details of a master follow their master.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from sandbox.salesforce.errors import RowError
from sandbox.salesforce.queries.resolve import parent_of
from sandbox.salesforce.schema import Field, Row, SObject, Value

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Allowed = Callable[[Row], bool]
Purpose = Literal["see", "change"]
_INHERITED = "ControlledByParent"
_CLOSED = {"see": frozenset({"Private", _INHERITED}), "change": frozenset({"Private", "Read", _INHERITED})}


def visible_to(org: "Org", sobject: SObject, user: str | None) -> Allowed | None:
    """Make the test of one object's rows for a user, or None when he may see them all."""
    return _allowed(org, sobject, user, "see")


def check_change(org: "Org", sobject: SObject, row: Row, user: str | None) -> None:
    """Refuse a change of a row that the user may not see, or only see."""
    check_seen(org, sobject, row, user)
    allowed = _allowed(org, sobject, user, "change")
    if allowed and not allowed(row):
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", fields=())


def check_seen(org: "Org", sobject: SObject, row: Row, user: str | None) -> None:
    """Refuse to write or name a row that the user may not see."""
    allowed = visible_to(org, sobject, user)
    if allowed and not allowed(row):
        message = f"insufficient access rights on cross-reference id: {str(row['Id'])[:15]}"
        raise RowError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, fields=())


def check_owner(org: "Org", sobject: SObject, owner: str) -> None:
    """Refuse an owner who may not read the object."""
    if not org.access.may(sobject, owner, "Read"):
        raise RowError("TRANSFER_REQUIRES_READ", "The new owner must have read permission", fields=("OwnerId",))


def _allowed(org: "Org", sobject: SObject, user: str | None, purpose: Purpose) -> Allowed | None:
    if user is None or sobject.sharing not in _CLOSED[purpose]:
        return None
    if org.access.has_all(sobject, user, purpose):
        return None
    if sobject.sharing == _INHERITED:
        return _as_master(org, sobject, user, purpose)
    owners = {user} | _below(org, user)
    return lambda row: row.get("OwnerId") in owners


def _as_master(org: "Org", sobject: SObject, user: str, purpose: Purpose) -> Allowed | None:
    hop = master_of(sobject)
    allowed = _allowed(org, org.schema.get(hop.reference_to[0]), user, purpose)
    if allowed is None:
        return None
    return lambda row: (master := parent_of(org.tables, hop, row)) is not None and allowed(master)


def master_of(sobject: SObject) -> Field:
    """The field that names the master of a detail."""
    return next(field for field in sobject.fields.values() if field.master_detail)


def _below(org: "Org", user: str) -> set[str]:
    """Users whose role lies under the user's role."""
    role = org.tables["User"].rows[user].get("UserRoleId")
    if role is None:
        return set()
    roles: set[Value] = set()
    waiting: list[Value] = [role]
    while waiting:
        for child in org.tables["UserRole"].find("ParentRoleId", waiting.pop()):
            if child["Id"] not in roles:
                roles.add(child["Id"])
                waiting.append(child["Id"])
    return {cast("str", each["Id"]) for below in roles for each in org.tables["User"].find("UserRoleId", below)}
