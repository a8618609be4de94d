"""What a scenario may state of deals and of what was achieved.

Everything has a default, so that a test says only what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import Field, StrictStr

from engine.documents.company.events import WITHOUT_AMOUNT, EventKind
from engine.documents.conditions import CHOICES
from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count, Currency, Day, Micros, Name, Pay, Share, YesNo, spelt
from engine.model import MICROS, Motion
from engine.scenario.values import DEAL_DAY, REP, FactValue, PeriodLabel, Reached, backwards

_motion = spelt(f"({'|'.join(CHOICES['motion'])})", f"Write one of {', '.join(Motion)}.", "a motion")
MotionName = Annotated[StrictStr, _motion[0], _motion[1]]


class Product(Document):
    """A product on a deal."""

    product: StrictStr | None = Field(default=None, examples=["Platform Core"])
    """Its name."""
    family: StrictStr | None = Field(default=None, examples=["Platform"])
    """Its family, which `when: {family: ...}` tests."""
    amount: Micros | None = Field(default=None, examples=["10_000"])
    """Its part of the deal's amount."""
    cost: Micros | None = Field(default=None, examples=["6_000"])
    """What that amount costs us."""
    list_price: Micros | None = Field(default=None, examples=["12_500"])
    """That amount at list price."""
    quantity: Micros | None = Field(default=None, examples=["5"])
    """How many; without it, one."""


class Customer(Document):
    """What is known of a customer."""

    segment: StrictStr | None = Field(default=None, examples=["SMB"])
    """Segment of the customer."""
    territory: StrictStr | None = Field(default=None, examples=["West"])
    """Territory of the customer."""
    industry: StrictStr | None = Field(default=None, examples=["Media"])
    """Industry of the customer."""
    country: StrictStr | None = Field(default=None, examples=["NO"])
    """Country of the customer."""
    employees: Count | None = Field(default=None, examples=["250"])
    """Employees of the customer."""
    revenue: Micros | None = Field(default=None, examples=["10_000_000"])
    """Annual revenue of the customer."""

    def said_of_account(self) -> dict[str, str | int | None]:
        """What is said of the customer, by column of `Accounts`."""
        return {
            "segment": self.segment,
            "territory": self.territory,
            "industry": self.industry,
            "country": self.country,
            "employees": self.employees,
            "revenue_micros": self.revenue,
        }


class StageFact(Document):
    """A stage that a deal entered, and who owned it then."""

    stage: StrictStr = Field(examples=["Discovery"])
    """Its name, as rules write it."""
    on: Day = Field(examples=["2026-01-05"])
    """The day on which the deal entered it."""
    owner: Name = Field(examples=["ada"])
    """Who owned the deal then."""


class DealFact(Customer):
    """A deal, won unless it says otherwise. Without `payee` and `splits` it is the deal of `rep`."""

    id: Name | None = Field(default=None, examples=["D1"])
    """How expectations name it; without it D1, D2 ... in the order of the file."""
    name: StrictStr | None = Field(default=None, examples=["Acme, first year"])
    """What sentences call it."""
    on: Day = Field(default=DEAL_DAY, examples=["2026-03-15"])
    """The day it was closed."""
    qualified_on: Day | None = Field(default=None, examples=["2026-01-20"])
    """The day it passed the qualifying stage; measures that are `dated_by: qualified_on` count it then."""
    won: YesNo = Field(default=True, examples=["false"])
    """Whether it was won; `false` for one that is open or lost."""
    created_on: Day | None = Field(default=None, examples=["2025-12-01"])
    """The day it was opened: its sales cycle begins there."""
    amount: Micros | None = Field(default=None, examples=["50_000"])
    """Its amount; without it, its ACV, else what its products come to. Where nothing adds up money it may be left out,
    and is 0."""
    acv: Micros | None = Field(default=None, examples=["25_000"])
    """Its annual contract value; without it, a year's part of the amount by the term."""
    cost: Micros | None = Field(default=None, examples=["30_000"])
    """What the amount costs us; without it, the costs of its products."""
    list_price: Micros | None = Field(default=None, examples=["60_000"])
    """The amount at list price; without it, the list prices of its products."""
    term_months: Count | None = Field(default=None, examples=["24"])
    """Length of the contract."""
    currency: Currency | None = Field(default=None, examples=["EUR"])
    """Its currency; without it, the company's."""
    motion: MotionName | None = Field(default=None, examples=["renewal"])
    """What kind of sale; without it `new_business`, and `downgrade` where the amount is negative."""
    payee: Name | None = Field(default=None, examples=["ada"])
    """Its owner, who is credited where the scenario has no rules of engagement; without it the first of the splits, or
    `rep`. A customer's `account_owner` is who `contracts` say, else the owner of its first deal in the file."""
    splits: dict[Name, Share] = Field(default_factory=dict, examples=["{ada: 60%, bo: 40%}"])
    """Shares of several payees, as the CRM would state them."""
    stages: tuple[StageFact, ...] = Field(
        default=(),
        examples=["[{stage: Discovery, on: 2026-01-05, owner: sam}]"],
    )
    """The stages that it entered, as the CRM's history would tell them."""
    team: dict[Name, StrictStr] = Field(default_factory=dict, examples=["{sue: Sales Engineer}"])
    """Who is on the CRM's deal team, and as what."""
    account: Name | None = Field(default=None, examples=["acme"])
    """Its customer; without it, a customer of its own."""
    source: StrictStr | None = Field(default=None, examples=["Outbound SDR"])
    """Where it came from."""
    channel: StrictStr | None = Field(default=None, examples=["Partner"])
    """Who sells: direct, or which kind of partner."""
    type: StrictStr | None = Field(default=None, examples=["New Business"])
    """The CRM's own type of the deal."""
    facts: dict[Name, FactValue] = Field(default_factory=dict, examples=["{partner_tier: Gold, seats: 120}"])
    """Other fields of the CRM: texts, numbers, days, or true and false."""
    products: tuple[Product, ...] = Field(default=(), examples=["[{family: Platform, amount: 10_000}]"])
    """What was sold."""
    starts_on: Day | None = Field(default=None, examples=["2026-04-01"])
    """When the contract starts."""
    renews: Name | None = Field(default=None, examples=["D1"])
    """The deal that it renews, which gives the expiring ACV, with what was sold on top of it to end on the same day."""
    expiring_acv: Micros | None = Field(default=None, examples=["100_000"])
    """ACV of the contract that it renews, where no deal says so."""
    months_since_signing: Count | None = Field(default=None, examples=["4"])
    """Whole months since the customer's first deal, where no deal says so."""
    running_acv: Micros | None = Field(default=None, examples=["100_000"])
    """ACV that the customer has running before it, where no deal says so."""
    cancelled_on: Day | None = Field(default=None, examples=["2026-05-01"])
    """When the contract that it started was cancelled."""


