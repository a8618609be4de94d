"""How numbers are said in explanations: exact where that is short, rounded where only the eye needs them."""

from __future__ import annotations

from fractions import Fraction

from engine.model import MICROS
from engine.money import format_amount, round_ratio

LONGEST_DECIMALS = 9
SHORT = 12
"""So many characters of a fraction can be read."""
RATE_DECIMALS = 18
"""As many as a rate of the CRM may have."""


def counted(count: int, noun: str, nouns: str = "") -> str:
    """`1 month`, `2 months`; `nouns` where the plural is no `s` more."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def percent(share: Fraction) -> str:
    """`15 %`, `0.75 %`: exact while nine decimals can say it."""
    return f"{number(share * 100)} %"


def multiple(exact: Fraction) -> str:
    """`150 %`, a short fraction such as `250/3 %`, or `about 83.3333 %` of one that nobody could write down."""
    said = percent(exact)
    return said if "/" not in said or len(said) <= SHORT else f"about {roughly(exact)}"


def roughly(share: Fraction) -> str:
    """`42.0261 %`: a share that nobody computes with, to four decimals at most."""
    scaled = round_ratio(share.numerator * 10**6, share.denominator, 1, "down")
    return percent(Fraction(scaled, 10**6))


def attainment(achieved: int, quota: int) -> str:
    """`80.0 %` of quota, rounded to a tenth."""
    tenths = round_ratio(achieved * 1000, quota, 1, "half_up")
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"


def number(value: Fraction) -> str:
    """`1.1` where decimals end, else `10/3`."""
    return _decimals(value, LONGEST_DECIMALS) or str(value)


def _decimals(value: Fraction, longest: int) -> str | None:
    """All of its decimals; None where they are more than that."""
    scaled = value * 10**longest
    if scaled.denominator != 1:
        return None
    sign, digits = "-" if scaled < 0 else "", f"{abs(scaled.numerator):0{longest + 1}d}"
    whole, decimals = digits[:-longest], digits[-longest:].rstrip("0")
    return f"{sign}{int(whole):,}.{decimals}" if decimals else f"{sign}{int(whole):,}"


def money(micros: Fraction | int, currency: str) -> str:
    """`1,234.50 USD`, rounded to micro-units where it is no whole number of them."""
    return f"{plain(micros, currency)} {currency}"


def plain(micros: Fraction | int, currency: str) -> str:
    """`1,234.50`, rounded to micro-units where it is no whole number of them."""
    exact = Fraction(micros)
    return format_amount(round_ratio(exact.numerator, exact.denominator, 1, "half_up"), currency)


def pieces(micros: Fraction | int) -> str:
    """A count: `3`, or `0.5` for half a deal."""
    return number(Fraction(micros) / MICROS)


def exchange(num: int, den: int) -> str:
    """`x 1.1`, or `/ 0.909091` where only that side ends; all decimals of a CRM's rate, before any fraction.

    A rate between two foreign currencies may end on neither side: a long one is rounded for the eye, and says so.
    """
    rate = Fraction(num, den)
    for longest in (LONGEST_DECIMALS, RATE_DECIMALS):
        for sign, value in (("x", rate), ("/", 1 / rate)):
            if (said := _decimals(value, longest)) is not None:
                return f"{sign} {said}"
    if len(str(rate)) <= RATE_DECIMALS:
        return f"x {rate}"
    rounded = Fraction(round_ratio(num * 10**LONGEST_DECIMALS, den, 1, "half_up"), 10**LONGEST_DECIMALS)
    return f"x about {number(rounded)}"
