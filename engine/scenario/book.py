"""The book that a scenario's facts stand for, as if a CRM and the people files had said them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.company.compensation import promised
from engine.model import MICROS
from engine.scenario.adjustments import adjustments_of
from engine.scenario.customers import accounts_of, contracts_of, holdings_of
from engine.scenario.deals import deals_of, events_of, products_of, splits_of, stages_of, team_of
from engine.scenario.document import Scenario
from engine.scenario.people_facts import EnrolmentFact
from engine.scenario.quotas import quotas_of
from engine.scenario.span import beginning, days_of_result, payees_of
from engine.scenario.values import ALWAYS, DEAL_DAY

Rows = Iterable[Mapping[str, Any]]


def frame(schema: type[f.Frame], rows: Rows) -> Any:
    """A validated frame; columns that a row does not name are null."""
    filled = schema.filled(rows)
    return filled if filled.is_empty() else schema.validate(filled)


def book_of(scenario: Scenario, rules: Rules) -> Book:
    """Every fact in its frame; a person's CRM user id is the person's id."""
    return Book(
        accounts=frame(f.Accounts, accounts_of(scenario)),
        deals=frame(f.Deals, deals_of(scenario, rules)),
        deal_lines=frame(f.DealLines, products_of(scenario)),
        splits=frame(f.Splits, splits_of(scenario)),
        team_members=frame(f.TeamMembers, team_of(scenario)),
        contracts=frame(f.Contracts, contracts_of(scenario, rules)),
        people=frame(f.People, _people(scenario)),
        role_holdings=frame(f.RoleHoldings, (*_roles(scenario), *holdings_of(scenario, rules))),
        reporting_lines=frame(f.ReportingLines, _reporting(scenario)),
        enrolments=frame(f.Enrolments, _enrolments(scenario, rules)),
        quotas=frame(f.Quotas, quotas_of(scenario, rules)),
        compensation=frame(f.Compensation, _compensation(scenario)),
        leaves=frame(f.Leaves, _leaves(scenario)),
        imported_results=frame(f.ImportedResults, _results(scenario, rules)),
        fx_rates=frame(f.FxRates, _fx_rates(scenario, rules)),
        list_entries=frame(f.ListEntries, _list_entries(scenario)),
        deal_events=frame(f.DealEvents, events_of(scenario)),
        deal_stages=frame(f.DealStages, stages_of(scenario)),
        lots=frame(f.Lots, _lots(scenario)),
        adjustments=frame(f.Adjustments, adjustments_of(scenario.adjustments, rules)),
    )


def _people(scenario: Scenario) -> Iterator[dict[str, Any]]:
    names = {person.id: person.name for person in scenario.people}
    for payee in payees_of(scenario):
        yield {"person_id": payee, "user_id": payee, "name": names.get(payee) or payee, "active": True}


def _roles(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.roles:
        scope, value = fact.place()
        place = {"scope": scope, "value": value}
        yield {
            "person_id": fact.payee,
            "role": fact.role,
            "capacity": fact.capacity,
            **place,
            **_life(fact.from_on, fact.until_on),
        }


def _reporting(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.reporting:
        yield {"person_id": fact.payee, "manager_id": fact.manager, **_life(fact.from_on, fact.until_on)}


def _enrolments(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    """Those stated; with one plan, everybody else is on it from the beginning."""
    names = sorted({plan.plan for plan in rules.plans})
    stated = {fact.payee for fact in scenario.enrolments}
    others = [EnrolmentFact(payee=payee) for payee in payees_of(scenario) if payee not in stated]
    first = beginning(scenario, rules)
    for fact in (*scenario.enrolments, *(others if len(names) == 1 else ())):
        life = _life(fact.from_on or first, fact.until_on)
        yield {"person_id": fact.payee, "plan": fact.plan or names[0], **life}


def _compensation(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.compensation:
        amounts = promised(fact.base_salary, fact.ote, fact.variable)
        named = zip(("base_salary_micros", "ote_micros", "variable_micros"), amounts, strict=True)
        life = _life(fact.from_on, fact.until_on)
        yield {"person_id": fact.payee, "currency": fact.currency, **dict(named), **life}


def _leaves(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.leave:
        yield {"person_id": fact.payee, "protected": fact.protected, **_life(fact.from_on, fact.until_on)}


def _results(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    for fact in scenario.results:
        from_on, until_on = days_of_result(fact, rules)
        share = isinstance(fact.value, Fraction)
        yield {
            "person_id": fact.payee,
            "result": fact.result,
            "value_micros": int(fact.value * MICROS) if share else fact.value,
            "in_percent": share,
            **_life(from_on, until_on),
        }


def _fx_rates(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    """Those stated, and for other currencies the rates that the plans fix."""
    stated = {fact.currency for fact in scenario.fx_rates}
    for fact in scenario.fx_rates:
        yield _fx_rate(fact.currency, fact.rate, fact.from_on, fact.until_on)
    for currency, steps in _fixed_rates(rules).items():
        ends = [day for day, _ in steps[1:]]
        for (since, rate), until in zip_longest(steps, ends):
            if currency not in stated:
                yield _fx_rate(currency, rate, max(since, ALWAYS), until)


def _fixed_rates(rules: Rules) -> dict[str, tuple[tuple[date, Fraction], ...]]:
    """By currency what the first plan in the company's currency fixes."""
    plans = [plan for plan in reversed(rules.plans) if plan.currency == rules.company.currency]
    return {currency: leaf.steps for plan in plans for currency, leaf in plan.exchange.fixed.items()}


def _fx_rate(currency: str, rate: Fraction, since: date, until: date | None) -> dict[str, Any]:
    return {"currency": currency, "rate_num": rate.numerator, "rate_den": rate.denominator, **_life(since, until)}


def _list_entries(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for name, accounts in scenario.lists.items():
        for listed in accounts:
            yield {"list": name, "account_id": listed.account, **_life(listed.from_on, listed.until_on)}


def _lots(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The arms that a scenario states in place of the draw."""
    turn = 0
    for experiment, arms in scenario.arms.items():
        for account, arm in arms.items():
            turn += 1
            lot = {"place": "stated", "account_id": account, "drawn": arm, "drawn_on": DEAL_DAY}
            yield {"drawn_for": f"experiment {experiment}", "turn": turn, **lot}


def _life(from_on: date, until_on: date | None) -> dict[str, Any]:
    return {"from_on": from_on, "until_on": until_on}
