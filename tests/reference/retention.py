"""Rates of retention: what became, within a window, of the customers whom a payee owned on its first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from engine.documents.company import Company
from engine.documents.engagement import Engagement
from engine.documents.measure import Measure
from engine.documents.retention import Retention
from tests.reference.calendar import Span, span_of
from tests.reference.classify import Deal
from tests.reference.entries import Entry
from tests.reference.facts import Facts, Row
from tests.reference.holders import HeldDealError, holder_of
from tests.reference.money import WHOLE, rounded
from tests.reference.revenue import Contract, contracts_of, revenue
from tests.reference.rollups import above

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Customers:
    """Whose customers everybody's are, and how far days are over."""

    facts: Facts
    company: Company
    engagements: Sequence[Engagement]
    through: date

    def rates(self, name: str, measure: Measure, payee: str, over: str) -> Iterator[Entry]:
        """What a payee kept of each window, on its last day, once it is over; nobody to keep is no rate."""
        asked = measure.retention
        assert asked is not None
        for window in self._windows(over):
            paths = [
                path
                for account in self.facts.accounts
                if self._answers(payee, account, window.first, measure)
                for path in _paths(contracts_of(account["account_id"], self.facts), asked, window)
            ]
            if paths:
                kept, whole = (sum(_counted(asked, path)[place] for path in paths) for place in (0, 1))
                whole = rounded(whole * (asked.goal or Fraction(1)))
                yield Entry(f"retention:{name}:{payee}:{window.end}", None, window.end - DAY, kept, whole=whole)

    def _windows(self, over: str) -> Iterator[Span]:
        """Every window that is over, since the first customer signed."""
        since = [row["starts_on"] for row in self.facts.contracts] + [row["closed_on"] for row in self.facts.deals]
        window = span_of(min(since), over, self.company)
        while window.end <= self.through:
            yield window
            window = span_of(window.end, over, self.company)

    def _answers(self, payee: str, account: Row, day: date, measure: Measure) -> bool:
        """Whether a customer is the payee's on the day: as its owner, or as a manager above the owner."""
        assert measure.retention is not None
        owner = self._owner(account, day, measure.retention.owner)
        if owner is None:
            return False
        over = "rollup" in measure.credits and payee in above(owner, day, self.facts)
        return over or ("direct" in measure.credits and owner == payee)

    def _owner(self, account: Row, day: date, owner: str) -> str | None:
        """Who holds the role for the account, or steps in for its vacancy; nobody where that cannot be told."""
        in_force = next(each for each in self.engagements if each.effective.covers(day))
        try:
            return holder_of(owner, _as_deal(account, day), in_force, self.facts)
        except HeldDealError:
            return None


def _as_deal(account: Row, day: date) -> Deal:
    """What rules of engagement look at where nothing is sold: the account and the day."""
    row = {"deal_id": "", "owner_id": None}
    unknown = dict.fromkeys(
        ("cost", "list_price", "expiring_acv", "running_acv", "signing", "first_won_on", "cancelled_on")
    )
    return Deal(row=row, account=account, lines=(), day=day, motion="", amount=0, acv=0, fx=None, **unknown)  # type: ignore[arg-type]  # nobody asks


def _paths(contracts: Sequence[Contract], asked: Retention, window: Span) -> Iterator[list[int]]:
    """Revenue day by day from the day before the window on: of the customer, or of each contract that was due."""
    before = window.first - DAY
    days = [before + DAY * place for place in range(window.days + 1)]
    if asked.cohort == "book":
        path = [revenue(contracts, day, asked.grace_days) for day in days]
        if path[0] > 0:
            yield path
        return
    for each in contracts:
        if each.ends is not None and window.covers(each.ends - DAY) and each.begins <= before:
            renewal = each.renewal.worth if each.renewal and each.renewed_in_time(asked.grace_days) else 0
            yield [each.at_last(asked.grace_days), renewal]


def _counted(asked: Retention, path: Sequence[int]) -> tuple[int, int]:
    """What was kept, and what there was: revenue, or customers."""
    start, end = path[0], path[-1]
    if asked.kind == "logos":
        return (WHOLE if end > 0 else 0), WHOLE
    if asked.kind == "net":
        return end, start
    steps = [before - after for before, after in pairwise(path) if after < before]
    lost = start - end if asked.losses == "net" else start if end <= 0 else sum(steps)
    return min(max(start - lost, 0), start), start
