"""What the portal keeps of people beside owners: properties of its users, such as a manager or what is promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.hubspot.describe import Described, described_as
from connectors.hubspot.lists import page_of
from connectors.hubspot.records import Received
from connectors.hubspot.selection import Selection, select
from connectors.hubspot.session import Connection
from connectors.port import TryAgain
from connectors.wanted import Wanted
from engine.model import Issue

USERS, PATH, USER_ID = "users", "0-115", "hs_internal_user_id"
PAGES_MAX = 1_000


class Users:
    """The properties of users that are wanted of owners. One instance serves one run; without any, nothing is asked."""

    def __init__(self, connection: Connection, wanted: Sequence[Wanted]) -> None:
        self._connection, self._wanted = connection, wanted
        self._described: Described | None = None

    def issues(self) -> tuple[Issue, ...]:
        """Optional properties that users do not have; one that is not optional is an error."""
        return select(self._users, self._wanted)[1] if self._wanted else ()

    def properties(self) -> Mapping[str, Mapping[str, str | None]]:
        """By the number of user, the wanted properties; of those who have left, too."""
        if not self._wanted:
            return {}
        chosen = select(self._users, self._wanted)[0]
        asked = Selection(USERS, PATH, {**chosen.types, USER_ID: "number"}, (), ())
        return {
            user: {name: each.properties.get(name) for name in chosen.types}
            for each in self._listed(asked)
            if (user := each.properties.get(USER_ID))
        }

    def _listed(self, asked: Selection) -> Iterator[Received]:
        after: str | None = None
        for _ in range(PAGES_MAX):
            page = page_of(self._connection, asked, after)
            yield from page.results
            after = page.after
            if after is None:
                return
        raise TryAgain("the users have no end.", code="PAGING")

    @property
    def _users(self) -> Described:
        if self._described is None:
            self._described = described_as(self._connection, USERS, PATH)
        return self._described
