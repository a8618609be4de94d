"""Which records belong to which, by batch read: answers name them in any order, in pages, and nothing is an error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.errors import Detail
from connectors.hubspot.records import Paging
from connectors.hubspot.session import Connection
from connectors.hubspot.transport import encoded
from connectors.port import TryAgain

INPUTS_MAX = 1_000
ROUNDS_MAX = 1_000
PRIMARY_COMPANY = 5
"""The type that marks the one company a deal is counted for."""

NOTHING_THERE = "crm.associations.NO_ASSOCIATIONS_FOUND"

Partner = Mapping[str, Any]
"""`{"id": …, "primary": …}` of a record that is associated."""


class _Type(msgspec.Struct, gc=False):
    typeId: int  # noqa: N815  HubSpot's key
    category: str = "HUBSPOT_DEFINED"


class _To(msgspec.Struct, gc=False):
    toObjectId: int | str  # noqa: N815
    associationTypes: list[_Type] = msgspec.field(default_factory=list)  # noqa: N815

    def partner(self) -> Partner:
        for each in self.associationTypes:
            if each.typeId == PRIMARY_COMPANY and each.category == "HUBSPOT_DEFINED":
                return {"id": str(self.toObjectId), "primary": True}
        return {"id": str(self.toObjectId), "primary": False}


class _From(msgspec.Struct, gc=False):
    id: str


class _Found(msgspec.Struct, gc=False):
    from_: _From = msgspec.field(name="from")
    to: list[_To] = msgspec.field(default_factory=list)
    paging: Paging | None = None


class _Answer(msgspec.Struct):
    results: list[_Found]
    errors: list[Detail] = msgspec.field(default_factory=list)


def associations(connection: Connection, from_: str, to: str, ids: Sequence[str]) -> Mapping[str, list[Partner]]:
    """The associated records of each of the ids, in the order of their ids; a record without any has none."""
    found: dict[str, list[Partner]] = defaultdict(list)
    for start in range(0, len(ids), INPUTS_MAX):
        due = [{"id": record_id} for record_id in ids[start : start + INPUTS_MAX]]
        for _ in range(ROUNDS_MAX):
            due = _round(connection, from_, to, due, found)
            if not due:
                break
        else:
            raise TryAgain(f"{from_}: the associations with {to} have no end.", code="PAGING")
    for partners in found.values():
        if len(partners) > 1:
            partners.sort(key=lambda one: int(one["id"]))
    return found


def _round(
    connection: Connection, from_: str, to: str, due: list[dict[str, str]], found: dict[str, list[Partner]]
) -> list[dict[str, str]]:
    """One call; the inputs that have more."""
    api = connection.hubspot.crm.associations.v4.batch_api
    answer = connection.ask(api.get_page, from_, to, encoded({"inputs": due}), read=json_reader(_Answer))
    for problem in answer.errors:
        if problem.subCategory != NOTHING_THERE:
            msg = f"{from_}: associations with {to} could not be read ({problem.category or problem.message})."
            raise TryAgain(msg, code=problem.category)
    more = []
    for each in answer.results:
        found[each.from_.id] += [to_.partner() for to_ in each.to]
        if each.paging and each.paging.next:
            more.append({"id": each.from_.id, "after": str(each.paging.next.after)})
    return more
