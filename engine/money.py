"""Exact money: text to micro-units and back, rounding of exact ratios, and shares that add up (DESIGN 3).

Integers and rationals only; standard library only, so that connectors can read amounts without the engine's weight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from engine.model import LARGEST_MICROS, MICROS

Rounding = Literal["half_up", "half_even", "down"]
"""How a tie or a rest is rounded: `half_up` away from zero, `half_even` to the even neighbour, `down` to zero."""

LONGEST_AMOUNT = 80
LARGEST_EXPONENT = 60
BINARY_TAIL = Fraction(1, 10**9)
"""A rest below this, in units, is what binary floats leave behind (`0.30000000000000004`); it is not money."""

_AMOUNT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")

_CURRENCIES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE"
        " CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD"
        " HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP"
        " MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR"
        " SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED"
        " VES WST XCD XCG YER ZAR ZMW ZWG ZWL"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_DIGITS = MappingProxyType(
    {code: digits for digits, codes in _CURRENCIES_BY_DIGITS.items() for code in codes.split()}
)
"""Decimals of the minor unit of every currency we know (ISO 4217)."""


def minor_unit_micros(currency: str) -> int:
    """Micro-units in one minor unit: 10,000 for a cent, 1,000,000 for JPY. ValueError names an unknown currency."""
    if currency not in MINOR_DIGITS:
        msg = f"{currency!r} is not a currency we know; write its ISO 4217 code, such as USD"
        raise ValueError(msg)
    return int(MICROS // 10 ** MINOR_DIGITS[currency])


def parse_amount(text: str) -> int:
    """Micro-units of an amount as a CRM writes it: digits, a sign, decimals, an exponent.

    ValueError says what is wrong with anything else (NaN, thousands commas, spaces, decimals beyond micro-units,
    amounts out of range). The exponent is bounded before a number is built, so that `1e999999999` costs nothing.
    """
    match = _AMOUNT.fullmatch(text) if len(text) <= LONGEST_AMOUNT else None
    if match is None or not (match[2] or match[3]):
        msg = f"{text[:LONGEST_AMOUNT]!r} is not an amount; write digits with a decimal point, such as 1234.50"
        raise ValueError(msg)
    sign, whole, decimals, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    if abs(exponent) > LARGEST_EXPONENT:
        msg = f"{text!r} is out of range: its exponent is beyond {LARGEST_EXPONENT}"
        raise ValueError(msg)
    exact = Fraction(int(whole + decimals)) * Fraction(10) ** (exponent - len(decimals)) * MICROS
    micros = round(exact)
    if abs(exact - micros) >= BINARY_TAIL * MICROS:
        msg = f"{text!r} has more than six decimals; round it in the CRM"
        raise ValueError(msg)
    if micros > LARGEST_MICROS:
        msg = f"{text!r} is out of range: the largest amount is a million million"
        raise ValueError(msg)
    return -micros if sign == "-" else micros


def format_amount(micros: int, currency: str) -> str:
    """`1,234.50`: the currency's decimals, and more where the amount has more, so that nothing is hidden."""
    places = MINOR_DIGITS.get(currency, 2)
    whole, rest = divmod(abs(micros), MICROS)
    decimals = f"{rest:06d}".rstrip("0").ljust(places, "0")
    sign = "-" if micros < 0 else ""
    return f"{sign}{whole:,}.{decimals}" if decimals else f"{sign}{whole:,}"


def plain_amount(micros: int) -> str:
    """`1234.5`: every decimal there is and no other, for fields that keep numbers as they come."""
    whole, rest = divmod(abs(micros), MICROS)
    sign, decimals = "-" if micros < 0 else "", f"{rest:06d}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def amount_text(micros: int, scale: int) -> str:
    """What a CRM number field of `scale` decimals can hold of an amount (half up): `1234.50`, never `-0.00`."""
    scaled = round_ratio(micros * 10**scale, 1, MICROS, "half_up") // MICROS
    digits = f"{abs(scaled):0{scale + 1}d}"
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{text}" if scaled < 0 else text


def round_ratio(num: int, den: int, unit: int, mode: Rounding) -> int:
    """`num/den` rounded to a multiple of `unit`. Ties and rests are judged on the absolute value."""
    if den <= 0 or unit <= 0:
        msg = f"a ratio needs a positive denominator and unit, not {den} and {unit}"
        raise ValueError(msg)
    step = den * unit
    steps, rest = divmod(abs(num), step)
    if mode == "half_up":
        steps += 2 * rest >= step
    elif mode == "half_even":
        steps += 2 * rest > step or (2 * rest == step and steps % 2 == 1)
    return -steps * unit if num < 0 else steps * unit


def allocate(total: int, shares: Sequence[Fraction]) -> list[int]:
    """Parts of `total` by exact shares that add up: largest remainder on the absolute amount, ties to the first.

    The parts sum to `total` times the sum of the shares, rounded half up where that is no whole number.
    """
    if any(share < 0 for share in shares):
        msg = "a share is never negative"
        raise ValueError(msg)
    exact = [abs(total) * Fraction(share) for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    due = sum(exact, Fraction(0))
    missing = round_ratio(due.numerator, due.denominator, 1, "half_up") - sum(parts)
    by_rest = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_rest[:missing]:
        parts[place] += 1
    return [-part for part in parts] if total < 0 else parts
