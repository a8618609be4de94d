"""What a scenario may expect. Only what is stated is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StrictStr, WithJsonSchema

from engine.documents.document import Document, written
from engine.documents.problems import Loc, Problem
from engine.documents.values import AMOUNT_SCHEMA, Micros, Name
from engine.scenario.ownership import ExpectedCredit, Owners
from engine.scenario.values import PeriodLabel, Reached, is_period

TOTAL = "total"
"""In place of a period: everything."""


def _by_period(value: Any) -> Any:
    """An amount alone is the total."""
    return value if isinstance(value, dict) else {TOTAL: value}


ByPeriod = Annotated[
    dict[StrictStr, Micros],
    written(_by_period),
    WithJsonSchema({"title": "amount, or amounts by period", "anyOf": [AMOUNT_SCHEMA, {"type": "object"}]}),
]


class ExpectedSum(Document):
    """What rows that fit the stated keys come to, together."""

    payee: Name | None = Field(default=None, examples=["ada"])
    """Only this payee's."""
    plan: Name | None = Field(default=None, examples=["ae"])
    """Only of this plan."""
    component: Name | None = Field(default=None, examples=["base"])
    """Only of this component."""
    period: PeriodLabel | None = Field(default=None, examples=["2026-03"])
    """Only of the statements in this period."""
    deal: Name | None = Field(default=None, examples=["D1"])
    """Only of this deal."""
    kind: StrictStr | None = Field(default=None, examples=["clawback"])
    """Only of this kind."""
    amount: Micros | None = Field(default=None, examples=["4_000"])
    """What they come to, to the cent."""

    def fitting(self) -> dict[str, str]:
        """The columns that must be equal."""
        stated = {
            "payee_id": self.payee,
            "plan": self.plan,
            "component": self.component,
            "period": self.period,
            "deal_id": self.deal,
            "kind": self.kind,
        }
        return {column: value for column, value in stated.items() if value is not None}


class ExpectedLine(ExpectedSum):
    """Lines: what those that fit come to together, and what they say."""

    sentence_contains: StrictStr | None = Field(default=None, examples=["in the bracket from 100 %"])
    """Words of the sentence of one of them, or of what it says on when it becomes payable."""

    def problems(self) -> Iterator[Problem]:
        """Something is expected."""
        if self.amount is None and self.sentence_contains is None:
            yield Problem((), "expects nothing.", "Write amount or sentence_contains.")


class ExpectedPosting(ExpectedSum):
    """Postings: what is booked after what was booked before."""

    amount: Micros = Field(examples=["4_000"])
    """What they come to, to the cent."""


class Expect(Document):
    """What must come out."""

    lines: tuple[ExpectedLine, ...] = Field(default=(), examples=["[{deal: D1, amount: 4_000}]"])
    """Single lines, or several together."""
    totals: dict[Name, ByPeriod] = Field(
        default_factory=dict, examples=["{ada: 5_000.00, bo: {2026-01: 500.00, total: 900.00}}"]
    )
    """By payee: everything, or by period and in `total`. A period holds every statement period in it: `FY2026-Q1` is
    what its three months come to."""
    payable: dict[Name, ByPeriod] = Field(
        default_factory=dict, examples=["{ada: {2026-01: 500.00, 2026-03: 500.00, total: 1_000.00}}"]
    )
    """By payee: what became payable, in total or by the statement period in which it did."""
    held: dict[Name, ByPeriod] = Field(default_factory=dict, examples=["{ada: {2026-01: 500.00, total: 0}}"])
    """By payee: what was earned and not payable yet, in the end (`total`) or at the end of a statement period."""
    forfeited: dict[Name, ByPeriod] = Field(default_factory=dict, examples=["{ada: 250.00}"])
    """By payee: what was earned and will never be payable."""
    payout: dict[Name, ByPeriod] = Field(default_factory=dict, examples=["{ada: {2026-01: 500.00, 2026-02: 0}}"])
    """By payee: what is to be paid out of the plan for a statement period. It is what became payable, and nothing where
    that is below zero; what is below zero is carried into the next period of the plan."""
    attainment: dict[Name, dict[Name, Reached]] = Field(
        default_factory=dict, examples=["{ada: {base: 120%, spiff: 90_000}}"]
    )
    """By payee and component: the share of quota, or the amount, that the last window reached. A percentage is compared
    at two decimals, or at as many as are written."""
    postings: tuple[ExpectedPosting, ...] = Field(default=(), examples=["[{payee: ada, amount: 1_000}]"])
    """What is booked, beside what `before` says was booked."""
    owners: dict[Name, Owners] = Field(default_factory=dict, examples=["{D1: ada, D2: {value: cleo, rule: renewal}}"])
    """By deal: who owns it, and by which rule."""
    credits: tuple[ExpectedCredit, ...] = Field(default=(), examples=["[{deal: D1, payee: ada, share: 60%}]"])
    """Who is credited with which share of a deal."""
    issues: tuple[StrictStr, ...] | None = Field(default=None, examples=["[quota_missing]"])
    """Code or words of each issue that must be found. An empty list: there must be none."""
    error: StrictStr | None = Field(default=None, examples=["does not begin above"])
    """Words of the problem for which the plan or the rules must be refused; nothing else is checked then."""

    def problems(self) -> Iterator[Problem]:
        """At least one thing is expected, and periods are periods."""
        if not self.model_fields_set:
            yield Problem((), "expects nothing.", "Write totals, lines, owners, credits, issues or error.")
        for place, period in self.named_periods():
            if not is_period(period):
                remedy = f"Write a month such as 2026-03, a quarter such as FY2026-Q1, or {TOTAL}."
                yield Problem(place, f"{period} is no statement period.", remedy)

    def named_periods(self) -> Iterator[tuple[Loc, str]]:
        """The periods of amounts and lines, and where they stand."""
        for key in ("totals", "payable", "held", "forfeited", "payout"):
            for payee, amounts in getattr(self, key).items():
                yield from (((key, payee, period), period) for period in amounts if period != TOTAL)
        for key in ("lines", "postings"):
            for position, expected in enumerate(getattr(self, key)):
                if expected.period is not None:
                    yield (key, position, "period"), expected.period
