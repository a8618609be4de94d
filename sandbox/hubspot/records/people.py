"""Owners and teams. An owner has two numbers: that of owner, on records, and that of user, in goals and history."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import not_found
from sandbox.hubspot.records.tables import number_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A person who can own records; an archived one has left."""

    id: int
    user_id: int
    email: str
    first_name: str = ""
    last_name: str = ""
    teams: tuple[tuple[str, bool], ...] = ()
    """Ids, and whether the team is the primary one."""
    created_ms: int = 0
    updated_ms: int = 0
    archived: bool = False


class Owners:
    """All owners, those who have left too, and the teams."""

    def __init__(self) -> None:
        self._owners: dict[int, Owner] = {}
        self._by_user: dict[int, Owner] = {}
        self.teams: dict[str, str] = {}
        """Names by id."""

    def __iter__(self) -> Iterator[Owner]:
        return iter(self._owners.values())

    def add(self, owner: Owner) -> None:
        """Add an owner, or replace the one of that id."""
        self._owners[owner.id] = self._by_user[owner.user_id] = owner

    def by_id(self, text: str) -> Owner | None:
        """Find an owner by the number of owner."""
        return self._owners.get(number_of(text))

    def by_user(self, text: str) -> Owner | None:
        """Find an owner by the number of user."""
        return self._by_user.get(number_of(text))

    def archive(self, text: str) -> None:
        """Let an owner leave. The stamp does not move, and the teams are forgotten."""
        owner = self.by_id(text)
        if owner is None:
            raise not_found()
        self.add(replace(owner, archived=True, teams=()))

    def members(self, team: str) -> list[Owner]:
        """Give those who are in a team."""
        return [owner for owner in self._owners.values() if team in dict(owner.teams)]

    def shown(self, owner: Owner, *, inactive_user: str) -> dict[str, Any]:
        """Shape of the API: the user of someone who has left is told under a key of its own, or not at all."""
        shown: dict[str, Any] = {
            "id": str(owner.id),
            "email": owner.email,
            "type": "PERSON",
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "createdAt": iso(owner.created_ms),
            "updatedAt": iso(owner.updated_ms),
            "archived": owner.archived,
        }
        users = ("userId", "userIdIncludingInactive") if not owner.archived else (inactive_user,)
        shown |= {key: owner.user_id for key in users if key}
        if owner.teams:
            shown["teams"] = [
                {"id": team, "name": self.teams[team], "primary": primary} for team, primary in owner.teams
            ]
        return shown
