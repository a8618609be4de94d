"""How values of the document are written in a portal."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import iso, millis, parse_instant
from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.schema import Option

_MINUTES_A_DAY, _SPREAD = 1_440, 397
TYPES = {
    "string": ("string", "text"),
    "textarea": ("string", "textarea"),
    "email": ("string", "text"),
    "phone": ("string", "text"),
    "url": ("string", "text"),
    "reference": ("string", "text"),
    "picklist": ("enumeration", "select"),
    "double": ("number", "number"),
    "int": ("number", "number"),
    "percent": ("number", "number"),
    "currency": ("number", "number"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
    "boolean": ("bool", "booleancheckbox"),
    "checkbox": ("bool", "booleancheckbox"),
}


def property_name(name: str) -> str:
    """Give the name of a custom field as a property's.

    >>> property_name("Term_Months__c")
    'term_months'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.removesuffix("__c").lower()).strip("_")


def internal(label: str) -> str:
    """Make the inner value of a deal's type or stage as HubSpot does.

    >>> internal("Closed Won"), internal("Cross-sell")
    ('closedwon', 'crosssell')
    """
    return re.sub(r"[^a-z0-9]", "", label.lower())


def upper_snake(label: str) -> str:
    """Make the inner value of an industry.

    >>> upper_snake("Financial Services")
    'FINANCIAL_SERVICES'
    """
    return re.sub(r"[^A-Z0-9]+", "_", label.upper()).strip("_")


def options(pairs: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """Make options of values and labels."""
    return tuple(Option(value=value, label=label, order=place) for place, (value, label) in enumerate(pairs))


def number_text(value: Any, where: str) -> str:
    """Give a number with its own digits; a LoadProblem when it is none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise LoadProblem(f"{where}: {value!r} is no number") from None
    if isinstance(value, float) or not found.is_finite():
        raise LoadProblem(f"{where}: {value!r}: write numbers as text or whole numbers")
    return f"{found:f}"


def plain(kind: str, value: Any, where: str) -> str:
    """Give a value as the text of a property of a type."""
    if kind == "number":
        return number_text(value, where)
    try:
        if kind == "bool":
            return {True: "true", False: "false"}[value]
        if kind == "date":
            return date.fromisoformat(str(value)).isoformat()
        if kind == "datetime":
            return iso(stamp(value))
    except (ValueError, KeyError):
        raise LoadProblem(f"{where}: {value!r} is no {kind}") from None
    return str(value)


def stamp(value: Any) -> int:
    """Read an instant of the document."""
    return parse_instant(str(value))


def local_instant(day: date, number: int, zone: str) -> int:
    """Give some time of a day in a zone: any minute of it, so that near midnight the day in UTC is another."""
    minutes = number * _SPREAD % _MINUTES_A_DAY
    local = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(zone))
    return millis(local.astimezone(UTC))
