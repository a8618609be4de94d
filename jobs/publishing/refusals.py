"""What the CRM refuses to take, named for people: whose statement or line it is, never by key, and without amounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection

from connectors.pay_objects import PAY_OBJECTS
from connectors.pay_records import PayRecords
from connectors.port import FULL
from engine.model import Issue, Severity
from store import canonical, writeback
from store.canonical import deal_names
from store.record_families import wanted_of
from store.writeback import Parked

REMEDY = "Mend the record or the permission; it is tried again when the record changes, and once a day."
AND_THEN = "it is tried again once a day."
REMEDIES = {
    "INACTIVE_OWNER_OR_USER": f"'worker.py statement' shows it all the same. Where the user is activated, {AND_THEN}",
    "TRANSFER_REQUIRES_READ": f"Run 'worker.py setup --apply', which lets payees read what they own; {AND_THEN}",
}
"""By the CRM's code, where it is known what to do."""
MAKE_ROOM = "Make room in the CRM: delete what is not needed, or buy more. They are tried again once a day."


class Refusal(NamedTuple):
    """A record that waits, or all new ones of an object for which there is no room."""

    object: str
    subject: str
    code: str
    message: str
    attempts: int
    records: int

    @property
    def issue(self) -> Issue:
        """The same for the list of what waits for a person."""
        said = f"the CRM says: {self.message} ({self.code})"
        if self.code in FULL:
            text = f"{self.records} new records were not written, and no more are tried; {said}"
            return Issue("records_full", Severity.WARNS, self.subject, text, MAKE_ROOM)
        remedy = REMEDIES.get(self.code, REMEDY)
        return Issue("write_parked", Severity.WARNS, self.subject, f"was not written; {said}", remedy)


def refusals(conn: Connection, objects: Collection[str]) -> list[Refusal]:
    """What is parked of these objects, by name; what there is no room for is told once for each object."""
    every = [each for each in writeback.parked(conn) if each.object in objects]
    names = _names(conn, [each for each in every if each.code not in FULL])
    single = [
        Refusal(each.object, names[each.object, each.record_id], each.code, each.message, each.attempts, 1)
        for each in every
        if each.code not in FULL
    ]
    return [*_without_room(each for each in every if each.code in FULL), *sorted(single)]


def _without_room(every: Iterable[Parked]) -> Iterator[Refusal]:
    for name, some in groupby(every, key=lambda each: each.object):
        first, *more = some
        yield Refusal(name, name, first.code, first.message, first.attempts, 1 + len(more))


def _names(conn: Connection, every: Sequence[Parked]) -> Mapping[tuple[str, str], str]:
    """What each record is called: statements and lines by payee, plan and period, others by their id."""
    found = {(each.object, each.record_id): f"{each.object} {each.record_id}" for each in every}
    for pay in PAY_OBJECTS.values():
        keys = {name: [each.record_id for each in every if each.object == name] for name in pay.keys}
        if any(keys.values()):
            found |= _Naming(conn, pay).named(keys[pay.statement.name], keys[pay.line.name])
    return found


class _Naming:
    """Knows the people and deals that statements and lines name."""

    def __init__(self, conn: Connection, pay: PayRecords) -> None:
        self.conn, self.pay = conn, pay
        people = canonical.whole(conn, "people").iter_rows(named=True)
        self.people = {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people}

    def named(self, statements: Sequence[str], lines: Sequence[str]) -> Mapping[tuple[str, str], str]:
        """By object and key."""
        statement, line = self.pay.statement.name, self.pay.line.name
        lines_ = wanted_of(self.conn, line, lines)
        parents = wanted_of(self.conn, statement, [*statements, *(parent for parent, _ in lines_.values())])
        whose = {key: self._whose(payee_id, fields) for key, (payee_id, fields) in parents.items()}
        deals = deal_names(self.conn, {fields[self._deal] for _, fields in lines_.values() if fields.get(self._deal)})
        found = {(statement, key): f"{statement} of {whose[key]}" for key in statements}
        for key, (parent, fields) in lines_.items():
            deal = deals.get(fields.get(self._deal) or "")
            what = fields[self.pay.line.fields["component"]] + (f", deal {deal}" if deal else "")
            found[line, key] = f"{line} of {whose[parent]}, {what}"
        return found

    @property
    def _deal(self) -> str:
        return self.pay.line.fields["deal_id"]

    def _whose(self, payee_id: str, fields: Mapping[str, Any]) -> str:
        said = self.pay.statement.fields
        return f"{self.people.get(payee_id, payee_id)}, plan {fields[said['plan']]}, {fields[said['period']]}"
