"""What people in the portal see of each other's records: the *View* permission, for each user and object.

A user who was given none sees everything: an administrator has to narrow it. On a deal's page, too, a user sees only
those associated records that the permission lets through. A record is owned by everybody whom its user properties name.
Not here: *Unassigned*, hierarchies of teams, and permissions of single properties.
"""

from collections.abc import Iterable
from typing import Any

from sandbox.hubspot.errors import validation
from sandbox.hubspot.records.people import Owners
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import ObjectType

EVERYTHING, TEAM, OWNED, NONE = "everything", "team", "owned", "none"
_KNOWN = (EVERYTHING, TEAM, OWNED, NONE)


class Views:
    """The permissions of all users."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._given: dict[tuple[str, str], str] = {}

    def give(self, user: str, kind: str, view: str) -> None:
        """Let a user, by the number of owner, see that much of an object."""
        if view not in _KNOWN:
            raise validation(f"A user may view {', '.join(_KNOWN)}, and this was {view!r}")
        if self._owners.by_id(user) is None:
            raise validation(f"{user} is not the id of an owner")
        self._given[user, kind] = view

    def seen(self, user: str, kind: ObjectType, records: Iterable[Record]) -> list[Record]:
        """Those of the records that the user sees."""
        view = self._given.get((user, kind.id), EVERYTHING)
        if view == EVERYTHING:
            return list(records)
        shown = {NONE: set[str](), OWNED: {user}, TEAM: self._colleagues(user)}[view]
        names = [each.name for each in kind.properties.values() if each.owner]
        return [each for each in records if shown & {each.values.get(name) for name in names}]

    def _colleagues(self, user: str) -> set[str]:
        """The user, and whoever is in a team with the user."""
        owner = self._owners.by_id(user)
        teams = [team for team, _ in owner.teams] if owner else []
        return {user, *(str(each.id) for team in teams for each in self._owners.members(team))}

    def dump(self) -> list[list[str]]:
        """Give what a restart must keep."""
        return [[user, kind, view] for (user, kind), view in self._given.items()]

    def restore(self, state: Iterable[Any]) -> None:
        """Take it up again."""
        self._given = {(user, kind): view for user, kind, view in state}
