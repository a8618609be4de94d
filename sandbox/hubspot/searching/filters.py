"""The language of search filters: what a request says, as conditions on a record."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.bodies import Filter
from sandbox.hubspot.clock import parse_instant
from sandbox.hubspot.errors import ApiError, validation
from sandbox.hubspot.records.calculated import value_of
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import ObjectType, Property
from sandbox.hubspot.searching.index import EVERYTHING
from sandbox.hubspot.standard import modified_name

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Test = Callable[[Record], bool]
Range = tuple[int, int]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda a, b: bool(a == b),
    "NEQ": lambda a, b: bool(a != b),
    "LT": lambda a, b: bool(a < b),
    "LTE": lambda a, b: bool(a <= b),
    "GT": lambda a, b: bool(a > b),
    "GTE": lambda a, b: bool(a >= b),
}
_RANGES: dict[str, Callable[[int], Range]] = {
    "EQ": lambda value: (value, value + 1),
    "LT": lambda value: (0, value),
    "LTE": lambda value: (0, value + 1),
    "GT": lambda value: (value + 1, EVERYTHING[1]),
    "GTE": lambda value: (value, EVERYTHING[1]),
}
_TOKENS = {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
_LISTS = {"IN", "NOT_IN"}
OPERATORS = {*_COMPARE, *_TOKENS, *_LISTS, "BETWEEN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}
_SERVER_ERROR = 500


@dataclass(slots=True)
class Group:
    """Filters of which all must hold: ranges of id and time, which an index answers, and further tests."""

    ids: Range = EVERYTHING
    times: Range = EVERYTHING
    tests: list[Test] = field(default_factory=list)

    def narrow(self, name: str, found: Range) -> None:
        """Keep to a further range."""
        old = self.ids if name == "hs_object_id" else self.times
        new = (max(old[0], found[0]), min(old[1], found[1]))
        if name == "hs_object_id":
            self.ids = new
        else:
            self.times = new


def group_of(portal: "Portal", kind: ObjectType, filters: Iterable[Filter]) -> Group:
    """Read one group of filters; a malformed one is refused."""
    group = Group()
    for each in filters:
        definition = _definition(kind, each)
        found = _range(kind, definition, each)
        if found is None:
            group.tests.append(_test(portal, kind, definition, each))
        else:
            group.narrow(definition.name, found)
    return group


def _definition(kind: ObjectType, given: Filter) -> Property:
    name = given.property_name
    if given.operator not in OPERATORS:
        raise validation(f"Invalid input JSON: operator {given.operator!r} is not one of {sorted(OPERATORS)}")
    definition = kind.properties.get(name)
    if definition is None:
        raise validation(f"There was a problem with the request. Property {name!r} does not exist")
    return definition


def _range(kind: ObjectType, definition: Property, given: Filter) -> Range | None:
    """Give the range of ids or times that a filter means, if it means one."""
    if definition.name not in {"hs_object_id", modified_name(kind)}:
        return None
    operator = given.operator
    if operator == "BETWEEN":
        low, high = (_bound(definition, given, value) for value in (given.value, given.high_value))
        return (low, high + 1)
    return _RANGES[operator](_bound(definition, given, given.value)) if operator in _RANGES else None


def _bound(definition: Property, given: Filter, value: Any) -> int:
    """A bound of ids or times is a whole number."""
    bound = comparable(definition, _text(given, value))
    if not -EVERYTHING[1] < bound < EVERYTHING[1] or bound != int(bound):
        raise validation(f"{bound} is no id or time ({definition.name})")
    return int(bound)


def _text(given: Filter, value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        raise validation(f"Invalid input JSON: filter on {given.property_name} lacks value or highValue")
    return str(value)


def comparable(definition: Property, text: str) -> Any:
    """Give a value as something that compares: numbers, instants as milliseconds, texts without case."""
    try:
        if definition.type == "number":
            return _finite(text)
        if definition.type in {"datetime", "date"}:
            return _time(text)
    except (ValueError, InvalidOperation):
        raise validation(f"{text} is no {definition.type} ({definition.name})") from None
    return text if definition.type == "enumeration" else text.lower()


def _finite(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _time(text: str) -> int:
    """The very first instant of all times makes the real API fail."""
    ms = parse_instant(text)
    if ms == 0:
        raise ApiError("INTERNAL_ERROR", "internal error", status=_SERVER_ERROR)
    return ms


def _test(portal: "Portal", kind: ObjectType, definition: Property, given: Filter) -> Test:
    operator, name = given.operator, definition.name

    def held(record: Record) -> str | None:
        return value_of(portal, kind.id, record, name) or None

    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return lambda record: (held(record) is not None) == (operator == "HAS_PROPERTY")
    if operator in _TOKENS:
        pattern, wanted = _token(_text(given, given.value)), operator == "CONTAINS_TOKEN"
        return lambda record: bool(pattern.search(held(record) or "")) == wanted
    if operator in _LISTS:
        return _in_list(definition, held, given)
    return _comparing(definition, held, given)


def _comparing(definition: Property, held: Callable[[Record], str | None], given: Filter) -> Test:
    if given.operator == "BETWEEN":
        low, high = (comparable(definition, _text(given, value)) for value in (given.value, given.high_value))
        return lambda record: (own := _own(definition, held(record))) is not None and bool(low <= own <= high)
    compare, value = _COMPARE[given.operator], comparable(definition, _text(given, given.value))
    if given.operator == "NEQ":
        return lambda record: (own := _own(definition, held(record))) is None or bool(compare(own, value))
    return lambda record: (own := _own(definition, held(record))) is not None and bool(compare(own, value))


def _in_list(definition: Property, held: Callable[[Record], str | None], given: Filter) -> Test:
    """Texts in the list are compared as they are: only lower case finds anything."""
    values = given.values
    if not values:
        raise validation(f"Invalid input JSON: filter on {definition.name} lacks values")
    plain = definition.type in {"number", "datetime", "date"}
    wanted = {comparable(definition, str(value)) if plain else str(value) for value in values}

    def test(record: Record) -> bool:
        own = _own(definition, held(record))
        return (own is not None and own in wanted) == (given.operator == "IN")

    return test


def _own(definition: Property, text: str | None) -> Any:
    """A record's own value; one that is no number or date finds nothing, as an empty one."""
    try:
        return None if text is None else comparable(definition, text)
    except ApiError:
        return None


def _token(text: str) -> re.Pattern[str]:
    """A token is a word; stars stand for anything."""
    written = re.escape(text).replace(r"\*", r"\S*")
    return re.compile(rf"(?<!\w){written}(?!\w)", re.IGNORECASE)
