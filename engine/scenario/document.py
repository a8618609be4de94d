"""The scenario file: one worked example, with its facts and what must come of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem, nearest
from engine.documents.values import Name
from engine.scenario.expectation import Expect
from engine.scenario.facts import (
    Achieved,
    Before,
    DealFact,
    EnrolmentFact,
    EventFact,
    PersonFact,
    QuotaFact,
    RateFact,
    ReportingFact,
    ResultFact,
    RoleFact,
)

DOCUMENTS = ("company", "plan", "plans", "rules_of_engagement")
"""Keys of whole documents, which are read as such: inline, or from the file whose path stands there."""


class Scenario(Document):
    """One worked example."""

    spellings: ClassVar[tuple[str, ...]] = DOCUMENTS

    scenario: StrictStr = Field(examples=["Two tiers, annual quota"])
    """What it shows."""
    because: StrictStr = Field(default="", examples=["The accelerator pays only above quota"])
    """Why it is so."""
    source: StrictStr = Field(default="", examples=["Sales compensation handbook, page 12"])
    """Where the example was published."""
    deals: tuple[DealFact, ...] = Field(default=(), examples=["[{amount: 50_000, payee: ada}]"])
    """Won deals."""
    achieved: tuple[Achieved, ...] = Field(default=(), examples=["[{payee: ada, amount: 1_200_000}]"])
    """Achievement in place of deals."""
    before: tuple[Before, ...] = Field(default=(), examples=["[{payee: ada, achieved: 900_000}]"])
    """What was accumulated before."""
    results: tuple[ResultFact, ...] = Field(default=(), examples=["[{payee: ada, result: nps, value: 92%}]"])
    """Results that no deal holds."""
    events: tuple[EventFact, ...] = Field(default=(), examples=["[{deal: D1, what: refunded, on: 2026-03-01}]"])
    """What happened to deals after they were won."""
    quotas: tuple[QuotaFact, ...] = Field(default=(), examples=["[{payee: ada, amount: 1_000_000}]"])
    """Targets."""
    enrolments: tuple[EnrolmentFact, ...] = Field(default=(), examples=["[{payee: ada, plan: ae}]"])
    """Who is on which plan. With one plan, everybody who is not named here is on it."""
    people: tuple[PersonFact, ...] = Field(default=(), examples=["[{id: ada, name: Ada Lovelace}]"])
    """People of whom more than the id matters; the others need not be listed."""
    roles: tuple[RoleFact, ...] = Field(default=(), examples=["[{payee: ada, role: AE}]"])
    """Who holds which role."""
    reporting: tuple[ReportingFact, ...] = Field(default=(), examples=["[{payee: ada, manager: vera}]"])
    """Who reports to whom."""
    fx_rates: tuple[RateFact, ...] = Field(default=(), examples=["[{currency: EUR, rate: 1.085}]"])
    """Exchange rates into the company's currency."""
    lists: dict[Name, tuple[Name, ...]] = Field(default_factory=dict, examples=["{named_accounts: [acme]}"])
    """Accounts on named lists."""
    expect: Expect = Field(examples=["{totals: {ada: 5_000.00}}"])
    """What must come out."""

    def problems(self) -> Iterator[Problem]:
        """Ids are there and there once."""
        known = [deal_id for deal_id, _ in self.named_deals()]
        for position, deal_id in enumerate(known):
            if deal_id in known[:position]:
                yield Problem(("deals", position), f"{deal_id} is the id of two deals.", "Give each deal its own id.")
        named = [
            *((("deals", position, "renews"), deal.renews) for position, deal in enumerate(self.deals)),
            *((("events", position, "deal"), event.deal) for position, event in enumerate(self.events)),
        ]
        for place, name in named:
            if name is not None and name not in known:
                yield Problem(place, f"no deal is called {name}.", nearest(name, known))

    def named_deals(self) -> Iterator[tuple[str, DealFact]]:
        """The deals with their ids."""
        yield from ((deal.id or f"D{number}", deal) for number, deal in enumerate(self.deals, start=1))

    def payees(self) -> tuple[str, ...]:
        """Everybody whom the facts name, in order."""
        named = [
            *(payee for deal in self.deals for payee in (*deal.splits, deal.payee)),
            *(fact.payee for fact in self.achieved),
            *(fact.payee for fact in self.before),
            *(fact.payee for fact in self.results),
            *(fact.payee for fact in self.quotas),
            *(fact.payee for fact in self.enrolments),
            *(fact.payee for fact in self.roles),
            *(payee for line in self.reporting for payee in (line.payee, line.manager)),
            *(person.id for person in self.people),
            *self.expect.totals,
        ]
        return tuple(dict.fromkeys(payee for payee in named if payee is not None))
