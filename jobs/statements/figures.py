"""The few numbers of a statement that everybody asks for first, each in its own currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.money import format_amount, parse_amount

FIGURES: Mapping[str, str] = {
    "earned": "Earned",
    "payout": "Payout",
    "held": "Held",
    "carried_forward": "Carried forward",
}
"""By the amount of an account, what it is called."""
ALWAYS = ("earned", "payout")


def figures(answer: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, amount and currency: the sums of the accounts; what is nothing is left out, but for earned and payout."""
    currencies = sorted({*answer["totals"], *(of["currency"] for of in answer["accounts"])})
    for currency in currencies:
        for name, title in FIGURES.items():
            micros = total(answer, name, currency)
            if micros or name in ALWAYS:
                yield title, format_amount(micros, currency), currency
            if name == "payout" and (paid_ := paid(answer, currency)):
                yield "Paid", format_amount(paid_, currency), currency


def total(answer: Mapping[str, Any], name: str, currency: str) -> int:
    """The sum of an amount over the accounts of a currency, in micro-units."""
    return sum(micros_of(of[name]) for of in answer["accounts"] if of["currency"] == currency)


def paid(answer: Mapping[str, Any], currency: str) -> int:
    """What was paid out for the period, in micro-units."""
    return sum(micros_of(of["amount"]) for of in answer["payments"]["payments"] if of["currency"] == currency)


def micros_of(amount: str) -> int:
    """Micro-units of an amount as statements write it, with commas."""
    return parse_amount(amount.replace(",", ""))
