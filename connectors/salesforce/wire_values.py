"""What a field can hold: our values as Salesforce takes them, and Salesforce's as we compare them. The two are equal.

A value that a field cannot hold exactly is refused with a ValueError in words for the admin; nothing is rounded or cut.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from connectors.salesforce.records import plain_number
from connectors.salesforce.soql import NUMBERS
from engine.model import FieldInfo

Value = str | bool | date | None


def outgoing(value: Value, field: FieldInfo) -> Any:
    """The JSON value to send."""
    if value is None or isinstance(value, bool):
        return value
    text = canonical(value, field)
    return msgspec.Raw(text.encode()) if field.type in NUMBERS else text


def canonical(value: Value | int, field: FieldInfo) -> str:
    """The one text for a value of this field: numbers at the field's scale, instants in UTC seconds."""
    if field.type in NUMBERS:
        return _number(str(value), field)
    if field.type == "datetime":
        return _instant(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    if field.length and len(text) > field.length and field.type not in {"date", "reference"}:
        raise ValueError(f"{field.name} holds {field.length} characters, not {len(text)}: make the field longer")
    return text


def incoming(value: Any, field: FieldInfo) -> str | bool | None:
    """A value that was read back, in the form in which it would be sent; what we could not send stays as it is."""
    if value is None or isinstance(value, bool):
        return value
    try:
        return canonical(value, field)
    except ValueError:
        return str(value)


def _number(text: str, field: FieldInfo) -> str:
    number = plain_number(text)
    whole, _, fraction = number.partition(".")
    if not (whole.removeprefix("-") + fraction).isdecimal():
        raise ValueError(f"{field.name} is a number field, and the value is none")
    scale = field.scale or 0
    if len(fraction) > scale:
        raise ValueError(f"{field.name} holds {scale} decimals, the value has {len(fraction)}: give it more")
    return f"{whole}.{fraction.ljust(scale, '0')}" if scale else whole


def _instant(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be written")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
