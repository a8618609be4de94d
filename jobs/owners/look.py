"""Look: what is to be done about the places that are due, by what the CRM says of them right now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from jobs.owners.deciding import Decision, Seen, decide, last_change
from jobs.owners.places import Place, Said, barred
from jobs.running import Run
from store import canonical, ownership
from store.ownership import Owned

BATCH = 2_000
"""Records looked at in one step."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One kind of place in one run, which began at this instant."""

    place: Place
    run: Run
    name: str
    began: datetime


def batches(sending: Sending) -> Iterator[tuple[Sequence[str], Collection[str]]]:
    """The records that are due, with the users whom nothing may be given."""
    with sending.run.store.read() as conn:
        due = ownership.due_records(conn, sending.name, sending.place.policies)
        inactive = _inactive(conn) if due else frozenset()
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH], inactive


def decided(
    conn: Connection, sending: Sending, said: Said, ids: Sequence[str], inactive: Collection[str]
) -> tuple[list[Owned], list[Decision]]:
    """What is known of the places of these records, and what is to be done about those that the CRM still has."""
    place, now = sending.place, sending.run.clock()
    kept, read = ownership.owned(conn, sending.name, ids), ownership.as_read(conn, sending.name, ids)
    mine = [each for every in kept.values() for each in every if each.field in place.policies]
    looked = decide_each(place, kept, read, said, inactive, began=sending.began, now=now)
    return mine, [decision for decision, _ in looked]


def decide_each(
    place: Place,
    kept: Mapping[str, Sequence[Owned]],
    read: Mapping[str, Mapping[str, Any]],
    said: Said,
    inactive: Collection[str],
    *,
    began: datetime,
    now: datetime,
) -> Iterator[tuple[Decision, str | None]]:
    """What is to be done about each place of these records that the CRM still has, and whom it names now."""
    for record_id, every in kept.items():
        changed_at = last_change(every, began)
        for each in every if record_id in said else ():
            if each.field in place.policies:
                known, present = place.present(each, said[record_id])
                seen = Seen({each.field: present}, read.get(record_id, {}), changed_at, now)
                yield decide(known, place.policies[each.field], seen, barred(each.wanted, inactive)), present


def _inactive(conn: Connection) -> frozenset[str]:
    """Users whom no record may be given."""
    people = canonical.whole(conn, "people")
    return frozenset(people.filter(~people["active"])["user_id"])
