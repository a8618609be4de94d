"""Contracts of an account: those that the CRM keeps, else those that its won deals start; and what runs on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.reference.calendar import months_later
from tests.reference.facts import Facts, Row

STARTS = ("new_business", "renewal")
CHANGES = ("upsell", "cross_sell", "downgrade")
ABOUT = 31
"""Days by which a deal may begin later than the contract that is its."""
Worth = Callable[[Row], int]
"""The ACV of a won deal."""


@dataclass(frozen=True)
class Contract:
    """What a customer signed, until the first day without it."""

    origin: Row | None
    signed: date
    begins: date
    over: date | None
    acv: int | None
    currency: str | None
    stated: bool
    """Whether the CRM keeps it."""
    replaced: tuple[tuple[date, str], ...]
    """The days from which renewals take its place, and which deals these are."""

    def covers(self, day: date) -> bool:
        """Whether it is not over on the day; it may begin later."""
        return self.over is None or day < self.over

    def runs(self, deal: Row) -> bool:
        """Whether it runs when the deal is signed: begun, not over, of another deal, and replaced by none but that."""
        day = deal["closed_on"]
        own = self.origin is not None and self.origin["deal_id"] == deal["deal_id"]
        replaced = any(since <= day and by != deal["deal_id"] for since, by in self.replaced)
        return max(self.signed, self.begins) <= day and self.covers(day) and not own and not replaced


def contracts_of(account: str, facts: Facts, worth: Worth) -> list[Contract]:
    """All of an account: those of the CRM, else what its deals start."""
    stated = facts.contracts_of(account)
    if stated:
        return [_stated(row, facts, worth) for row in stated]
    return [_started(deal, facts, worth) for deal in facts.won_of(account) if deal["motion"] in STARTS]


def all_contracts_of(account: str, facts: Facts, worth: Worth) -> list[Contract]:
    """Beside those of the CRM what renewals start that none of these is of."""
    known = contracts_of(account, facts, worth)
    named = {each.origin["deal_id"] for each in known if each.origin is not None}
    stated = facts.contracts_of(account)
    renewals = (deal for deal in facts.won_of(account) if deal["motion"] == "renewal" and deal["deal_id"] not in named)
    return [*known, *(_started(deal, facts, worth) for deal in renewals if not may_be_of_another(deal, stated))]


def may_be_of_another(deal: Row, stated: Sequence[Row]) -> bool:
    """Whether a contract of the CRM that names no deal starts at most so many days before the deal, or later."""
    nameless = (row["starts_on"] for row in stated if row["origin_deal_id"] is None)
    first = (deal["starts_on"] or deal["closed_on"]) - timedelta(days=ABOUT)
    return any(first <= day for day in nameless)


def ended_by_churn(deal: Row, facts: Facts) -> date | None:
    """The first day on which a churn ended the contract that the deal started: it names the deal, or can only mean it.

    Not where the CRM keeps contracts for the customer.
    """
    account = deal["account_id"]
    if facts.contracts_of(account):
        return None
    started = [each for each in facts.won_of(account) if each["motion"] in STARTS]
    days = [
        churn["closed_on"]
        for churn in (each for each in facts.won_of(account) if each["motion"] == "churn")
        if _ended(churn, started) == [deal["deal_id"]]
    ]
    return min(days, default=None)


def ended_by_event(deal: Row, facts: Facts) -> date | None:
    """When the first event says that what the deal sold was cancelled."""
    said = (event["happened_on"] for event in facts.events_of(deal["deal_id"]) if event["kind"] == "cancelled")
    return min(said, default=None)


def _ended(churn: Row, started: Sequence[Row]) -> list[str]:
    """Which contracts a churn may have ended."""
    if churn["prior_deal_id"] is not None:
        return [churn["prior_deal_id"]]
    day, found = churn["closed_on"], []
    for deal in started:
        begins = deal["starts_on"] or deal["closed_on"]
        ends = months_later(begins, deal["term_months"]) if deal["term_months"] else date.max
        if begins <= day < ends:
            found.append(deal["deal_id"])
    return found


def running_acv(deal: Row, contracts: Sequence[Contract], facts: Facts, worth: Worth) -> int | None:
    """What the account has running when the deal is signed; None where nothing does, or it cannot be added up.

    What the CRM keeps is worth what it says; without any of that come the changes that were won since the last signing.
    """
    running = [each for each in contracts if each.runs(deal)]
    if not running or any(each.acv is None or each.currency != deal["currency"] for each in running):
        return None
    total = sum(each.acv or 0 for each in running)
    if any(each.stated for each in running):
        return total
    changes = list(_changes(deal, max(each.signed for each in running), facts))
    if any(each["currency"] != deal["currency"] for each in changes):
        return None
    return total + sum(worth(each) for each in changes)


def _changes(deal: Row, since: date, facts: Facts) -> Iterator[Row]:
    """What was sold or taken off since a day and before the deal, of one day by id, and not cancelled."""
    for each in facts.won_of(deal["account_id"]):
        before = (each["closed_on"], each["deal_id"]) < (deal["closed_on"], deal["deal_id"])
        gone = ended_by_event(each, facts)
        runs = gone is None or deal["closed_on"] < gone
        if each["motion"] in CHANGES and since <= each["closed_on"] and before and runs:
            yield each


def _stated(row: Row, facts: Facts, worth: Worth) -> Contract:
    """A contract of the CRM: its last day is a day of it; what it does not say is said by the deal that started it."""
    origin = facts.won.get(row["origin_deal_id"])
    ends = [row["ends_on"] + timedelta(days=1)] if row["ends_on"] is not None else []
    told = ended_by_event(origin, facts) if origin is not None else None
    ends += [day for day in (row["cancelled_on"], told) if day is not None]
    acv, currency = row["acv_micros"], row["currency"]
    if acv is None and origin is not None:
        acv, currency = worth(origin), origin["currency"]
    return Contract(
        origin=origin,
        signed=row["starts_on"] if origin is None else origin["closed_on"],
        begins=row["starts_on"],
        over=min(ends, default=None),
        acv=acv,
        currency=currency,
        stated=True,
        replaced=_replaced(row["contract_id"], row["origin_deal_id"], facts),
    )


def _started(deal: Row, facts: Facts, worth: Worth) -> Contract:
    """What a deal starts lasts for its term, from its start."""
    begins = deal["starts_on"] or deal["closed_on"]
    ends = [months_later(begins, deal["term_months"])] if deal["term_months"] else []
    ends += [day for day in (ended_by_churn(deal, facts), ended_by_event(deal, facts)) if day is not None]
    return Contract(
        origin=deal,
        signed=deal["closed_on"],
        begins=begins,
        over=min(ends, default=None),
        acv=worth(deal),
        currency=deal["currency"],
        stated=False,
        replaced=_replaced(deal["deal_id"], deal["deal_id"], facts),
    )


def _replaced(name: str, origin: str | None, facts: Facts) -> tuple[tuple[date, str], ...]:
    """By the renewals that name it, or the deal that started it: from their start, but not before they are signed."""
    renewals = facts.renewals_of(name, origin)
    return tuple((max(each["starts_on"] or each["closed_on"], each["closed_on"]), each["deal_id"]) for each in renewals)
