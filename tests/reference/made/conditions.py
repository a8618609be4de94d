"""`when:` by lot, over every field that can be tested."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference.made.deals import DAYS, FAMILIES, FIRST_DAY

TEXTS: dict[str, tuple[str, ...]] = {
    "motion": ("new_business", "renewal", "upsell", "cross_sell", "downgrade"),
    "segment": ("SMB", "Enterprise"),
    "territory": ("West", "East"),
    "industry": ("Media", "Software"),
    "country": ("NO", "US"),
    "source": ("Outbound SDR", "Inbound"),
    "type": ("new_business", "renewal"),
    "currency": ("USD", "EUR", "JPY"),
    "family": FAMILIES,
    "channel": ("Direct", "Reseller"),
    "window": ("landing", "early"),
    "arm": ("pay/a", "pay/b", "touch/much", "touch/none"),
}
NUMBERS: dict[str, tuple[Any, ...]] = {
    "amount": (5_000, 20_000, 30_000),
    "acv": (5_000, 20_000, 30_000),
    "expiring_acv": (10_000, 30_000),
    "running_acv": (20_000, 60_000),
    "revenue": (5_000_000, 10_000_000),
    "uplift": ("-10%", "0%", "20%"),
    "uplift_amount": (-2_000, 0, 5_000),
    "growth": ("0%", "20%", "80%"),
    "margin_percent": ("0%", "30%", "50%"),
    "discount_percent": ("0%", "10%", "25%"),
    "employees": (10, 200),
    "term_months": (12, 24, 36),
    "months_since_signing": (0, 3, 6),
    "lifetime_months": (1, 6),
    "months_since_last_purchase": (0, 1, 3),
    "days_open": (0, 30, 90),
    "days_to_start": (-1, 0, 30),
}
FACTS: tuple[dict[str, Any], ...] = (
    {"tier": ["Gold", "Silver"]},
    {"tier": {"not": "Gold"}},
    {"seats": {"min": 100}},
    {"seats": 40, "tier": "Gold"},
    {"served_from": {"below": date(2026, 6, 1)}},
)
DAYS_SINCE = (0, 60, 200)
FIELDS = (*TEXTS, *NUMBERS, "closed_on", "account", "facts", "days_since")
OF_CUSTOMERS = ("industry", "country", "employees", "revenue", "account", "facts")
OF_ACCOUNTS = (*OF_CUSTOMERS, "segment", "territory", "channel", "currency", "lifetime_months")
"""What experiments may ask of an account."""


def when(chance: Random, most: int = 2) -> dict[str, Any]:
    """Some tests of different fields, or none."""
    return {field: _test(chance, field) for field in chance.sample(FIELDS, chance.randrange(0, most + 1))}


def of_customers(chance: Random) -> dict[str, Any]:
    """One or two tests of what is known of the customer."""
    return {field: _test(chance, field) for field in chance.sample(OF_CUSTOMERS, chance.choice([1, 1, 2]))}


def of_accounts(chance: Random) -> dict[str, Any]:
    """One test of what is known of the customer, and of how it buys."""
    field = chance.choice(OF_ACCOUNTS)
    return {field: _test(chance, field)}


def of_owned(chance: Random) -> dict[str, Any]:
    """A test of what the CRM says of a customer, and of nothing else."""
    field = chance.choice(["segment", "territory", "industry", "country", "employees", "revenue", "account"])
    return {field: _test(chance, field)}


def _test(chance: Random, field: str) -> Any:
    if field == "account":
        return {chance.choice(["listed_in", "not_listed_in"]): "named"}
    if field == "facts":
        return chance.choice(FACTS)
    if field == "days_since":
        return {"served_from": {chance.choice(["min", "max", "above", "below"]): chance.choice(DAYS_SINCE)}}
    if field in TEXTS:
        return _of_texts(chance, TEXTS[field])
    if field == "closed_on":
        values: list[Any] = [FIRST_DAY + timedelta(days=chance.randrange(DAYS)), date(2026, 7, 1)]
    else:
        values = list(NUMBERS[field])
    value = chance.choice(values)
    return value if chance.random() < 0.1 else {chance.choice(["min", "max", "above", "below"]): value}


def _of_texts(chance: Random, texts: tuple[str, ...]) -> Any:
    some = chance.choice([chance.choice(texts), chance.sample(texts, chance.randrange(1, len(texts)))])
    return {"not": some} if chance.random() < 0.4 else some
