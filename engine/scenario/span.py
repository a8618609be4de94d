"""Whom a scenario is about, and on which days its facts count."""

from __future__ import annotations

from datetime import date, timedelta

from engine.book import Rules
from engine.calendar import period_of
from engine.deals.dirt import FIRST_DAY, LAST_DAY
from engine.scenario.document import Scenario
from engine.scenario.facts import ResultFact
from engine.scenario.values import DEAL_DAY, REP, days_of

MONTH_OF_RESULTS = "2026-01"
"""What a result is of that does not say; deals without a day are of this month too."""


def payees_of(scenario: Scenario) -> tuple[str, ...]:
    """Everybody in the book; `rep` where a deal names nobody, or where nobody is named at all."""
    nameless = any(deal.payee is None and not deal.splits for deal in scenario.deals)
    nameless |= any(contract.payee is None for contract in scenario.contracts) and not scenario.roles
    named = scenario.payees()
    return tuple(dict.fromkeys([*named, *([REP] if nameless or not named else [])]))


def days_of_facts(scenario: Scenario, rules: Rules) -> list[date]:
    """Every day on which a fact counts; days that the engine holds for a mistake are left out."""
    days = [*(deal.on for deal in scenario.deals), *(fact.on for fact in scenario.achieved)]
    days += [day for fact in scenario.contracts for day in fact.days()]
    days += [days_of(fact.period, rules.company)[0] if fact.period else DEAL_DAY for fact in scenario.cohorts]
    days += [deal.qualified_on for deal in scenario.deals if deal.qualified_on is not None]
    days += [fact.on for fact in scenario.before if fact.on is not None]
    days += [days_of(fact.period, rules.company)[0] for fact in scenario.before if fact.period is not None]
    days += [fact.day(rules) for fact in scenario.adjustments]
    days += [days_of_result(fact, rules)[1] - timedelta(days=1) for fact in scenario.results]
    return [day for day in days if FIRST_DAY <= day <= LAST_DAY]


def beginning(scenario: Scenario, rules: Rules) -> date:
    """The first day of the fiscal year in which the first fact counts."""
    return period_of(min(days_of_facts(scenario, rules), default=DEAL_DAY), "year", rules.company).starts_on


def days_of_result(fact: ResultFact, rules: Rules) -> tuple[date, date]:
    """The first day of what a result is of, and the day after the last."""
    days = days_of(fact.period or MONTH_OF_RESULTS, rules.company)
    return fact.from_on or days[0], fact.until_on or days[1]
