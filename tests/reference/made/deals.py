"""Deals by lot, with their accounts, products, splits, contracts and what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference.calendar import months_later

LESS = ("downgraded", "refunded", "unpaid")

MICROS = 1_000_000
FIRST_DAY = date(2026, 1, 1)
DAYS = 430
ACCOUNTS = 12
MOTIONS = ("new_business", "new_business", "new_business", "renewal", "renewal", "upsell", "cross_sell", "downgrade")
FAMILIES = ("Software", "Services", "Hardware")
PRODUCTS = ("Core", "Plus", "Help")
CURRENCIES = ("USD", "USD", "USD", "EUR", "JPY")
WITHOUT_CONTRACTS = ("A2", "A6", "A7", "A11")
"""Customers whose contracts the CRM does not keep."""
STAGES = ("Discovery", "Proposal", "Closing", "Legal")
REPS = ("ada", "bo", "cy")
FRAMES = ("deals", "deal_lines", "splits", "contracts", "deal_events", "team_members", "deal_stages")
Rows = dict[str, list[dict[str, Any]]]


def accounts(chance: Random) -> list[dict[str, Any]]:
    """Customers, some of whom nothing is known of."""
    return [
        {
            "account_id": f"A{number}",
            "owner_id": chance.choice([*(f"u-{name}" for name in REPS), None]),
            "segment": chance.choice(["SMB", "Enterprise", None]),
            "territory": chance.choice(["West", "East", None]),
            "industry": chance.choice(["Media", "Software", None]),
            "country": chance.choice(["NO", "US", None]),
            "employees": chance.choice([10, 200, 1_000, None]),
            "revenue_micros": chance.choice([5_000_000 * MICROS, 20_000_000 * MICROS, None]),
            "facts": chance.choice(['{"tier": "Gold"}', '{"tier": "Bronze", "served_from": "2026-05-31"}', None]),
        }
        for number in range(ACCOUNTS)
    ]


def deals(seed: str, count: int) -> Rows:
    """So many deals; each by its own lot, so that fewer of them are the first of more."""
    rows: Rows = {name: [] for name in FRAMES}
    for number in range(count):
        _add(Random(f"{seed} deal {number}"), number, rows)
    return rows


def _add(chance: Random, number: int, rows: Rows) -> None:
    deal = _deal(chance, number, rows["deals"])
    rows["deals"].append(deal)
    if chance.random() < 0.6:
        rows["deal_lines"] += _lines(chance, deal)
    if chance.random() < 0.3:
        rows["splits"] += _splits(chance, deal)
    if deal["account_id"] not in WITHOUT_CONTRACTS and not (deal["motion"] == "renewal" and chance.random() < 0.2):
        rows["contracts"].append(_contract(chance, deal))
    if chance.random() < 0.3:
        rows["deal_events"] += _events(chance, deal)
    if chance.random() < 0.5:
        rows["deal_events"] += _progress(chance, deal)
    if chance.random() < 0.2:
        rows["team_members"] += _team(chance, deal)
    if chance.random() < 0.6:
        rows["deal_stages"] += _stages(chance, deal)


def money(chance: Random) -> int:
    """An amount: round, with cents, or small and odd."""
    kind = chance.random()
    if kind < 0.4:
        return chance.randrange(1, 60) * 1_000 * MICROS
    if kind < 0.95:
        return chance.randrange(1, 6_000_000) * 10_000
    return chance.randrange(0, 1_000) * 10_000


def _deal(chance: Random, number: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    motion = chance.choice(MOTIONS)
    amount = money(chance)
    sign = -1 if motion == "downgrade" else 1
    acv = money(chance) if chance.random() < 0.4 else None
    closed_on = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    account = chance.randrange(ACCOUNTS)
    deal = {
        "deal_id": f"D{number}",
        "account_id": f"A{account}",
        "owner_id": f"u-{chance.choice(REPS)}",
        "motion": motion,
        "type": motion,
        "is_won": chance.random() < 0.95,
        "closed_on": closed_on,
        "amount_micros": sign * amount,
        "acv_micros": None if acv is None else sign * acv,
        "cost_micros": None if chance.random() < 0.5 else amount * chance.randrange(0, 12) // 10,
        "list_micros": None if chance.random() < 0.5 else amount * chance.randrange(10, 16) // 10,
        "currency": CURRENCIES[account % len(CURRENCIES)] if chance.random() < 0.8 else chance.choice(CURRENCIES),
        "created_on": closed_on - timedelta(days=chance.randrange(120)),
        "channel": chance.choice(["Direct", "Reseller", None]),
        "facts": chance.choice(['{"seats": "40000000"}', '{"seats": "250500000"}', None, None]),
        "source": chance.choice(["Outbound SDR", "Inbound", None]),
        "term_months": chance.choice([12, 12, 24, 36, 7, None]),
        "starts_on": closed_on + timedelta(days=chance.randrange(-20, 90)) if chance.random() < 0.5 else None,
        "qualified_on": closed_on - timedelta(days=chance.randrange(90)) if chance.random() < 0.3 else None,
    }
    if motion == "renewal" and before and chance.random() < 0.8:
        prior = chance.choice(before)
        link = (
            ("renewed_contract_id", f"C{prior['deal_id']}")
            if chance.random() < 0.6
            else ("prior_deal_id", prior["deal_id"])
        )
        deal |= {link[0]: link[1], "account_id": prior["account_id"], "currency": prior["currency"]}
    if motion in ("upsell", "cross_sell", "downgrade") and before and chance.random() < 0.3:
        deal |= _co_termed(chance.choice(before), chance)
    return deal


def _co_termed(prior: dict[str, Any], chance: Random) -> dict[str, Any]:
    """What puts a change into the term of a deal, to end with it, in most cases in its currency."""
    begins, term = prior["starts_on"] or prior["closed_on"], prior["term_months"] or 12
    months = chance.randrange(term)
    return {
        "account_id": prior["account_id"],
        "starts_on": months_later(begins, months),
        "term_months": term - months,
        "currency": prior["currency"],
    }


def _lines(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """Products whose amounts need not add up to the deal's; some without a family, a cost or an amount."""
    return [
        {
            "line_id": f"{deal['deal_id']}-{place}",
            "deal_id": deal["deal_id"],
            "product": chance.choice([*PRODUCTS, None]),
            "family": chance.choice([*FAMILIES, None]),
            "quantity_micros": chance.choice([MICROS, 3 * MICROS, 2_500_000]),
            "amount_micros": money(chance),
            "cost_micros": chance.choice([0, 700 * MICROS]),
            "list_micros": chance.choice([1_000 * MICROS, 90_000 * MICROS]),
        }
        for place in range(chance.randrange(1, 4))
    ]


