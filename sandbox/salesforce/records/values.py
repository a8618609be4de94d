"""What a field holds: JSON and CSV input checked and turned into the one form in which it is stored.

Numbers are `Decimal` (int for whole-number fields), dates and instants are text that sorts, references have 18
characters.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sandbox.salesforce.clock import parse_instant, stamp
from sandbox.salesforce.errors import RowError, bad_json
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.schema import NUMBERS, TEXTS, Field, Value

_TRUE, _FALSE = {"true", "1"}, {"false", "0"}
_INT_DIGITS = 9


def stored(field: Field, value: Any) -> Value:
    """Check one value against its field; RowError or, for a value of another type, JSON_PARSER_ERROR."""
    if value is None or value == "":
        return False if field.type == "boolean" else None
    if field.type in TEXTS or field.type == "id":
        return _text(field, value)
    if field.type in NUMBERS:
        return _number(field, value)
    return _READERS[field.type](field, value)


def canonical(number: Decimal) -> Decimal:
    """Give a number the digits that Salesforce shows: no exponent, no idle zeros, at least one decimal.

    >>> canonical(Decimal("1054.00")), canonical(Decimal("1E+2"))
    (Decimal('1054.0'), Decimal('100.0'))
    """
    plain = format(number, "f")
    whole, _, decimals = plain.partition(".")
    return Decimal(f"{whole}.{decimals.rstrip('0') or '0'}")


def _refuse(field: Field, value: Any) -> Exception:
    return bad_json(
        f"Cannot deserialize instance of {field.type} from value {value!r} for field {field.name} "
        "or request may be missing a required field"
    )


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _refuse(field, value)
    if field.length and len(value) > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=(field.name,),
        )
    if field.restricted and value not in field.picklist:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            fields=(field.name,),
        )
    return value


def _decimal(field: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _refuse(field, value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _refuse(field, value) from None
    if not number.is_finite():
        raise _refuse(field, value)
    return number


def _number(field: Field, value: Any) -> Decimal:
    """Decimals beyond the scale are rounded half up; integer digits beyond the precision are an error."""
    number = _decimal(field, value)
    if number.adjusted() >= field.precision - field.scale and number:
        raise _out_of_range(field, number)
    rounded = number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    if rounded.adjusted() >= field.precision - field.scale and rounded:
        raise _out_of_range(field, number)
    return canonical(rounded)


def _out_of_range(field: Field, number: Decimal) -> RowError:
    return RowError(
        "NUMBER_OUTSIDE_VALID_RANGE",
        f"{field.label}: value outside of valid range on numeric field: {number}",
        fields=(field.name,),
    )


def _int(field: Field, value: Any) -> int:
    number = _decimal(field, value)
    if number != number.to_integral_value():
        raise _refuse(field, value)
    if number and number.adjusted() > _INT_DIGITS:
        raise _out_of_range(field, number)
    return int(number)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise _refuse(field, value)


def _date(field: Field, value: Any) -> str:
    """A date, or the date of an instant given for one; no zone changes it."""
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except (TypeError, ValueError):
        raise _refuse(field, value) from None


def _datetime(field: Field, value: Any) -> str:
    try:
        return stamp(parse_instant(value))
    except (TypeError, ValueError):
        raise _refuse(field, value) from None


def _reference(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not looks_like_id(value):
        raise RowError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", fields=(field.name,))
    return id18(value)


def _compound(field: Field, value: Any) -> Value:
    raise _refuse(field, value)


_READERS: dict[str, Callable[[Field, Any], Value]] = {
    "int": _int,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
    "address": _compound,
}
