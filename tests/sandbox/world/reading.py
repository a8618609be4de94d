"""Reads a generated world as an outsider would: only its document and its CSV files, never the generator's objects."""

import csv
import io
from collections import defaultdict
from functools import cache
from itertools import chain

from sandbox.world import World, generate

VACANCIES = {"AE": ("deal_owner",), "CSM": ("AM", "AE", "manager"), "AM": ("AE", "manager"), "SDR": ()}


@cache
def world(seed: int = 7, deals: int = 600) -> World:
    """One world for many tests, none of which changes it."""
    return generate(seed, deals)


def rows(world: World, file: str) -> list[dict[str, str]]:
    """The rows of a people file."""
    return list(csv.DictReader(io.StringIO(world.people[file])))


def by_id(world: World, kind: str) -> dict[str, dict]:
    """The records of one kind by their id."""
    return {record["Id"]: record for record in world.document[kind]}


def on(row: dict[str, str], day: str) -> bool:
    """Whether a half-open row covers the day (ISO dates sort as text)."""
    return row["from"] <= day and (not row["until"] or day < row["until"])


class People:
    """Who held which role, found the way the rules say, from the files alone."""

    def __init__(self, world: World) -> None:
        self.roles = defaultdict(list)
        for row in rows(world, "people/roles.csv"):
            self.roles[row["role"], row["scope"], row["value"]].append(row)
        self.bosses = defaultdict(list)
        for row in rows(world, "people/reporting.csv"):
            self.bosses[row["payee"]].append(row)
        self.accounts = by_id(world, "accounts")
        self.emails = {user["Id"]: user["Email"] for user in world.document["users"]}

    def holders(self, role: str, deal: dict) -> list[str]:
        """Everybody who held the role that day, at the most specific scope that has anybody."""
        account = self.accounts[deal["AccountId"]]
        scopes = (
            ("account", account["Id"]),
            ("territory", account["Territory__c"]),
            ("segment", account["Segment__c"]),
            ("company", ""),
        )
        for scope, value in scopes:
            found = [row["payee"] for row in self.roles[role, scope, value] if on(row, deal["CloseDate"])]
            if found:
                return found
        return []

    def fill(self, role: str, deal: dict) -> str | None:
        """The holder, or who steps in."""
        owner = self.emails.get(deal["OwnerId"])
        for step in (role, *VACANCIES[role]):
            if step == "deal_owner":
                found = [owner] if owner else []
            elif step == "manager":
                found = self.managers(owner or "", deal["CloseDate"])
            else:
                found = self.holders(step, deal)
            if found:
                (person,) = found
                return person
        return None

    def managers(self, email: str, day: str) -> list[str]:
        """Direct managers that day."""
        return [row["manager"] for row in self.bosses[email] if on(row, day)]

    def chain_above(self, email: str, day: str) -> list[str]:
        """All managers that day, the nearest first."""
        above = self.managers(email, day)
        return list(chain(above, *(self.chain_above(person, day) for person in above)))
