"""What a property can hold: our values as HubSpot takes them, and HubSpot's as we compare them. The two are equal.

A value that a property cannot hold exactly is refused with a ValueError in words for the admin; nothing is rounded or
cut. Everything travels as text; an empty text clears a property.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from connectors.hubspot.describe import BOOL, DATETIME, NUMBER
from connectors.hubspot.dialect import AMOUNT_DECIMALS, without_tail
from engine.model import MICROS, FieldInfo
from engine.money import parse_amount

Value = str | bool | date | None
YES_NO = {True: "true", False: "false"}
_BOOLS = {text: value for value, text in YES_NO.items()}
CENT = MICROS // 100


def outgoing(value: Value, field: FieldInfo) -> str:
    """The text to send."""
    return "" if value is None else canonical(value, field)


def canonical(value: Value, field: FieldInfo) -> str:
    """The one text for a value of this property: numbers with two decimals, instants in UTC seconds."""
    if isinstance(value, bool):
        return YES_NO[value]
    if field.type == NUMBER:
        return _number(str(value), field)
    if field.type == DATETIME:
        return _instant(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    if field.length and len(text) > field.length:
        raise ValueError(f"{field.name} holds {field.length} characters, not {len(text)}")
    return text


def incoming(value: str | None, field: FieldInfo) -> str | bool | None:
    """A value that was read back, in the form in which it would be sent; what we could not send stays as it is."""
    if not value:
        return None
    if field.type == BOOL and value in _BOOLS:
        return _BOOLS[value]
    try:
        return canonical(value, field)
    except ValueError:
        return value


def _number(text: str, field: FieldInfo) -> str:
    micros = parse_amount(without_tail(text, AMOUNT_DECIMALS))
    whole, rest = divmod(abs(micros), MICROS)
    if rest % CENT:
        raise ValueError(f"{field.name} is written with two decimals, and the value has more")
    return f"{'-' if micros < 0 else ''}{whole}.{rest // CENT:02d}"


def _instant(value: Value) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be written")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
