"""Plans, deals and ledgers for the payee stages from a few keywords.

`sold(("2026-05-15", 40_000), ...)` makes one deal and one direct credit a pair; `Paid` computes them on plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Outcome, Rules
from engine.documents.curves.bracket import Bracket
from engine.documents.measures.measure import Measure
from engine.documents.plans.clawback import Clawback, ClawbackWhen, TakesBack, Within
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Dated
from engine.pay import pay
from tests.engine.builders import book, frame, rules, units, window

YEAR = {"from_on": "2026-02-01", "until_on": "2027-02-01"}
"""The fiscal year FY2027 of the builders' company."""

Percent = int | str | Fraction | Mapping[str, int | str | Fraction]


def rate(percent: Percent) -> Dated[Fraction]:
    """A rate in percent, or a mapping of days to rates in percent."""
    steps = percent if isinstance(percent, Mapping) else {"0001-01-01": percent}
    return Dated(steps=tuple((date.fromisoformat(day), Fraction(value) / 100) for day, value in steps.items()))


def by_share(*pairs: tuple[int, Percent]) -> tuple[Bracket, ...]:
    """Brackets from (percent of quota, rate in percent)."""
    return tuple(Bracket(from_share=Fraction(start, 100), rate=rate(percent)) for start, percent in pairs)


def by_amount(*pairs: tuple[int, Percent]) -> tuple[Bracket, ...]:
    """Brackets from (whole units of the measure, rate in percent)."""
    return tuple(Bracket(from_micros=units(start), rate=rate(percent)) for start, percent in pairs)


def component(**changes: Any) -> Component:
    """A flat commission of 10 % on the measure `acv`, unless brackets or `pays` say otherwise."""
    base: dict[str, Any] = {"id": "base", "kind": "commission", "measure": "acv"}
    if not {"brackets", "rate", "rates", "pays"} & set(changes):
        base["rate"] = rate(10)
    if "brackets" in changes:
        base |= {"tiers": "marginal", "accumulates": "year"}
        base |= {"quota": "acv"} if changes["brackets"][0].from_share is not None else {}
    return Component(**{**base, **changes})


def plan(*components: Component, **changes: Any) -> Plan:
    """A plan in USD in force for ever; its measures are `acv` (direct credits), `amount`, `deals`, `team`."""
    base: dict[str, Any] = {
        "plan": "ae",
        "currency": "USD",
        "effective": window(),
        "document": "Handbook, section 3",
        "version": "v1",
        "measures": {
            "acv": Measure(sum="acv"),
            "amount": Measure(sum="amount"),
            "deals": Measure(count="deals", credits=("direct", "overlay")),
            "team": Measure(sum="acv", credits=("rollup",)),
        },
        "components": components or (component(),),
    }
    return Plan(**{**base, **changes})


def taking_back(*components: str, days: int = 180, takes: TakesBack | None = None, **causes: Within) -> Clawback:
    """A clawback of what the components paid: by default all of it, for deals cancelled within the days."""
    when = ClawbackWhen(**causes or {"cancelled": Within(within_days=days)})
    return Clawback(when=when, takes_back=takes or TakesBack(share=Fraction(1)), applies_to=components or ("base",))


def quota(amount: int | Fraction, **changes: Any) -> dict[str, Any]:
    """Ada's quota for the fiscal year, in whole units."""
    return {"person_id": "ada", "quota": "acv", "amount_micros": int(amount * 10**6), **YEAR, **changes}


Sale = tuple[str, int | Fraction] | tuple[str, int | Fraction, Mapping[str, Any]]


def sold(*sales: Sale, payee: str = "ada") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credits and classified deals D1, D2, ... from (day, whole units of ACV, other columns of either)."""
    deals, credits_ = [], []
    for place, (day, amount, *more) in enumerate(sales, start=1):
        row = {"deal_id": f"D{place}", "dated_on": day, "payee_id": payee, "credit_id": f"C{place}"}
        row |= {"acv_micros": int(amount * 10**6), "amount_micros": int(amount * 10**6), **(more[0] if more else {})}
        deals.append({name: value for name, value in row.items() if name in f.Classified.column_names()})
        credits_.append({name: value for name, value in row.items() if name in f.Credits.column_names()})
    return frame(f.Credits, credits_), frame(f.Classified, deals)


@dataclass
class Case:
    """What the payee stages are given: Ada, enrolled in plan `ae`, and whatever the test adds."""

    plans: Sequence[Plan]
    quotas: Sequence[Mapping[str, Any]] = ()
    enrolments: Sequence[Mapping[str, Any]] = ({"person_id": "ada", "plan": "ae"},)
    fx_rates: Sequence[Mapping[str, Any]] = ()
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        """The plans in force."""
        return rules(plans=self.plans)

    @cached_property
    def book(self) -> Book:
        """The people data around the credits."""
        return book(quotas=self.quotas, enrolments=self.enrolments, fx_rates=self.fx_rates, **self.others)

    def pays(
        self, sale: tuple[pl.DataFrame, pl.DataFrame], posted: pl.DataFrame | None = None, **reach: Any
    ) -> Outcome:
        """The outcome for credits and their deals, as far as `reach` says; every frame of it is validated."""
        credits_, classified = sale
        before = ledger() if posted is None else posted
        outcome = pay(credits_, classified, self.book, self.rules, before, **reach)
        f.Lines.validate(outcome.lines)
        f.Postings.validate(outcome.postings)
        return outcome


def ledger(*rounds: pl.DataFrame) -> dy.DataFrame[f.Posted]:
    """What the ledger holds after the postings of some rounds."""
    if not rounds:
        return f.Posted.empty()
    key = ["plan", "component", "payee_id", "period", "source_id", "part"]
    every = pl.concat(rounds).sort(*key, "sequence").group_by(key, maintain_order=True)
    summed = every.agg(
        pl.col("deal_id", "kind", "currency").last(), amount_micros=pl.col("delta_micros").sum(), postings=pl.len()
    )
    return f.Posted.validate(summed.cast({"postings": pl.Int64}).select(f.Posted.column_names()))


def amounts(outcome: Outcome) -> list[Fraction | int]:
    """The lines' amounts in whole units, in their order."""
    return [Fraction(amount, 10**6) for amount in outcome.lines["amount_micros"]]


def codes(outcome: Outcome) -> list[str]:
    """The codes of the issues."""
    return [issue.code for issue in outcome.issues]
