"""Pools: a role that several people hold in one place goes to one of them, account by account, and stays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.pools import WEEKDAYS, Pool
from tests.reference.classify import Deal
from tests.reference.facts import Facts, Lot, Row, holds_on
from tests.reference.leave import is_away

PLACES = ("territory", "segment", "company")


@dataclass(frozen=True)
class _Asking:
    """A deal that needs the role: the lots so far, and who the members are on the working day."""

    place: str
    account: str
    day: date
    members: Sequence[Row]
    lots: list[Lot]

    def last_turn(self, person: str) -> int:
        """When somebody had the last turn at this place; who had none comes before all."""
        turns = [turn for turn, lot in enumerate(self.lots, 1) if (lot.place, lot.drawn) == (self.place, person)]
        return max(turns, default=0)

    def accounts_of(self, person: str) -> int:
        """How many accounts, of any place, were last given to the person."""
        return list({lot.account: lot.drawn for lot in self.lots}.values()).count(person)


def give_away(deal: Deal, engagement: Engagement, facts: Facts) -> None:
    """The deal's account, for every pool; not for a role that somebody has for the account itself on the deal's day."""
    for role, pool in engagement.pools.items():
        if not _members(role, "account", deal.account["account_id"], deal.day, facts):
            pool_member(role, deal, pool, facts)


def pool_member(role: str, deal: Deal, pool: Pool, facts: Facts) -> str | None:
    """Who of the pool looks after the deal's account; None where nobody is a member, or all are full."""
    day = _working_day(deal.day, pool)
    lots = facts.lots.setdefault(f"pool {role}", [])
    for place in PLACES:
        value = None if place == "company" else deal.account[place]
        if place == "company" or value is not None:
            members = _members(role, place, value, day, facts)
            if members:
                named = place if value is None else f"{place} {value}"
                return _member(pool, _Asking(named, deal.account["account_id"], day, members, lots), facts)
    return None


def _working_day(day: date, pool: Pool) -> date:
    while WEEKDAYS[day.weekday()] not in pool.working_days or day in pool.holidays:
        day += timedelta(days=1)
    return day


def _members(role: str, scope: str, value: str | None, day: date, facts: Facts) -> list[Row]:
    here = [row for row in facts.role_holdings if (row["role"], row["scope"], row["value"]) == (role, scope, value)]
    return [row for row in here if holds_on(row, day)]


def _member(pool: Pool, asking: _Asking, facts: Facts) -> str | None:
    """Whom the account was last given to by that day, or first after it, of those who are members; else a new turn."""
    people = {row["person_id"] for row in asking.members}
    given = [lot for lot in asking.lots if lot.account == asking.account and lot.drawn in people]
    before = [lot for lot in given if lot.day <= asking.day]
    if given:
        return before[-1].drawn if before else given[0].drawn
    asking = replace(
        asking,
        members=[row for row in asking.members if not is_away(row["person_id"], asking.day, facts, protected_too=True)],
    )
    person = _in_turn(asking) if pool.draw == "round_robin" else _by_capacity(asking)
    if person is not None:
        asking.lots.append(Lot(asking.place, asking.account, person, asking.day))
    return person


def _in_turn(asking: _Asking) -> str | None:
    people = {row["person_id"] for row in asking.members}
    return min(people, key=lambda person: (asking.last_turn(person), person), default=None)


def _by_capacity(asking: _Asking) -> str | None:
    """The member of whose capacity the smallest part is used; among equals in turn; nobody who is full."""
    known = sorted((row for row in asking.members if row["capacity"]), key=lambda row: int(row["capacity"]))
    free = {row["person_id"]: row["capacity"] for row in known}
    free = {person: capacity for person, capacity in free.items() if asking.accounts_of(person) < capacity}

    def used(person: str) -> tuple[Fraction, int, str]:
        return Fraction(asking.accounts_of(person), free[person]), asking.last_turn(person), person

    return min(free, key=used, default=None)
