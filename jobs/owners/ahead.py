"""Whom the next cycle would name on deals, in fields, teams and splits: from whom, to whom, and by which rule.

Fields are told by what was last read. Teams and splits may be no input and then are not kept here: the CRM is asked
for those, once nothing is locked any more. The cycle itself looks at all of them again right before it writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import polars as pl
from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.ownership import SPLITS, OwnerPolicy, Ownership
from jobs.owners.deciding import Decision, Seen, decide, last_change
from jobs.owners.look import BATCH, decide_each
from jobs.owners.places import Place, shares_of
from store import canonical, ownership, results
from store.ownership import Owned

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The deals to be looked at, with all that is known of them here."""

    owned: Mapping[str, Sequence[Owned]]
    read: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, str]
    """Names by user id."""
    inactive: Collection[str]
    rules: Mapping[str, str]
    """By deal, what decided on it."""
    now: datetime

    def due(self, place: Place) -> list[str]:
        """The deals with something of this kind to look at."""
        return [deal for deal, every in self.owned.items() if any(each.field in place.policies for each in every)]

    def told(self, owned: Owned, present: str | None) -> Row:
        """One change, for people."""
        return {
            "record": owned.record_id,
            "field": owned.field,
            "from": self._named(owned.field, present),
            "to": self._named(owned.field, owned.wanted),
            "rule": self.rules.get(owned.record_id),
        }

    def _named(self, field: str, value: str | None) -> str | None:
        """People by name, and with their shares of a split; who is no person we know by id."""
        if field == SPLITS and value:
            return ", ".join(f"{self.users.get(user, user)} {share} %" for user, share in shares_of(value).items())
        user, known_as, role = (value or "").partition(" as ")
        return self.users.get(user, user) + known_as + role or None


def look_ahead(conn: Connection, mapping: CrmMapping, outcomes: pl.DataFrame, now: datetime) -> Ahead:
    """What is due; `outcomes` tell of deals that no rule has credited yet."""
    places = _places(mapping.ownership)
    due = ownership.due_records(conn, mapping.deal_object, places) if places else []
    people = canonical.whole(conn, "people")
    return Ahead(
        owned=ownership.owned(conn, mapping.deal_object, due),
        read=ownership.as_read(conn, mapping.deal_object, due),
        users={row["user_id"]: row["name"] or row["email"] or row["user_id"] for row in people.iter_rows(named=True)},
        inactive=frozenset(people.filter(~people["active"])["user_id"]),
        rules=_rules(conn, due, outcomes) if due else {},
        now=now,
    )


def fields_ahead(ahead: Ahead, policies: Mapping[str, OwnerPolicy]) -> list[Row]:
    """Every owner field that would be set, by what was last read."""
    return [
        ahead.told(owned, present)
        for record_id, fields in ahead.owned.items()
        for owned, present in _set(fields, policies, ahead.read.get(record_id, {}), ahead.inactive, ahead.now)
    ]


def places_ahead(ahead: Ahead, places: Sequence[Place]) -> list[Row]:
    """Every place of these kinds that would be set, by what the CRM says now."""
    return [
        ahead.told(decision.owned, present)
        for place in places
        for decision, present in _looked(ahead, place)
        if decision.writes
    ]


def _looked(ahead: Ahead, place: Place) -> Iterator[tuple[Decision, str | None]]:
    due = iter(ahead.due(place))
    while batch := list(islice(due, BATCH)):
        said, kept = place.read(batch), {deal: ahead.owned[deal] for deal in batch}
        yield from decide_each(place, kept, ahead.read, said, ahead.inactive, began=ahead.now, now=ahead.now)


def _places(every: Ownership) -> list[str]:
    return [*every.fields, *every.members, *([SPLITS] if every.splits else [])]


def _set(
    fields: Sequence[Owned],
    policies: Mapping[str, OwnerPolicy],
    read: Mapping[str, Any],
    inactive: Collection[str],
    now: datetime,
) -> Iterator[tuple[Owned, str | None]]:
    """The fields of one record that would be set, with what each says now by all that we know."""
    present = {each.field: _present(each, read) for each in fields}
    seen = Seen(present, read, last_change(fields, now), now)
    for each in fields:
        if each.field in policies and decide(each, policies[each.field], seen, inactive).writes:
            yield each, present[each.field]


def _present(owned: Owned, read: Mapping[str, Any]) -> str | None:
    """What the field says by all that we know: what was read stands for our own write, too."""
    if owned.state == "ours" and read.get(owned.field, owned.stood) == owned.stood:
        return owned.written
    return read.get(owned.field)


def _rules(conn: Connection, deals: list[str], outcomes: pl.DataFrame) -> Mapping[str, str]:
    """The rule that decided on each deal; of an open one, in words."""
    said = dict(outcomes.select("deal_id", "reason").iter_rows()) if outcomes.height else {}
    decided = results.assignments_of(conn, deals).filter(pl.col("rule").is_not_null())
    return said | dict(decided.select("deal_id", "rule").iter_rows())