def _splits(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    shares = chance.choice([(1_000_000,), (500_000, 500_000), (333_333, 666_667), (600_000, 300_000, 100_000)])
    return [
        {
            "split_id": f"{deal['deal_id']}-{place}",
            "deal_id": deal["deal_id"],
            "user_id": f"u-{name}",
            "share_num": share,
            "share_den": 1_000_000,
        }
        for place, (name, share) in enumerate(zip(chance.sample(REPS, len(shares)), shares, strict=True))
    ]


def _contract(chance: Random, deal: dict[str, Any]) -> dict[str, Any]:
    """What a deal started, as the CRM keeps it; some state an ACV or an end, some are cancelled."""
    starts_on = deal["starts_on"] or deal["closed_on"]
    cancelled = chance.random() < 0.2
    return {
        "contract_id": f"C{deal['deal_id']}",
        "account_id": deal["account_id"],
        "origin_deal_id": deal["deal_id"],
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=chance.randrange(60, 500)) if chance.random() < 0.5 else None,
        "acv_micros": money(chance) if chance.random() < 0.3 else None,
        "currency": deal["currency"],
        "cancelled_on": max(starts_on, deal["closed_on"]) + timedelta(days=chance.randrange(400))
        if cancelled
        else None,
    }


def _events(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "deal_id": deal["deal_id"],
            "kind": kind,
            "happened_on": deal["closed_on"] + timedelta(days=chance.randrange(300)),
            "amount_micros": None
            if kind == "cancelled" or chance.random() < 0.3
            else abs(deal["amount_micros"]) * chance.randrange(0, 14 if kind == "payment" else 8) // 10,
        }
        for kind in chance.sample(["cancelled", *LESS, "payment", "payment"], chance.randrange(1, 4))
    ]


def _team(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """People on the deal's team, of whom two may have one role."""
    return [
        {
            "member_id": f"{deal['deal_id']}-{name}",
            "deal_id": deal["deal_id"],
            "user_id": f"u-{name}",
            "role": chance.choice(["Sales Engineer", "Sponsor", "Legal"]),
        }
        for name in chance.sample(REPS, chance.choice([1, 1, 2]))
    ]


def _stages(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """Stages that the deal entered, some twice, and whoever owned it then."""
    entered = {
        (chance.choice(STAGES), deal["closed_on"] - timedelta(days=chance.randrange(100))): chance.choice(REPS)
        for _ in range(chance.randrange(1, 5))
    }
    return [
        {"deal_id": deal["deal_id"], "stage": stage, "entered_on": day, "owner": f"u-{name}"}
        for (stage, day), name in entered.items()
    ]


def _progress(chance: Random, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """When the contract starts, the customer is served, invoiced and pays: parts of the amount, at times too much."""
    kinds = ["contract_start", "delivery", "go_live", *(["invoice", "payment"] * 2)]
    return [
        {
            "deal_id": deal["deal_id"],
            "kind": kind,
            "happened_on": deal["closed_on"] + timedelta(days=chance.randrange(-30, 300)),
            "amount_micros": abs(deal["amount_micros"]) * chance.randrange(0, 8) // 10
            if kind in ("invoice", "payment") and chance.random() < 0.9
            else None,
        }
        for kind in chance.sample(kinds, chance.randrange(1, 5))
    ]
