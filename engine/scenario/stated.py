"""Facts that stand in place of a deal's history: stated achievements, and values that classify would have worked out.

An achievement is the credit of a deal that fits its measure's `when`, and that is worth nothing in any other value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Rules
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.scenario.book import frame
from engine.scenario.document import Scenario
from engine.scenario.facts import Achieved, Before
from engine.scenario.fitting import fitting_deal, of_the_credit, value_that_passes
from engine.scenario.span import beginning
from engine.scenario.values import days_of

BEFORE = "(before) "
STATED = "(stated) "
"""How ids of deals begin that stand for statements: no other deal's id does, and they come first on their day."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One stated achievement, ready to become a credit."""

    deal_id: str
    payee: str
    measure: Measure
    plan: Plan
    on: date
    amount: int


def statements(scenario: Scenario, rules: Rules) -> list[Statement]:
    """Every stated achievement; `before` comes first, so that it is first on its day."""
    made = [
        _statement(f"{BEFORE}{number:03}", fact, day_of_before(fact, scenario, rules), fact.achieved, rules)
        for number, fact in enumerate(scenario.before, start=1)
    ]
    made += [
        _statement(f"{STATED}{number:03}", fact, fact.on, fact.amount, rules)
        for number, fact in enumerate(scenario.achieved, start=1)
    ]
    return made


def day_of_before(fact: Before, scenario: Scenario, rules: Rules) -> date:
    """The day on which it counts."""
    if fact.on is not None:
        return fact.on
    if fact.period is not None:
        return days_of(fact.period, rules.company)[0]
    return beginning(scenario, rules)


def measure_of(fact: Achieved | Before, rules: Rules) -> tuple[Plan, str] | None:
    """The plan and the measure's name; None where the fact does not say which of several, or one that is not there.

    Imported results are stated as results, and rates of retention as cohorts; earnings are made by what is stated.
    """
    component = fact.component if isinstance(fact, Before) else None
    named = [
        (plan, name)
        for plan in rules.plans
        for name in (_measures_of(plan.components, component) if component else plan.measures)
        if plan.measures[name].of_credits
        and (fact.measure == name or (fact.measure is None and plan.measures[name].sum != "earnings"))
    ]
    return named[0] if len({name for _, name in named}) == 1 else None


def deal_of(fact: Statement) -> dict[str, Any]:
    """The deal that stands for the statement, as a row of `Classified`."""
    return fitting_deal(fact.deal_id, fact.on, fact.amount, fact.plan, fact.measure)


def classified_of(stated: Sequence[Statement]) -> dy.DataFrame[f.Classified]:
    """The deals that stand for the statements."""
    return frame(f.Classified, (deal_of(fact) for fact in stated))  # type: ignore[no-any-return]


def credits_of(stated: Sequence[Statement]) -> dy.DataFrame[f.Credits]:
    """Their credits."""
    return frame(f.Credits, (_credit(fact) for fact in stated))  # type: ignore[no-any-return]


def deal_lines_of(stated: Sequence[Statement]) -> dy.DataFrame[f.DealLines]:
    """A line for each whose measure looks at lines."""
    looking = (fact for fact in stated if fact.measure.looks_at_lines)
    return frame(f.DealLines, (_line(fact) for fact in looking))  # type: ignore[no-any-return]


def with_stated_values(classified: dy.DataFrame[f.Classified], scenario: Scenario) -> dy.DataFrame[f.Classified]:
    """The classified deals with what the scenario says of them in place of what their history says."""
    said = [
        {
            "deal_id": deal_id,
            "expiring_acv_micros": deal.expiring_acv,
            "months_since_signing": deal.months_since_signing,
            "running_acv_micros": deal.running_acv,
            "cancelled_on": deal.cancelled_on,
        }
        for deal_id, deal in scenario.named_deals()
    ]
    if not said:
        return classified
    columns = [name for name in said[0] if name != "deal_id"]
    types = {name: kind for name, kind in f.Classified.dtypes().items() if name in said[0]}
    beside = pl.DataFrame(said, schema=types, orient="row")
    both = classified.join(beside, on="deal_id", how="left", suffix="_stated", maintain_order="left")
    filled = both.with_columns(pl.coalesce(f"{name}_stated", name).alias(name) for name in columns)
    base = pl.col("expiring_acv_micros")
    return f.Classified.cast(
        filled.with_columns(
            uplift_num=pl.when(base > 0).then(pl.col("acv_micros") - base), uplift_den=pl.when(base > 0).then(base)
        )
    )


def _statement(deal_id: str, fact: Achieved | Before, on: date, amount: int, rules: Rules) -> Statement:
    found = measure_of(fact, rules)
    if found is None:
        msg = "ask `unclear` first: a statement has no single measure"
        raise ValueError(msg)
    plan, name = found
    return Statement(deal_id, fact.payee, plan.measures[name], plan, on, amount)


def _measures_of(components: Sequence[Component], wanted: str) -> Iterator[str]:
    yield from (component.measure for component in components if component.id == wanted)


def _line(fact: Statement) -> dict[str, Any]:
    """One that passes the test of lines; of nothing it is still a whole deal."""
    tests = fact.measure.lines.tests if fact.measure.lines is not None else ()
    return {
        "line_id": f"{fact.deal_id}:line",
        "deal_id": fact.deal_id,
        **{test.field: value_that_passes(test) for test in tests},
        "quantity_micros": fact.amount if fact.measure.sum == "units" else MICROS,
        "amount_micros": fact.amount if fact.amount or fact.measure.sum == "margin" else MICROS,
        "cost_micros": 0,
    }


def _credit(fact: Statement) -> dict[str, Any]:
    values = dict.fromkeys(("amount_micros", "acv_micros", "units_micros"), 0)
    kind = fact.measure.credits[0]
    return {
        "credit_id": f"{fact.deal_id}:{kind}",
        "deal_id": fact.deal_id,
        "payee_id": fact.payee,
        "role": "payee",
        "kind": kind,
        "portion": "all",
        "share_num": 1,
        "share_den": 1,
        **values,
        **of_the_credit(fact.measure, fact.amount),
        "currency": fact.plan.currency,
        "dated_on": fact.on,
        "rule": "stated",
    }
