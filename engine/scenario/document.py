"""The scenario file: one worked example, with its facts and what must come of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, GetJsonSchemaHandler, StrictStr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document
from engine.documents.measures.across import EVERYBODY
from engine.documents.problems import Loc, Problem, nearest
from engine.documents.values import Name
from engine.scenario.adjustments import AdjustmentFact
from engine.scenario.cohort_facts import CohortFact, ContractFact
from engine.scenario.expectation import Expect
from engine.scenario.facts import Achieved, Before, DealFact, EventFact, ResultFact
from engine.scenario.people_facts import (
    CompensationFact,
    EnrolmentFact,
    LeaveFact,
    Listed,
    PersonFact,
    QuotaFact,
    RateFact,
    ReportingFact,
    RoleFact,
)
from engine.scenario.values import PeriodLabel

_INLINE: JsonSchemaValue = {"title": "document or path", "anyOf": [{"type": "object"}, {"type": "string"}]}
_DOCUMENT_SCHEMAS: dict[str, JsonSchemaValue] = {
    "plan": {**_INLINE, "description": "The plan, see plans.md.", "examples": ["{components: [{rate: 10%}]}"]},
    "plans": {
        "type": "array",
        "items": _INLINE,
        "description": "Several plans, or several files of one.",
        "examples": ["[../plans/ae.yaml, ../plans/manager.yaml]"],
    },
    "company": {**_INLINE, "description": "The company, see company.md.", "examples": ["{currency: EUR}"]},
    "rules_of_engagement": {
        **_INLINE,
        "description": "Who is credited, see engagement.md.",
        "examples": ["../engagement/harbour.yaml"],
    },
}
DOCUMENTS = tuple(_DOCUMENT_SCHEMAS)
"""Keys of whole documents, which are read as such: inline, or from the file whose path stands there."""


class Scenario(Document):
    """A plan test: facts, a plan, and what must come out. `worker.py plan test PATH...` runs files and folders.

    The least that can be said is a plan, a deal and a total:

    ```yaml
    scenario: Ten percent
    plan: {components: [{rate: 10%}]}
    deals: [{amount: 50_000}]
    expect: {totals: {rep: 5_000}}
    ```

    A test states only what matters. An inline `plan` is called `plan`, is in force always, pays in the company's
    currency monthly, and adds up the amount of every deal (measure `sales`) unless it says otherwise; a component
    without `id` is `base` (`part-1`, `part-2` where there are several) and its `kind` is `commission`. An inline
    `company` works in USD and UTC with fiscal years from 01-01. Without `rules_of_engagement`, each deal credits
    its `payee`, or its `splits`, with all of it; inline rules are in force always, hold what no rule fits, and need
    not say who steps in for the roles that `roles` name: nobody does. With one plan, everybody is on it from the
    beginning of the first fact's fiscal year; with several, `enrolments` say who is on which. A document that is
    named by its path must be complete. A test of `rules_of_engagement` alone
    (`expect` with `owners` and `credits`) needs no plan.

    The facts go through the same stages as those of a CRM. Then everything runs a second time on the ledger of the
    first, which must book nothing, and each line is computed again from its own facts. A record that is held fails
    the test, unless `issues` expects it. A failing test shows each line that it is about, with its sentence, slices
    and rates, and what was warned of; `--json` says everything for machines. The exit code is 1 where a test fails,
    or where there is none.

    Only what is expected is checked. Amounts are compared to the cent; an expected line is what all lines that fit
    its keys come to together, and nothing is zero.
    """

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
    through: PeriodLabel | None = Field(default=None, examples=["2026-06"])
    """Everything through this period is over, so that what time alone makes due (draws, residuals, pools,
    releases, rates of retention) is computed as far as that; without it, as far as there are lines and, for releases
    and rates, events."""
    contracts: tuple[ContractFact, ...] = Field(default=(), examples=["[{account: acme, arr: 100_000}]"])
    """Contracts of customers and what became of them, for measures of retention."""
    cohorts: tuple[CohortFact, ...] = Field(default=(), examples=["[{payee: cleo, rate: 92%}]"])
    """What became of a payee's customers, in place of contracts and deals."""
    quotas: tuple[QuotaFact, ...] = Field(default=(), examples=["[{payee: ada, amount: 1_000_000}]"])
    """Targets."""
    compensation: tuple[CompensationFact, ...] = Field(
        default=(), examples=["[{payee: ada, base_salary: 90_000, variable: 60_000}]"]
    )
    """What payees are promised for a year; a payee whose pay changes is listed once for each time."""
    leave: tuple[LeaveFact, ...] = Field(default=(), examples=["[{payee: ada, from: 2026-03-01, until: 2026-05-01}]"])
    """When payees are on leave."""
    adjustments: tuple[AdjustmentFact, ...] = Field(
        default=(), examples=["[{payee: ada, period: 2026-03, amount: -250.00}]"]
    )
    """What people corrected by hand."""
    enrolments: tuple[EnrolmentFact, ...] = Field(default=(), examples=["[{payee: ada, plan: ae}]"])
    """Who is on which plan. With one plan, everybody who is not named here is on it; who must not be needs another
    one, in `plans`."""
    people: tuple[PersonFact, ...] = Field(default=(), examples=["[{id: ada, name: Ada Lovelace}]"])
    """People of whom more than the id matters; the others need not be listed."""
    roles: tuple[RoleFact, ...] = Field(default=(), examples=["[{payee: ada, role: AE}]"])
    """Who holds which role."""
    reporting: tuple[ReportingFact, ...] = Field(default=(), examples=["[{payee: ada, manager: vera}]"])
    """Who reports to whom."""
    fx_rates: tuple[RateFact, ...] = Field(default=(), examples=["[{currency: EUR, rate: 1.085}]"])
    """Exchange rates into the company's currency; without one for a currency, that which a plan in the company's
    currency fixes."""
    lists: dict[Name, tuple[Listed, ...]] = Field(
        default_factory=dict, examples=["{named_accounts: [acme, {account: bolt, from: 2026-06-01}]}"]
    )
    """Accounts on named lists, always or from and until a day."""
    arms: dict[Name, dict[Name, Name]] = Field(default_factory=dict, examples=["{renewal-pay: {acme: paid}}"])
    """By experiment and account: the arm, where a test is about a certain one; other accounts are drawn."""
    expect: Expect = Field(examples=["{totals: {ada: 5_000.00}}"])
    """What must come out."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: with the documents, inline or by path."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        title, *rest = schema["properties"].items()
        schema["properties"] = dict([title, *rest[:2], *_DOCUMENT_SCHEMAS.items(), *rest[2:]])
        return schema

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

        yield from self._contradictions()

    def _contradictions(self) -> Iterator[Problem]:
        """Contracts and deals that say different things of one customer."""
        said: dict[tuple[str, str], str | int] = {}
        facts: list[tuple[str, int, DealFact | ContractFact]] = [
            *(("contracts", position, fact) for position, fact in enumerate(self.contracts)),
            *(("deals", position, fact) for position, fact in enumerate(self.deals)),
        ]
        for key, position, fact in facts:
            for column, value in fact.said_of_account().items():
                if fact.account is None or value is None:
                    continue
                first = said.setdefault((fact.account, column), value)
                if first != value:
                    message = f"says another {column.removesuffix('_micros')} of {fact.account} than one before it."
                    yield Problem((key, position), message, "Say it once, or the same.")

    def named_deals(self) -> Iterator[tuple[str, DealFact]]:
        """The deals with their ids."""
        yield from ((deal.id or f"D{number}", deal) for number, deal in enumerate(self.deals, start=1))

    def named_periods(self) -> Iterator[tuple[Loc, str]]:
        """The periods that facts and expectations name, and where."""
        if self.through is not None:
            yield ("through",), self.through
        for key in ("before", "results", "quotas", "cohorts", "adjustments"):
            for position, fact in enumerate(getattr(self, key)):
                if fact.period is not None:
                    yield (key, position, "period"), fact.period
        yield from ((("expect", *place), label) for place, label in self.expect.named_periods())

    def payees(self) -> tuple[str, ...]:
        """Each person whom the facts name, in order, and those who are expected to earn."""
        return tuple(dict.fromkeys([*self.named(), *self.expect.totals]))

    def named(self) -> Iterator[str]:
        """Each person whom the facts name."""
        names = [
            *(payee for deal in self.deals for payee in (*deal.splits, *deal.team, deal.payee)),
            *(stage.owner for deal in self.deals for stage in deal.stages),
            *(fact.payee for fact in self.achieved),
            *(fact.payee for fact in self.before),
            *(fact.payee for fact in self.results),
            *(fact.payee for fact in self.adjustments),
            *(fact.payee for fact in self.contracts),
            *(fact.payee for fact in self.cohorts),
            *(fact.payee for fact in self.quotas),
            *(fact.payee for fact in self.compensation),
            *(fact.payee for fact in self.leave),
            *(fact.payee for fact in self.enrolments),
            *(fact.payee for fact in self.roles),
            *(payee for line in self.reporting for payee in (line.payee, line.manager)),
            *(person.id for person in self.people),
        ]
        yield from (payee for payee in names if payee not in (None, EVERYBODY))
