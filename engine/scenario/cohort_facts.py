"""What a scenario may state of customers in place of deals: contracts and what became of them, or what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count, Currency, Day, Name, Pay, Rate
from engine.scenario.facts import Customer
from engine.scenario.values import ALWAYS, DEAL_DAY, REP, PeriodLabel, backwards

MOST_CUSTOMERS = 100_000
CUSTOMERS = 10_000
"""So many customers say every rate with two decimals."""


class ContractFact(Customer):
    """A contract that a customer has, and what became of it; without a word on that, it runs on as it is.

    It earns no commission: deals do that. What became of it may also be told by `deals` of the same `account` that are
    upsells, downgrades or renewals.
    """

    account: Name | None = Field(default=None, examples=["acme"])
    """The customer; without it, a customer of its own."""
    payee: Name | None = Field(default=None, examples=["cleo"])
    """Whose customer it is, all the time; without it, whose `roles` say, else `rep`'s."""
    arr: Pay = Field(examples=["100_000"])
    """Annual recurring revenue."""
    currency: Currency | None = Field(default=None, examples=["EUR"])
    """Its currency; without it, the company's."""
    starts_on: Day = Field(default=ALWAYS, examples=["2025-04-01"])
    """Its first day."""
    due: Day | None = Field(default=None, examples=["2026-03-31"])
    """Its last day, on which it is up for renewal; without it, it has no end, or with `renewed` that of `on`."""
    renewed: Pay | None = Field(default=None, examples=["110_000"])
    """It was renewed, at this annual revenue."""
    renewed_on: Day | None = Field(default=None, examples=["2026-04-20"])
    """When the renewal was signed, where that was late."""
    ended: Day | None = Field(default=None, examples=["2026-02-10"])
    """The customer left: the first day without the contract."""
    expanded: Pay | None = Field(default=None, examples=["20_000"])
    """So much more a year, from `on`."""
    shrunk: Pay | None = Field(default=None, examples=["10_000"])
    """So much less a year, from `on`."""
    on: Day = Field(default=DEAL_DAY, examples=["2026-02-15"])
    """When it was expanded or shrunk."""

    @property
    def last_day(self) -> date | None:
        """Its last day, if it has one."""
        return self.on if self.due is None and self.renewed is not None else self.due

    def days(self) -> Iterator[date]:
        """Every day on which something is known to have happened."""
        yield from (day for day in (self.on, self.renewed_on, self.ended) if day is not None)

    def problems(self) -> Iterator[Problem]:
        """One thing became of it."""
        said = [name for name in ("renewed", "expanded", "shrunk") if getattr(self, name) is not None]
        if len(said) > 1:
            remedy = "State one here, and the other as a deal of the account, such as an upsell or a downgrade."
            yield Problem((said[1],), f"written beside {said[0]}.", remedy)
        if self.renewed is not None and self.ended is not None:
            yield Problem(("ended",), "written beside renewed.", "Keep one of them, or state the renewal as a deal.")
        if self.renewed_on is not None and self.renewed is None:
            yield Problem(("renewed_on",), "says when, but not at what.", "Add renewed: its annual revenue.")
        for name in ("ended", "due"):
            for problem in backwards(self.starts_on, getattr(self, name)):
                yield Problem((name,), problem.message, "Write a day after starts_on.")


class CohortFact(Document):
    """What became of a payee's customers, in place of contracts: the rate alone, or the amounts that make it."""

    payee: Name = Field(default=REP, examples=["cleo"])
    """Whose."""
    measure: Name | None = Field(default=None, examples=["grr"])
    """Of which measure; without it, of every measure of retention."""
    period: PeriodLabel | None = Field(default=None, examples=["FY2026-Q1"])
    """The window is the one that ends with this period; without it, the one that 2026-01-15 lies in."""
    rate: Rate | None = Field(default=None, examples=["92.5%"])
    """The rate by itself."""
    start: Pay | None = Field(default=None, examples=["1_000_000"])
    """In place of `rate`: annual revenue at the start (`due`: that was due), in the plan's currency."""
    lost: Pay = Field(default=0, examples=["50_000"])
    """With `start`: of it, lost with customers who left."""
    shrunk: Pay = Field(default=0, examples=["20_000"])
    """With `start`: of it, lost with customers who stayed."""
    expanded: Pay = Field(default=0, examples=["100_000"])
    """With `start`: what customers pay more."""
    customers: Count | None = Field(default=None, examples=["40"])
    """Customers at the start, for a rate of `logos`."""
    customers_lost: Count = Field(default=0, examples=["3"])
    """With `customers`: of them, those who left."""

    def problems(self) -> Iterator[Problem]:
        """One way to say how much, and nobody loses more than there was."""
        stated = [name for name in ("rate", "start", "customers") if getattr(self, name) is not None]
        if not stated:
            yield Problem((), "says nothing about how much.", "Write rate, or start with lost, shrunk and expanded.")
        if self.rate is not None and stated[1:]:
            yield Problem((stated[1],), "written beside rate.", "Keep one of them.")
        for of, parts in (("start", ("lost", "shrunk", "expanded")), ("customers", ("customers_lost",))):
            stray = [name for name in parts if getattr(self, name) and getattr(self, of) is None]
            yield from (Problem((name,), f"is a part of {of}, which is not there.", f"Add {of}.") for name in stray)
        if self.start is not None and self.lost + self.shrunk > self.start:
            yield Problem(("lost",), "more was lost and shrunk than there was.", "Write at most start in all.")
        if self.start == 0:
            yield Problem(("start",), "nobody keeps a part of nothing.", "Write more than 0.")
        if self.customers is not None and not (0 <= self.customers_lost <= self.customers <= MOST_CUSTOMERS):
            message = "are no customers to lose from."
            yield Problem(("customers",), message, f"Write customers_lost up to customers, up to {MOST_CUSTOMERS}.")
        if self.rate is not None and (self.rate * CUSTOMERS).denominator != 1:
            yield Problem(("rate",), "has more than two decimals.", "State start and lost (or customers) in its place.")
