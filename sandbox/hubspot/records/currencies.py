"""The portal's currencies and their dated rates: units of the company's currency for one of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.hubspot.clock import Clock, iso, millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rate, from an instant until the next one of its currency."""

    number: int
    code: str
    rate: Decimal
    effective_ms: int


class Currencies:
    """The company's currency, the additional ones, and what they are worth."""

    def __init__(self, clock: Clock, company: str = "USD") -> None:
        self._clock, self.company = clock, company
        self._rates: dict[str, list[Rate]] = {}
        self._numbers = 0

    @property
    def additional(self) -> tuple[str, ...]:
        """The currencies beside the company's."""
        return tuple(self._rates)

    def add(self, code: str, rate: Decimal, effective_ms: int) -> None:
        """Add a rate. What is worked out from it changes, and no stamp does."""
        self._numbers += 1
        new = Rate(number=self._numbers, code=code, rate=rate, effective_ms=effective_ms)
        self._rates[code] = sorted([*self._rates.get(code, ()), new], key=lambda each: each.effective_ms)

    def knows(self, code: str) -> bool:
        """Whether deals may be in a currency."""
        return code == self.company or code in self._rates

    def current(self, code: str) -> Rate | None:
        """Give the rate of now."""
        now_ms = millis(self._clock())
        return next((each for each in reversed(self._rates.get(code, ())) if each.effective_ms <= now_ms), None)

    def rate(self, code: str) -> Decimal | None:
        """Give what one unit is worth now; None for a currency that is not set up."""
        if code == self.company:
            return Decimal(1)
        found = self.current(code)
        return found.rate if found else None

    def stamp(self) -> tuple[int, ...]:
        """Change whenever a current rate does."""
        return tuple(found.number for code in self._rates if (found := self.current(code)))

    def __iter__(self) -> Iterator[Rate]:
        return (rate for rates in self._rates.values() for rate in rates)

    def shown(self, rate: Rate) -> dict[str, Any]:
        """Shape of the API."""
        return {
            "id": str(rate.number),
            "fromCurrencyCode": rate.code,
            "toCurrencyCode": self.company,
            "conversionRate": rate.rate,
            "effectiveAt": iso(rate.effective_ms),
            "createdAt": iso(rate.effective_ms),
            "updatedAt": iso(rate.effective_ms),
            "visibleInUI": True,
        }
