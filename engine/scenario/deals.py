"""The deals of a scenario, as a CRM would state them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.book import Rules
from engine.model import MICROS
from engine.scenario.customers import account_of, owner_of
from engine.scenario.document import Scenario
from engine.scenario.facts import DealFact

Row = dict[str, Any]


def amount_of(deal: DealFact) -> int | None:
    """Its amount, its ACV, or what its products come to; None where nothing says."""
    if deal.amount is not None or deal.acv is not None:
        return deal.amount if deal.amount is not None else deal.acv
    amounts = [sold.amount for sold in deal.products if sold.amount is not None]
    return sum(amounts) if amounts else None


def deals_of(scenario: Scenario, rules: Rules) -> Iterator[Row]:
    """Rows of `Deals`."""
    return (_deal(deal_id, deal, rules) for deal_id, deal in scenario.named_deals())


def _deal(deal_id: str, deal: DealFact, rules: Rules) -> Row:
    amount = amount_of(deal) or 0
    return {
        "deal_id": deal_id,
        "name": deal.name,
        "account_id": account_of(deal_id, deal),
        "owner_id": owner_of(deal),
        "type": deal.type,
        "motion": deal.motion or ("downgrade" if amount < 0 else "new_business"),
        "is_won": deal.won,
        "is_closed": True,
        "created_on": deal.created_on,
        "closed_on": deal.on,
        "qualified_on": deal.qualified_on,
        "amount_micros": amount,
        "acv_micros": deal.acv,
        "cost_micros": deal.cost,
        "list_micros": deal.list_price,
        "currency": deal.currency or rules.company.currency,
        "source": deal.source,
        "channel": deal.channel,
        "term_months": deal.term_months,
        "starts_on": deal.starts_on,
        "prior_deal_id": deal.renews,
        "facts": json.dumps(deal.facts) if deal.facts else None,
    }


def products_of(scenario: Scenario) -> Iterator[Row]:
    """Rows of `DealLines`."""
    for deal_id, deal in scenario.named_deals():
        for number, sold in enumerate(deal.products, start=1):
            yield {
                "line_id": f"{deal_id}-{number}",
                "deal_id": deal_id,
                "product": sold.product,
                "family": sold.family,
                "quantity_micros": MICROS if sold.quantity is None else sold.quantity,
                "amount_micros": sold.amount,
                "cost_micros": sold.cost,
                "list_micros": sold.list_price,
            }


def splits_of(scenario: Scenario) -> Iterator[Row]:
    """Rows of `Splits`."""
    for deal_id, deal in scenario.named_deals():
        for number, (payee, share) in enumerate(deal.splits.items(), start=1):
            yield {
                "split_id": f"{deal_id}-{number:03}",
                "deal_id": deal_id,
                "user_id": payee,
                "share_num": share.numerator,
                "share_den": share.denominator,
            }


def stages_of(scenario: Scenario) -> Iterator[Row]:
    """Rows of `DealStages`."""
    for deal_id, deal in scenario.named_deals():
        for fact in deal.stages:
            yield {"deal_id": deal_id, "stage": fact.stage, "entered_on": fact.on, "owner": fact.owner}


def team_of(scenario: Scenario) -> Iterator[Row]:
    """Rows of `TeamMembers`."""
    for deal_id, deal in scenario.named_deals():
        for payee, role in deal.team.items():
            yield {"member_id": f"{deal_id}-{payee}", "deal_id": deal_id, "user_id": payee, "role": role}


def events_of(scenario: Scenario) -> Iterator[Row]:
    """Rows of `DealEvents`."""
    for fact in scenario.events:
        happened = {"kind": fact.what, "happened_on": fact.on, "amount_micros": fact.amount}
        yield {"deal_id": fact.deal, **happened}
