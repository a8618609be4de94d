"""What the generated company charges: annual prices in hundredths of the customer's currency."""

from __future__ import annotations

from random import Random

from sandbox.world.money import CENTS, half_up
from sandbox.world.odds import PERCENT, draw

FIRST_DEAL = {"SMB": (6_000, 24_000), "MM": (18_000, 90_000), "ENT": (70_000, 400_000)}
ADDITION = {"SMB": (600, 6_000), "MM": (4_000, 60_000), "ENT": (12_000, 160_000)}
SERVICES = {"SMB": (600, 3_000), "MM": (1_200, 9_000), "ENT": (6_000, 40_000)}
"""From and to, in dollars a year, by segment; other currencies by the rough price level below."""
LEVEL = {"USD": 100, "EUR": 90, "GBP": 80, "JPY": 15_000}
"""Hundredths of the currency's unit for a dollar."""
STEP = {"USD": 60, "EUR": 60, "GBP": 60, "JPY": 6_000}
"""Prices are multiples of this many units, so that years, months and most shares of them are whole."""
SAME, FIFTH_MORE, OTHER = "same", "a fifth more", "other"
RENEWALS = {SAME: 35, FIFTH_MORE: 6, OTHER: 59}
CHANGES = {(103, 112): 25, (103, 119): 25, (121, 170): 25, (85, 97): 25}
"""New price in percent of the old one, from and to."""


def price(rng: Random, span: tuple[int, int], currency: str) -> int:
    """An annual price between two dollar amounts."""
    return to_step(rng.randint(*span) * LEVEL[currency], currency)


def to_step(cents: int, currency: str) -> int:
    """The nearest multiple of the currency's price step, at least one."""
    step = STEP[currency] * CENTS
    return max(1, half_up(cents, step)) * step


def renewal_price(rng: Random, expiring_cents: int, currency: str) -> int:
    """Often the same, sometimes exactly a fifth more (the edge of a large uplift), far more, or a little less."""
    fate = draw(rng, RENEWALS)
    if fate == SAME:
        return expiring_cents
    if fate == FIFTH_MORE:
        unit = CENTS if currency == "JPY" else 1
        return half_up(expiring_cents * 6, 5 * unit) * unit
    return to_step(expiring_cents * rng.randint(*draw(rng, CHANGES)) // PERCENT, currency)
