"""Recurring revenue of customers, day by day: contracts, what renews them, and what changes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.reference.calendar import months_later
from tests.reference.classify import acv_of, cancelled_on
from tests.reference.contracts import ended_by_churn, ended_by_event, may_be_of_another
from tests.reference.facts import Facts, Row

FIRM = ("new_business", "renewal")
"""What starts a contract, where the CRM keeps none for the customer; beside those that it keeps renewals alone do."""
CHANGES = ("upsell", "cross_sell", "downgrade")


class UnknownRevenueError(Exception):
    """Nobody can say what a customer pays, or what part of it counts."""


@dataclass(frozen=True)
class Piece:
    """Revenue of a year that one deal, or a contract of no deal, brought, until the first day without it."""

    deal: Row | None
    acv: int | None
    currency: str | None
    since: date
    until: date | None

    def is_there(self, day: date) -> bool:
        """Whether it adds to what the customer pays on the day."""
        return self.since <= day and (self.until is None or day < self.until)


Value = Callable[[Piece], int]
"""What a piece counts for."""


@dataclass(eq=False)
class Contract:
    """What a customer signed for a year, from its first day until it is over, the first day without it."""

    name: str
    origin: Row | None
    begins: date
    over: date | None
    acv: int | None
    currency: str | None
    renewals: list[Contract] = field(default_factory=list)
    renewed: list[Contract] = field(default_factory=list)
    """Those that it renews."""

    @property
    def signed(self) -> date:
        """The day on which its deal was won."""
        day: date = self.origin["closed_on"] if self.origin is not None else self.begins
        return day

    def in_time(self, grace_days: int) -> list[Contract]:
        """The renewals that were signed by the day on which they had to start, or so many days later."""
        if self.over is None:
            return self.renewals
        last = self.over + timedelta(days=grace_days)
        return [each for each in self.renewals if each.signed <= last]

    def since(self, grace_days: int) -> date:
        """Its first day; that of a late renewal is not before it was signed."""
        late = any(self not in each.in_time(grace_days) for each in self.renewed)
        return max(self.begins, self.signed) if late else self.begins

    def until(self, grace_days: int) -> date | None:
        """The day on which a renewal in time starts, else that on which it is over."""
        return min((each.begins for each in self.in_time(grace_days)), default=self.over)

    def piece(self, grace_days: int) -> Piece:
        """What it is worth by itself."""
        return Piece(self.origin, self.acv, self.currency, self.since(grace_days), self.until(grace_days))


@dataclass(frozen=True)
class History:
    """The contracts of a customer, with the changes of each, and what was sold where none ran."""

    contracts: list[Contract]
    changes: dict[str, list[Piece]]
    alone: list[Piece]
    grace_days: int

    def of(self, contract: Contract) -> list[Piece]:
        """A contract and what changed it."""
        return [contract.piece(self.grace_days), *self.changes.get(contract.name, [])]

    def revenue(self, day: date, value: Value) -> int:
        """What the customer pays for a year on the day."""
        return sum(value(piece) for piece in self.on(day))

    def on(self, day: date) -> list[Piece]:
        """What adds to it."""
        every = [*(piece for each in self.contracts for piece in self.of(each)), *self.alone]
        return [piece for piece in every if piece.is_there(day)]

    def due(self, contract: Contract, value: Value) -> tuple[int, int]:
        """What a contract with an end came to on its last day, or before that, and what renews it in time."""
        ends = [day for day in (contract.over, contract.until(self.grace_days)) if day is not None]
        at_last = [piece for piece in self.of(contract) if piece.is_there(min(ends) - timedelta(days=1))]
        renewals = (each.piece(self.grace_days) for each in contract.in_time(self.grace_days))
        return sum(map(value, at_last)), sum(map(value, renewals))


def history_of(account: str, facts: Facts, grace_days: int) -> History:
    """The contracts of a customer, where a renewal so many days late is in time."""
    contracts = _contracts(account, facts)
    history = History(contracts, {}, [], grace_days)
    started = {each.origin["deal_id"] for each in contracts if each.origin is not None}
    for deal in facts.won_of(account):
        if deal["motion"] in CHANGES and deal["deal_id"] not in started:
            day = deal["starts_on"] or deal["closed_on"]
            acv = -abs(acv_of(deal)) if deal["motion"] == "downgrade" else acv_of(deal)
            _place(history, deal, acv, day, ended_by_event(deal, facts))
        for event in facts.events_of(deal["deal_id"]):
            if event["kind"] == "downgraded":
                less = min(acv_of(deal), acv_of(deal) if event["amount_micros"] is None else event["amount_micros"])
                of_it = {**deal, "prior_deal_id": deal["deal_id"], "renewed_contract_id": None, "term_months": None}
                gone = cancelled_on(deal, facts)
                _place(history, of_it, -max(less, 0), event["happened_on"], gone)
    return history


def _contracts(account: str, facts: Facts) -> list[Contract]:
    stated = facts.contracts_of(account)
    named = {row["origin_deal_id"] for row in stated}
    made = [_stated(row, facts) for row in stated]
    for deal in facts.won_of(account):
        own = deal["motion"] == "renewal" and not may_be_of_another(deal, stated) if stated else deal["motion"] in FIRM
        if own and deal["deal_id"] not in named:
            made.append(_signed(deal, facts))
    _link(made)
    return made


def _stated(row: Row, facts: Facts) -> Contract:
    """A contract of the CRM: worth what its deal signed; its last day is a day of it."""
    origin = facts.won.get(row["origin_deal_id"])
    ends = [row["ends_on"] + timedelta(days=1) if row["ends_on"] is not None else None, row["cancelled_on"]]
    if origin is None:
        return Contract(row["contract_id"], None, row["starts_on"], _first(*ends), row["acv_micros"], row["currency"])
    over = _first(*ends, ended_by_event(origin, facts))
    return Contract(row["contract_id"], origin, row["starts_on"], over, acv_of(origin), origin["currency"])


def _signed(deal: Row, facts: Facts) -> Contract:
    """A deal that no contract of the CRM names is one of its own, for its term."""
    begins = deal["starts_on"] or deal["closed_on"]
    ends = months_later(begins, deal["term_months"]) if deal["term_months"] else None
    over = _first(ends, ended_by_churn(deal, facts), ended_by_event(deal, facts))
    return Contract(deal["deal_id"], deal, begins, over, acv_of(deal), deal["currency"])


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _link(contracts: Sequence[Contract]) -> None:
    """Renewals take the place of the contracts that they name; the others each of one of the rest, the nearest first.

    A contract that names no deal may renew one, too, that is over when it starts.
    """
    for each in contracts:
        for other in contracts:
            if other is not each and _names(each, other):
                _renew(each, other)
    silent = [each for each in contracts if _is_renewal(each, nameless=True) and not each.renewed]
    left = [each for each in contracts if not each.renewals]
    pairs = [(each, other) for each in silent for other in left if other.begins < each.begins and _fits(each, other)]
    for each, other in sorted(pairs, key=lambda pair: (_away(*pair), pair[1].name, pair[0].name)):
        if not each.renewed and not other.renewals:
            _renew(each, other)


def _renew(renewal: Contract, contract: Contract) -> None:
    renewal.renewed.append(contract)
    contract.renewals.append(renewal)


def _is_renewal(each: Contract, *, nameless: bool = False) -> bool:
    return nameless if each.origin is None else each.origin["motion"] == "renewal"


def _names(each: Contract, other: Contract) -> bool:
    if each.origin is None or not _is_renewal(each):
        return False
    of = other.origin["deal_id"] if other.origin is not None else None
    by_deal = of is not None and of == each.origin["prior_deal_id"]
    return by_deal or other.name == each.origin["renewed_contract_id"]


def _fits(each: Contract, other: Contract) -> bool:
    return each.origin is not None or (other.over is not None and other.over <= each.begins)


def _away(each: Contract, other: Contract) -> int:
    """Days from the end of the one to the start of the other; one without an end is farthest."""
    return abs(((other.over or date.max) - each.begins).days)


def _place(history: History, deal: Row, acv: int, day: date, cancelled: date | None) -> None:
    """A change is of the contract that it names, else of that to end last of those that run when it starts.

    What is sold where none runs lasts its own term.
    """
    running = [each for each in history.contracts if each.piece(history.grace_days).is_there(day)]
    best = max(running, key=lambda each: _rank(each, deal, history.grace_days), default=None)
    if best is not None:
        of_its_own = best.origin is not None and best.origin["deal_id"] == deal["deal_id"]
        until = _first(best.until(history.grace_days), None if of_its_own else cancelled)
        history.changes.setdefault(best.name, []).append(Piece(deal, acv, deal["currency"], day, until))
    elif acv > 0:
        ends = months_later(day, deal["term_months"]) if deal["term_months"] else None
        history.alone.append(Piece(deal, acv, deal["currency"], day, _first(ends, cancelled)))


def _rank(each: Contract, deal: Row, grace_days: int) -> tuple[bool, date]:
    of = each.origin["deal_id"] if each.origin is not None else None
    named = each.name == deal["renewed_contract_id"] or (of is not None and of == deal["prior_deal_id"])
    return named, each.until(grace_days) or date.max
