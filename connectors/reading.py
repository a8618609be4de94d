"""Single CRM values, as most CRMs write them, to exact canonical values; a dialect says what its CRM writes otherwise.

ValueError says what is wrong with a value in words that fit after the field's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from connectors.canonical import Kind
from engine.calendar import business_date
from engine.model import MICROS
from engine.money import MINOR_DIGITS, parse_amount

NOTHING = Fraction(0)
DAY_CHARACTERS = 10
LARGEST_RATE = 2**63 - 1
"""Of numerator and denominator."""


def text(value: Any) -> str:
    """Text as it stands."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    return value


def amount(value: Any) -> int:
    """Micro-units of the exact digits."""
    if isinstance(value, bool):
        raise ValueError("is not a number")
    return parse_amount(str(value))


def whole(value: Any) -> int:
    """A count without a fraction."""
    micros = amount(value)
    if micros % MICROS:
        raise ValueError("is not a whole number")
    return micros // MICROS


def percent(value: Any) -> Fraction:
    """12.5 is 12.5 %, that is one eighth."""
    share = Fraction(amount(value), 100 * MICROS)
    if share < 0:
        raise ValueError("is a negative share")
    return share


def yes_or_no(value: Any) -> bool:
    """A checkbox."""
    if not isinstance(value, bool):
        raise ValueError("is not a checkbox value")
    return value


def day(value: Any, zone: str) -> date:
    """A day as it stands; an instant becomes the business day it falls on in the zone."""
    written = text(value)
    try:
        if len(written) == DAY_CHARACTERS:
            return date.fromisoformat(written)
        return business_date(datetime.fromisoformat(written), zone)
    except (ValueError, OverflowError):
        raise ValueError("is not a date, nor an instant with a time zone") from None


def known_currency(code: str) -> bool:
    """Whether we know how many decimals the currency has."""
    return code in MINOR_DIGITS


def rate(code: Any, value: Any) -> Fraction:
    """An exchange rate of a currency that we know, exact, in the range that the database holds."""
    if not isinstance(code, str) or not known_currency(code):
        raise ValueError(f"{code!r} is not a currency we know")
    try:
        found = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"the rate of {code} is not a number") from None
    if found <= 0 or max(found.numerator, found.denominator) > LARGEST_RATE:
        raise ValueError(f"the rate of {code} is out of range")
    return found


def associated(value: Any) -> str:
    """The one record that is associated, or the primary one of several."""
    ids = [each["id"] for each in value if each["primary"]] or [each["id"] for each in value]
    if len(set(ids)) != 1:
        raise ValueError(f"names {len(set(ids))} records, and none of them is primary")
    return str(ids[0])


PARSERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: text,
    Kind.AMOUNT: amount,
    Kind.QUANTITY: amount,
    Kind.INTEGER: whole,
    Kind.PERCENT: percent,
    Kind.BOOL: yes_or_no,
}
