"""Values of properties: what a write may put there, and the text in which it is kept."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.clock import DAY_MS, instant, iso, parse_instant
from sandbox.hubspot.errors import InvalidValue
from sandbox.hubspot.schema import Property

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_LONGEST = 65_536


def stored(portal: "Portal", definition: Property, value: Any) -> str:
    """Give the text to keep of a written value; empty clears. InvalidValue when the property cannot hold it."""
    text = _text(value)
    if not text:
        return ""
    if definition.name in _BY_NAME:
        return _BY_NAME[definition.name](portal, text)
    if definition.owner:
        return _owners(portal, definition, text)
    return _BY_TYPE[definition.type](definition, text)


def _text(value: Any) -> str:
    """JSON numbers and booleans are taken as their text; null clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise InvalidValue("INVALID_STRING", "a value must be a text, a number or a boolean")
    return str(value)


def _string(definition: Property, text: str) -> str:
    if len(text) > _LONGEST:
        raise InvalidValue("INVALID_STRING_LENGTH", f"{definition.name} is longer than {_LONGEST} characters")
    return text


def _number(definition: Property, text: str) -> str:
    """Exponents and thousands commas are refused; the digits stay as they were sent."""
    if not _NUMBER.fullmatch(text.strip()):
        raise InvalidValue("INVALID_LONG", f"{text} was not a valid number. ({definition.name})")
    return text.strip().removeprefix("+")


def _bool(_definition: Property, text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise InvalidValue("INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


def _datetime(definition: Property, text: str) -> str:
    try:
        return iso(parse_instant(text))
    except (ValueError, OverflowError):
        raise InvalidValue("INVALID_DATE", f"{text} was not a valid date. ({definition.name})") from None


def _date(definition: Property, text: str) -> str:
    """A day, or its midnight in UTC; any other instant is refused."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    ms = parse_instant(_datetime(definition, text))
    if ms % DAY_MS:
        raise InvalidValue("INVALID_DATE", f"{text} is not midnight UTC. ({definition.name})")
    return instant(ms).date().isoformat()


def day_of(text: str) -> str | None:
    """Give the day of an instant that is not midnight; None when it is, or is no instant."""
    try:
        ms = parse_instant(text)
    except (ValueError, OverflowError):
        return None
    return instant(ms).date().isoformat() if ms % DAY_MS else None


def _enumeration(definition: Property, text: str) -> str:
    allowed = [option.value for option in definition.options]
    for part in text.split(";") if definition.many else [text]:
        if part not in allowed:
            raise InvalidValue("INVALID_OPTION", f"{part} was not one of the allowed options: [{', '.join(allowed)}]")
    return text


def _owners(portal: "Portal", definition: Property, text: str) -> str:
    for part in text.split(";") if definition.many else [text]:
        if portal.owners.by_id(part) is None:
            raise InvalidValue("INVALID_OWNER_ID", f"{part} is not the id of an owner. ({definition.name})")
    return text


def _currency(portal: "Portal", text: str) -> str:
    if not portal.currencies.knows(text):
        message = f'"{text}" is not a part of the current effective currency codes for portal {portal.id}'
        raise InvalidValue("INVALID_OPTION", message)
    return text


def _stage(portal: "Portal", text: str) -> str:
    if portal.pipelines.stage(text) is None:
        allowed = [stage for pipeline in portal.pipelines for stage in pipeline.stages]
        raise InvalidValue("INVALID_OPTION", f"{text} was not one of the allowed options: [{', '.join(allowed)}]")
    return text


def _pipeline(portal: "Portal", text: str) -> str:
    allowed = [pipeline.id for pipeline in portal.pipelines]
    if text not in allowed:
        raise InvalidValue("INVALID_OPTION", f"{text} was not one of the allowed options: [{', '.join(allowed)}]")
    return text


_BY_NAME = {
    "deal_currency_code": _currency,
    "hs_line_item_currency_code": _currency,
    "dealstage": _stage,
    "pipeline": _pipeline,
}
_BY_TYPE = {
    "string": _string,
    "phone_number": _string,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _enumeration,
}
