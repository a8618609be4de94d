"""Customers of a scenario: their contracts as a CRM would state them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from engine.book import Rules
from engine.documents.measures.retention import ACCOUNT_OWNER
from engine.scenario.cohort_facts import ContractFact
from engine.scenario.document import Scenario
from engine.scenario.facts import DealFact
from engine.scenario.values import ALWAYS, REP

Row = dict[str, Any]
DAY = timedelta(days=1)


def account_of(deal_id: str, deal: DealFact) -> str:
    """The deal's customer."""
    return deal.account or f"customer of {deal_id}"


def owner_of(deal: DealFact) -> str:
    """Whose deal it is: the payee, the first of the splits, or `rep`."""
    return deal.payee or next(iter(deal.splits), REP)


def named_contracts(scenario: Scenario) -> Iterator[tuple[str, str, ContractFact]]:
    """The contracts with their ids and customers."""
    for number, fact in enumerate(scenario.contracts, start=1):
        yield f"C{number}", fact.account or f"customer of C{number}", fact


def accounts_of(scenario: Scenario) -> Iterator[Row]:
    """Each customer once, with what its contracts and deals say of it."""
    found: dict[str, Row] = {}
    owned = owners_of(scenario)
    said = [
        *((name, fact.said_of_account()) for _, name, fact in named_contracts(scenario)),
        *((account_of(deal_id, deal), deal.said_of_account()) for deal_id, deal in scenario.named_deals()),
    ]
    for name, values in said:
        known = found.setdefault(name, {"account_id": name, "name": name, "owner_id": owned[name]})
        known.update({column: value for column, value in values.items() if value is not None})
    yield from found.values()


def owners_of(scenario: Scenario) -> dict[str, str]:
    """Whose each customer is: its contract's payee, else the owner of its first deal, else `rep`."""
    owned = {name: fact.payee for _, name, fact in named_contracts(scenario) if fact.payee is not None}
    for deal_id, deal in scenario.named_deals():
        owned.setdefault(account_of(deal_id, deal), owner_of(deal))
    return {**{name: REP for _, name, _ in named_contracts(scenario)}, **owned}


def contracts_of(scenario: Scenario, rules: Rules) -> Iterator[Row]:
    """Every contract, what renewed it, and what it was expanded or shrunk by as one beside it."""
    for name, account, fact in named_contracts(scenario):
        base = {"account_id": account, "currency": fact.currency or rules.company.currency}
        life = {"ends_on": fact.last_day, "cancelled_on": fact.ended}
        yield {**base, **life, "contract_id": name, "starts_on": fact.starts_on, "acv_micros": fact.arr}
        if fact.renewed is not None and fact.last_day is not None:
            begins_on = max(fact.last_day + DAY, fact.renewed_on or fact.last_day)
            yield {**base, "contract_id": f"{name}-renewed", "starts_on": begins_on, "acv_micros": fact.renewed}
        more = (fact.expanded or 0) - (fact.shrunk or 0)
        if more:
            yield {**base, **life, "contract_id": f"{name}-changed", "starts_on": fact.on, "acv_micros": more}


def holdings_of(scenario: Scenario, rules: Rules) -> Iterator[Row]:
    """Who holds the roles that measures ask the owners of customers for, where no `roles` say so."""
    stated = {fact.role for fact in scenario.roles}
    payees = {account for _, account, fact in named_contracts(scenario) if fact.payee is not None}
    for role in sorted(roles_of_owners(rules)):
        for account, payee in owners_of(scenario).items():
            if role not in stated or account in payees:
                yield {"person_id": payee, "role": role, "scope": "account", "value": account, "from_on": ALWAYS}


def roles_of_owners(rules: Rules) -> set[str]:
    """The roles that measures of retention name."""
    measures = (measure for plan in rules.plans for measure in plan.measures.values())
    return {each.retention.owner for each in measures if each.retention is not None} - {ACCOUNT_OWNER}
