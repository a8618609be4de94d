"""What a scenario may state of people, and of all else that lasts from a day until another: lists, exchange rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, WithJsonSchema

from engine.documents.company.compensation import promised
from engine.documents.document import Document, written
from engine.documents.problems import Problem, Problems
from engine.documents.values import Count, Currency, Day, ExchangeRate, Micros, Name, Pay, Role, YesNo
from engine.scenario.values import ALWAYS, REP, PeriodLabel, backwards


class Lasting(Document):
    """A fact with a life; without days it holds always."""

    from_on: Day = Field(default=ALWAYS, alias="from", examples=["2026-02-01"])
    """First day."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2026-08-01"])
    """First day after."""

    def problems(self) -> Iterator[Problem]:
        """It lasts a day at least."""
        yield from backwards(self.from_on, self.until_on)


class ListedFact(Lasting):
    """An account on a list; its name alone says always."""

    account: Name = Field(examples=["acme"])
    """Which customer."""


def _listed(value: Any) -> Any:
    return {"account": value} if isinstance(value, str) else value


Listed = Annotated[
    ListedFact,
    written(_listed),
    WithJsonSchema({"title": "account", "anyOf": [{"type": "string"}, {"type": "object"}]}),
]


class RoleFact(Lasting):
    """Who holds a role; without a place, everywhere."""

    payee: Name = Field(examples=["ada"])
    """Who."""
    role: Role = Field(examples=["AE"])
    """Which role of the rules of engagement."""
    territory: StrictStr | None = Field(default=None, examples=["West"])
    """Only in this territory."""
    segment: StrictStr | None = Field(default=None, examples=["SMB"])
    """Only in this segment."""
    account: Name | None = Field(default=None, examples=["acme"])
    """Only for this customer."""
    capacity: Count | None = Field(default=None, examples=["40"])
    """How many accounts the payee can look after in a pool."""

    def problems(self) -> Iterator[Problem]:
        """It is held in one place, as in `roles.csv`."""
        yield from super().problems()
        if len(self._places()) > 1:
            message = f"held by {' and '.join(self._places())} at once; a role has one place."
            yield Problem((), message, "Draw a territory that tests both (territories of the rules), and name that.")

    def place(self) -> tuple[str, str | None]:
        """Scope and value, as the book has them."""
        return next(iter(self._places().items()), ("company", None))

    def _places(self) -> dict[str, str]:
        places = {"account": self.account, "territory": self.territory, "segment": self.segment}
        return {scope: value for scope, value in places.items() if value is not None}


class ReportingFact(Lasting):
    """Who reports to whom."""

    payee: Name = Field(examples=["ada"])
    """The member of the team."""
    manager: Name = Field(examples=["vera"])
    """The manager."""


class LeaveFact(Lasting):
    """When a payee is on leave."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Who."""
    protected: YesNo = Field(default=False, examples=["true"])
    """Whether quotas shrink, but neither targets nor draws."""


class EnrolmentFact(Document):
    """Which plan a payee is on."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Who."""
    plan: Name | None = Field(default=None, examples=["ae"])
    """Which plan; may be left out where there is one."""
    from_on: Day | None = Field(default=None, alias="from", examples=["2026-02-01"])
    """First day; without it, that of the fiscal year in which the first fact counts."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2026-08-01"])
    """First day after."""

    def problems(self) -> Iterator[Problem]:
        """It lasts a day at least."""
        yield from backwards(self.from_on, self.until_on)


class RateFact(Lasting):
    """An exchange rate into the company's currency, on every day from `from` until `until`.

    One rate holds on a day: where another follows, the first ends (`until`) on the day on which that begins.
    """

    currency: Currency = Field(examples=["EUR"])
    """One unit of this currency ..."""
    rate: ExchangeRate = Field(examples=["1.085"])
    """... is so many of the company's."""


class PersonFact(Document):
    """A person, where more than the id matters."""

    id: Name = Field(examples=["ada"])
    """How the facts name the person."""
    name: StrictStr | None = Field(default=None, examples=["Ada Lovelace"])
    """What sentences say."""


class CompensationFact(Lasting):
    """What a payee is promised for a year; of base salary, variable pay and OTE one follows from the other two."""

    payee: Name = Field(default=REP, examples=["ada"])
    """Who."""
    base_salary: Pay | None = Field(default=None, examples=["90_000"])
    """Base salary of a year."""
    variable: Pay | None = Field(default=None, examples=["60_000"])
    """Variable pay of a year at 100 %."""
    ote: Pay | None = Field(default=None, examples=["150_000"])
    """Both together: on-target earnings."""
    currency: Currency | None = Field(default=None, examples=["EUR"])
    """The currency of these; without it, the plan's."""

    def problems(self) -> Iterator[Problem]:
        """The amounts add up."""
        yield from super().problems()
        try:
            promised(self.base_salary, self.ote, self.variable)
        except Problems as caught:
            yield from caught.problems


class QuotaFact(Document):
    """A quota. Without days it holds for every window that the plans accumulate over."""

    payee: Name | None = Field(default=None, examples=["ada"])
    """Whose; without it, that of everybody for whom none is written. `everybody` is all people together."""
    quota: Name | None = Field(default=None, examples=["new_acv"])
    """Its name in the plan; without it, every quota that the plans name."""
    amount: Micros = Field(examples=["1_200_000"])
    """How much, for each `per`, or for the period or days. A window adds up whole rows: where a component accumulates
    by quarter, a quota of 1,200,000 a year is written as 300_000 per quarter."""
    per: Literal["week", "two_weeks", "half_month", "month", "quarter", "half", "year"] | None = Field(
        default=None, examples=["quarter"]
    )
    """The amount is for each of these periods."""
    period: PeriodLabel | None = Field(default=None, examples=["2026-03"])
    """The amount is for this period."""
    from_on: Day | None = Field(default=None, alias="from", examples=["2026-01-01"])
    """First day of the row."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2026-04-01"])
    """First day after."""

    def problems(self) -> Iterator[Problem]:
        """One way to say when."""
        ways = [name for name in ("per", "period", "from_on") if getattr(self, name) is not None]
        if len(ways) > 1:
            yield Problem((), f"says when in {len(ways)} ways.", "Keep one of per, period and from with until.")
        if (self.from_on is None) != (self.until_on is None):
            yield Problem((), "half a range of days.", "Write from and until.")
        yield from backwards(self.from_on, self.until_on)
