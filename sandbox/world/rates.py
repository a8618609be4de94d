"""Currencies of the generated company and their dated exchange rates."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.world.dates import months
from sandbox.world.money import half_up

CORPORATE = "USD"
UNKNOWN = "BRL"
"""A code on one dirty deal for which the org has no rate."""
RATE_DIGITS = 1_000_000
"""Rates have six decimals, as the CRM keeps them."""
TYPICAL = {"USD": 1_000_000, "EUR": 917_342, "GBP": 786_519, "JPY": 148_203_457}
"""Units of the currency for one dollar, times `RATE_DIGITS`."""
DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class DatedRate:
    """Units of a currency for one corporate unit from `start` until the day before `next_start`."""

    currency: str
    start: date
    next_start: date
    scaled: int

    @property
    def text(self) -> str:
        """The rate as the CRM shows it."""
        return rate_text(self.scaled)


class Rates:
    """The dated rates: a new one every month, from a bounded random walk."""

    def __init__(self, rng: Random, start: date, until: date) -> None:
        self.rows: list[DatedRate] = []
        starts = list(months(start, until))
        ends = [*starts[1:], LAST_DAY]
        for currency in (code for code in TYPICAL if code != CORPORATE):
            scaled = TYPICAL[currency]
            for first, end in zip(starts, ends, strict=True):
                self.rows.append(DatedRate(currency, first, end, scaled))
                scaled = _drift(rng, scaled, TYPICAL[currency])
        self._starts = starts
        self._scaled = {code: [r.scaled for r in self.rows if r.currency == code] for code in TYPICAL}

    def corporate(self, micros: int, currency: str, day: date) -> int:
        """Micro-units of the corporate currency at the rate of the day."""
        if currency == CORPORATE:
            return micros
        scaled = self._scaled[currency][bisect_right(self._starts, day) - 1]
        return half_up(micros * RATE_DIGITS, scaled)


def rate_text(scaled: int) -> str:
    """A rate with its six decimals."""
    return f"{scaled // RATE_DIGITS}.{scaled % RATE_DIGITS:06d}"


def _drift(rng: Random, scaled: int, typical: int) -> int:
    """Next month's rate: up to 2 % away, kept within a tenth of the typical one."""
    moved = scaled * rng.randint(98_000, 102_000) // 100_000 + rng.randint(-9, 9)
    return min(max(moved, typical * 9 // 10), typical * 11 // 10)
