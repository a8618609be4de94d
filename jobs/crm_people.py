"""What the CRM says of people, with days: it keeps a title, a manager, a salary, but not since when.

What is read of somebody first counts from the beginning, and what is read later from the day on which it was read.
Where another day is meant, a people file says so: about whom it mentions it decides alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection

from connectors.canonical import COLUMNS
from connectors.dialect import Row
from store import people
from store.people import Told

TITLE, MANAGER, ACTIVE, EMAIL, PAY = "title", "manager_id", "active", "email", "pay"
OPEN_FACTS = frozenset({TITLE, MANAGER, ACTIVE, EMAIL})
"""What everybody may know of a colleague."""
INACTIVE = json.dumps(obj=False)

Changes = Sequence[tuple[date, str | None]]
"""Values with the day since when, oldest first."""


@dataclass(frozen=True, slots=True)
class CrmPeople:
    """What the CRM says of people, as rows of the frames that people files have, in the order of their columns."""

    roles: list[Row]
    managers: list[Row]
    pay: list[Row]
    emails: Mapping[str, set[str]]
    """Every e-mail address that somebody ever had, in small letters, and whose it was."""


def tell_people(conn: Connection, read: Mapping[str, Iterable[Row]], today: date, now: datetime) -> None:
    """Keep what was read of people, where it is news; `read` has rows by frame."""
    names = COLUMNS["people"]
    facts = [
        Told(row[0], fact, None if (value := row[names.index(fact)]) is None else json.dumps(value), today)
        for row in read.get("people", ())
        for fact in (TITLE, MANAGER, ACTIVE, EMAIL)
    ]
    facts += [
        Told(person, PAY, None if amounts[:3] == [None] * 3 else json.dumps(amounts), today)
        for person, *amounts in read.get("compensation", ())
    ]
    people.tell(conn, facts, now)


def crm_people(conn: Connection, roles: Mapping[str, str]) -> CrmPeople:
    """Everything that was told of people; `roles` says what titles mean."""
    told: dict[str, dict[str, list[tuple[date, str | None]]]] = defaultdict(lambda: defaultdict(list))
    emails: dict[str, set[str]] = defaultdict(set)
    for person, fact, value, day in people.told(conn):
        changes = told[fact][person]
        always = not changes and value != INACTIVE
        changes.append((date.min if always else day, value))
        if fact == EMAIL and value is not None:
            emails[json.loads(value).casefold()].add(person)
    return CrmPeople(
        roles=[
            (person, role, "owned", None, since, until, None)
            for person, titles in told[TITLE].items()
            for role, since, until in _spans(_roles(titles, told[ACTIVE].get(person, ()), roles))
        ],
        managers=[
            (person, json.loads(manager), since, until)
            for person, changes in told[MANAGER].items()
            for manager, since, until in _spans(changes)
        ],
        pay=[
            (person, since, until, base, variable, ote, currency)
            for person, changes in told[PAY].items()
            for amounts, since, until in _spans(changes)
            for base, variable, ote, currency in [json.loads(amounts)]
        ],
        emails=emails,
    )


def for_the_company(owned: Iterable[Row], taken: Collection[str], pools: Collection[str]) -> Iterator[Row]:
    """Who has a role by title for all that nobody with it owns: all members of a pool, else whoever alone has it.

    Not where somebody has it by the file (`taken`): two would be no choice.
    """
    held: dict[str, list[Row]] = defaultdict(list)
    for row in owned:
        held[row[1]].append(row)
    for role, rows in held.items():
        if role in pools:
            yield from ((row[0], role, "company", None, *row[4:]) for row in rows)
        elif role not in taken:
            yield from ((person, role, "company", None, *days, None) for person, *days in _spans(_alone(rows)))


def _alone(rows: Sequence[Row]) -> Changes:
    """On each day on which that changes, the only holder, if there is one."""
    days = sorted({day for row in rows for day in row[4:6] if day is not None})
    there = [(day, [row[0] for row in rows if row[4] <= day < (row[5] or date.max)]) for day in days]
    return [(day, people[0] if len(people) == 1 else None) for day, people in there]


def _roles(titles: Changes, active: Changes, roles: Mapping[str, str]) -> Changes:
    """The role that the title of the day means; who is not active holds none."""
    days = sorted({day for day, _ in (*titles, *active)})
    return [(day, None if _on(day, active) == INACTIVE else _meant(_on(day, titles), roles)) for day in days]


def _meant(title: str | None, roles: Mapping[str, str]) -> str | None:
    return None if title is None else roles.get(json.loads(title))


def _on(day: date, changes: Changes) -> str | None:
    return next((value for since, value in reversed(changes) if since <= day), None)


def _spans(changes: Changes) -> Iterator[tuple[str, date, date | None]]:
    """From which day until which: the last of a day counts, and the same twice is once."""
    kept = [(value, next(run)[0]) for value, run in groupby(dict(changes).items(), key=lambda change: change[1])]
    ends = [*(day for _, day in kept[1:]), None]
    for (value, since), until in zip(kept, ends, strict=True):
        if value is not None:
            yield value, since, until
