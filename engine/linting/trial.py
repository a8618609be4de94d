"""Runs ways of selling through the real stages, all of them at once, each by payees of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from engine import frames as f
from engine.book import Credited, Outcome
from engine.documents.document import Reading
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.linting.made_up import number
from engine.linting.way import Fact, Paid, Way
from engine.linting.world import PROMISED, World, as_facts
from engine.model import Severity
from engine.pay import pay
from engine.payees.measures.cash import attains
from engine.scenario.book import book_of
from engine.scenario.defaults import OWN_DEALS
from engine.scenario.document import Scenario
from engine.scenario.run import credited_of

_OF_A_WAY = re.compile(r"\bw([0-9]+)\.[01]\b", re.ASCII)
DRAWN = ("draw_advance", "draw_recovery")
"""Kinds of lines that pay in advance, and are no incentive."""
LONG_AGO = 5
"""Years for which everybody is enrolled, so that no ramp plays a part."""


def own_deals() -> Engagement:
    """Rules by which each deal credits its payee, or its splits: those of a plan test without rules."""
    return Engagement.model_validate(OWN_DEALS, context=Reading({"role": frozenset()}))


def tried(world: World, ways: Sequence[Way]) -> list[Paid | None]:
    """What each way pays; None where a deal of it is held, because no such deal can be."""
    if not ways:
        return []
    facts = facts_of(world, [(way, (f"w{place}.0", f"w{place}.1")) for place, way in enumerate(ways)])
    scenario = Scenario.model_validate({"scenario": "lint", **facts, "expect": {"issues": []}}, context=Reading())
    book = book_of(scenario, world.rules)
    credited = credited_of(scenario, book, world.rules)
    nothing, kept = f.Posted.empty(), credited.cohorts
    outcome = pay(credited.credits, credited.classified, book, world.rules, nothing, cohorts=kept)
    held = _held(credited, outcome)
    amounts, bases = _amounts(outcome), _bases(outcome)
    return [None if place in held else Paid(amounts[place], bases[place]) for place in range(len(ways))]


def _held(credited: Credited, outcome: Outcome) -> set[int]:
    """The ways of which a record cannot be paid."""
    issues = (each.subject for each in (*credited.issues, *outcome.issues) if each.severity is Severity.HOLDS)
    return {int(way) for text in (*issues, *outcome.held["payee_id"]) for way in _OF_A_WAY.findall(text)}


def _amounts(outcome: Outcome) -> dict[int, dict[tuple[int, str], int]]:
    """By way, payee and component, what was paid."""
    found: dict[int, dict[tuple[int, str], int]] = defaultdict(dict)
    paid = outcome.lines.filter(~pl.col("kind").is_in(DRAWN))
    for payee, component, amount in _summed(paid, "amount_micros"):
        way, place = payee.removeprefix("w").split(".")
        found[int(way)][int(place), component] = amount
    return found


def _bases(outcome: Outcome) -> dict[int, dict[str, int]]:
    """By way and component, what was added to its measure by the first of its payees."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for payee, component, base in _summed(outcome.lines.filter(attains()), "base_micros"):
        way, place = payee.removeprefix("w").split(".")
        if place == "0":
            found[int(way)][component] = base
    return found


def _summed(lines: pl.DataFrame, column: str) -> Iterator[tuple[str, str, int]]:
    sums = lines.group_by("payee_id", "component").agg(pl.col(column).cast(pl.Int128).sum())
    yield from sums.iter_rows()


def facts_of(world: World, ways: Iterable[tuple[Way, tuple[str, str]]]) -> dict[str, Any]:
    """The facts of ways for payees of the names given, as a plan test states them."""
    found: dict[str, Any] = defaultdict(list)
    lists: dict[str, list[str]] = defaultdict(list)
    for way, names in ways:
        for count, fact in enumerate(way.facts, start=1):
            said = _owned(fact, names[0], None if way.beside is None else names[1], f"{names[0]}-{count}")
            found[fact.section].append(said)
            for name in fact.lists:
                lists[name].append(said["account"])
        for name in names[: len(way.payees)]:
            found["quotas"] += as_facts(world.quotas(), name)
            found["enrolments"] += _enrolled(world.plan, name)
            found["compensation"] += _promised(world.plan, name)
    if world.plan.currency != world.rules.company.currency:
        found["fx_rates"] = [{"currency": world.plan.currency, "rate": 1}]
    return {**found, **({"lists": dict(lists)} if lists else {})}


def _owned(fact: Fact, payee: str, beside: str | None, called: str) -> Mapping[str, Any]:
    """The fact with whose it is; a deal of an account on a list gets an account."""
    if fact.section != "deals":
        return {"payee": payee, **fact.said}
    whose = {"payee": payee} if beside is None else {"splits": {payee: "50%", beside: "50%"}}
    account = {"account": f"{called}-account"} if fact.lists else {}
    return {"id": called, **whose, **account, **fact.said}


def _promised(plan: Plan, name: str) -> Iterator[dict[str, Any]]:
    if plan.promises:
        yield {"payee": name, **{key: number(amount) for key, amount in PROMISED.items()}}


def _enrolled(plan: Plan, name: str) -> Iterator[dict[str, Any]]:
    if plan.ramp:
        yield {"payee": name, "from": date(plan.effective.from_on.year - LONG_AGO, 1, 1)}
