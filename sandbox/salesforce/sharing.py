"""Private records: who may see rows of an object whose organization-wide default is Private.

The owner sees them, so does everybody above him in the role hierarchy, and whoever holds View All. Details of a
master follow their master. The integration user has View All where a permission set grants it, as in a real org.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from sandbox.salesforce.queries.resolve import parent_of
from sandbox.salesforce.schema import Row, SObject, Value

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Allowed = Callable[[Row], bool]


def visible_to(org: "Org", sobject: SObject, user: str | None) -> Allowed | None:
    """Make the test of one object's rows for a user, or None when he may see them all."""
    if user is None or sobject.sharing not in {"Private", "ControlledByParent"}:
        return None
    if org.access.views_all(sobject, user):
        return None
    if sobject.sharing == "ControlledByParent":
        return _as_master(org, sobject, user)
    owners = {user} | _below(org, user)
    return lambda row: row.get("OwnerId") in owners


def _as_master(org: "Org", sobject: SObject, user: str) -> Allowed | None:
    hop = next(field for field in sobject.fields.values() if field.master_detail)
    allowed = visible_to(org, org.schema.get(hop.reference_to[0]), user)
    if allowed is None:
        return None
    return lambda row: (master := parent_of(org.tables, hop, row)) is not None and allowed(master)


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
