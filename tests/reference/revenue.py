"""Recurring revenue of customers, day by day: contracts, what renews them, and what changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.reference.calendar import months_later
from tests.reference.classify import acv_of
from tests.reference.facts import Facts, Row

FIRM = ("new_business", "renewal")
"""What starts a contract, where the CRM keeps none for the customer; beside those that it keeps renewals alone do."""


class UnknownRevenueError(Exception):
    """Nobody can say what a customer pays, or what part of it counts."""


@dataclass(frozen=True)
class Piece:
    """Revenue of a year that one deal, or a contract of no deal, brought."""

    deal: Row | None
    acv: int | None
    currency: str | None


Value = Callable[[Piece], int]
"""What a piece counts for."""


@dataclass(eq=False)
class Contract:
    """What a customer pays for a year, from its first day to its end, the first day without it."""

    name: str
    origin: Row | None
    begins: date
    ends: date | None
    worth: Piece
    alone: bool = False
    """Whether it was sold beside contracts, where none ran: it comes up for no renewal."""
    changes: list[tuple[date, Piece]] = field(default_factory=list)
    renewal: Contract | None = None

    def covers(self, day: date) -> bool:
        """Whether it is not over on the day, whether it has been renewed by then or not."""
        return self.ends is None or day < self.ends

    def natural(self, day: date) -> Iterator[Piece]:
        """What it is worth on the day, whether it has been renewed by then or not."""
        if self.begins <= day and self.covers(day):
            yield self.worth
            yield from (piece for since, piece in self.changes if since <= day)

    def renewed_in_time(self, grace_days: int) -> bool:
        """Whether what renews it was signed by the day on which it had to start, or so many days later."""
        if self.renewal is None or self.ends is None:
            return self.renewal is not None
        signed = self.renewal.origin["closed_on"] if self.renewal.origin is not None else self.renewal.begins
        return bool(signed <= self.ends + timedelta(days=grace_days))

    def at_last(self, grace_days: int, value: Value) -> int:
        """What it came to on the last day before it ended, or before a renewal in time replaced it."""
        return sum(map(value, self._last_pieces(grace_days)))

    def pieces_on(self, day: date, grace_days: int) -> list[Piece]:
        """What adds to the customer's revenue: until it ends, or until a renewal in time starts."""
        replaced_on = self._replaced_on(grace_days)
        if replaced_on is None or day < self.begins:
            return list(self.natural(day))
        if day >= replaced_on:
            return []
        return list(self.natural(day)) if self.covers(day) else self._last_pieces(grace_days)

    def _last_pieces(self, grace_days: int) -> list[Piece]:
        ends = [each for each in (self.ends, self._replaced_on(grace_days)) if each is not None]
        return list(self.natural(min(ends) - timedelta(days=1)))

    def _replaced_on(self, grace_days: int) -> date | None:
        return self.renewal.begins if self.renewal is not None and self.renewed_in_time(grace_days) else None


def contracts_of(account: str, facts: Facts) -> list[Contract]:
    """The contracts of a customer, each with its changes and with what renews it."""
    stated = facts.contracts_of(account)
    named = {row["origin_deal_id"] for row in stated}
    deals = facts.won_of(account)
    made = [_stated(row, facts) for row in stated]
    firm = FIRM if not stated else FIRM[1:]
    made += [_signed(deal) for deal in deals if deal["motion"] in firm and deal["deal_id"] not in named]
    made.sort(key=lambda each: (each.begins, each.name))
    for each in made:
        prior = _renews(each, made)
        if prior is not None:
            prior.renewal = each
    sold = [alone for deal in deals if deal["motion"] not in FIRM for alone in _change(deal, made)]
    return [*made, *sold]


def revenue(contracts: Sequence[Contract], day: date, grace_days: int, value: Value) -> int:
    """What the customer pays for a year on the day."""
    return sum(value(piece) for each in contracts for piece in each.pieces_on(day, grace_days))


def _stated(row: Row, facts: Facts) -> Contract:
    """A contract of the CRM: worth what its deal signed; its last day is a day of it."""
    origin = facts.won.get(row["origin_deal_id"])
    ends = [row["ends_on"] + timedelta(days=1)] if row["ends_on"] is not None else []
    ends += [row["cancelled_on"]] if row["cancelled_on"] is not None else []
    worth = Piece(None, row["acv_micros"], row["currency"]) if origin is None else _of_deal(origin)
    return Contract(row["contract_id"], origin, row["starts_on"], min(ends, default=None), worth)


def _of_deal(deal: Row) -> Piece:
    return Piece(deal, acv_of(deal), deal["currency"])


def _signed(deal: Row) -> Contract:
    """A deal that no contract of the CRM names is one of its own, for its term."""
    begins = max(deal["starts_on"] or deal["closed_on"], deal["closed_on"])
    ends = months_later(begins, deal["term_months"]) if deal["term_months"] else None
    return Contract(deal["deal_id"], deal, begins, ends, _of_deal(deal))


def _renews(each: Contract, all_of_them: Sequence[Contract]) -> Contract | None:
    """Which contract a renewal renews: the one that it names, else the one that ends nearest to its start."""
    if each.origin is None or each.origin["motion"] != "renewal":
        return None
    others = [other for other in all_of_them if other is not each]
    for other in others:
        of = other.origin["deal_id"] if other.origin is not None else None
        if other.name == each.origin["renewed_contract_id"] or (of and of == each.origin["prior_deal_id"]):
            return other
    ending = [other for other in others if other.ends is not None and other.begins < each.begins]
    return min(ending, key=lambda other: abs(((other.ends or date.max) - each.begins).days), default=None)


def _change(deal: Row, contracts: Sequence[Contract]) -> Iterator[Contract]:
    """An upsell, cross-sell or downgrade changes the contract that runs on the day on which it starts.

    What is sold where none runs lasts its own term.
    """
    day = max(deal["starts_on"] or deal["closed_on"], deal["closed_on"])
    running = [each for each in contracts if each.begins <= day and each.covers(day)]
    if running:
        max(running, key=lambda each: each.begins).changes.append((day, _of_deal(deal)))
    elif acv_of(deal) > 0:
        ends = months_later(day, deal["term_months"]) if deal["term_months"] else None
        yield Contract(deal["deal_id"], deal, day, ends, _of_deal(deal), alone=True)