class Achieved(Document):
    """Achievement in a measure, stated in place of the deals that made it."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Whose."""
    measure: Name | None = Field(default=None, examples=["new_acv"])
    """Of which measure; may be left out where the plans have one."""
    on: Day = Field(default=DEAL_DAY, examples=["2026-03-31"])
    """The day it counts on."""
    amount: Micros = Field(examples=["1_200_000"])
    """How much: money, or pieces of what is counted."""


class Before(Document):
    """What was accumulated (and paid) before the facts of the scenario; its own lines are no part of the totals."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Whose."""
    measure: Name | None = Field(default=None, examples=["new_acv"])
    """Of which measure; may be left out where the plans have one, or with `component`."""
    component: Name | None = Field(default=None, examples=["base"])
    """The component that `posted` was booked for; may be left out where the measure has one."""
    period: PeriodLabel | None = Field(default=None, examples=["FY2026"])
    """It counts on the first day of this period; without it, of the year of the first fact."""
    on: Day | None = Field(default=None, examples=["2026-01-31"])
    """The day it counts on, in place of `period`."""
    achieved: Micros = Field(examples=["900_000"])
    """How much."""
    posted: Micros | None = Field(default=None, examples=["72_000"])
    """What was booked for it; without it, what the plan pays for it."""


class ResultFact(Document):
    """A result that no deal holds: a KPI, an MBO score. It counts on the last day of its period."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Whose. `everybody` is the company."""
    result: Name = Field(examples=["nps"])
    """Which result; a measure takes it with `import`."""
    value: Reached = Field(examples=["92%"])
    """A percentage (of four decimals at most), a number or an amount."""
    period: PeriodLabel | None = Field(default=None, examples=["2026-03"])
    """What it is the result of; without it, the month of January 2026."""
    from_on: Day | None = Field(default=None, alias="from", examples=["2026-01-01"])
    """First day, in place of `period`."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2026-04-01"])
    """First day after."""

    def problems(self) -> Iterator[Problem]:
        """One way to say when."""
        if (self.from_on is None) != (self.until_on is None):
            yield Problem((), "half a range of days.", "Write from and until.")
        elif self.period is not None and self.from_on is not None:
            yield Problem((), "says when in 2 ways.", "Keep one of period, and from with until.")
        yield from backwards(self.from_on, self.until_on)
        if isinstance(self.value, Fraction) and (self.value * MICROS).denominator != 1:
            yield Problem(("value",), "has more than four decimals.", "Round it, such as 92.1234%.")


class EventFact(Document):
    """What happened to a deal after it was won."""

    deal: Name = Field(examples=["D1"])
    """Which deal."""
    what: EventKind = Field(examples=["payment"])
    """What happened."""
    on: Day = Field(examples=["2026-03-01"])
    """When."""
    amount: Pay | None = Field(default=None, examples=["2_500"])
    """How much of the deal's amount (`downgraded`: of its ACV) it is about, in its currency; without it, all."""

    def problems(self) -> Iterator[Problem]:
        """A start or a delivery is about no money, and less than all of a deal is no cancellation."""
        if self.amount is not None and self.what in WITHOUT_AMOUNT:
            yield Problem(("amount",), f"{self.what} is of the whole deal.", "Remove amount.")
