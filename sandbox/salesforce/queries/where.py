"""Turns a WHERE clause into a function of a record."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from operator import ge, gt, le, lt
from typing import Any, cast

from sandbox.salesforce.clock import stamp
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.queries.date_literals import days_of
from sandbox.salesforce.queries.resolve import Getter, Resolver, getter
from sandbox.salesforce.queries.soql_tokens import pointing
from sandbox.salesforce.queries.soql_tree import Comparison, Condition, Constant, Junction, Negation
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.schema import NUMBERS, TEXTS, Field, Row, SObject, Value

Test = Callable[[Row], bool]
_IDS = frozenset({"id", "reference"})
_ORDER: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Compiles conditions on one object. Relative dates are those of the organization's time zone."""

    tables: Tables
    resolver: Resolver
    sobject: SObject
    now: datetime
    zone: tzinfo

    def test(self, condition: Condition) -> Test:
        """Make the function that tells whether a record fulfils the condition."""
        if isinstance(condition, Negation):
            inner = self.test(condition.part)
            return lambda row: not inner(row)
        if isinstance(condition, Junction):
            tests = [self.test(part) for part in condition.parts]
            if condition.operator == "AND":
                return lambda row: all(test(row) for test in tests)
            return lambda row: any(test(row) for test in tests)
        return self._comparison(condition)

    def tests(self, condition: Condition) -> list[Test]:
        """Make the tests that must all hold; a list is filtered faster by one after the other than by all at once."""
        if isinstance(condition, Junction) and condition.operator == "AND":
            return [self.test(part) for part in condition.parts]
        return [self.test(condition)]

    def candidates(self, condition: Condition | None) -> list[Row] | None:
        """Give the few records that can fulfil the condition where an index on an id tells them, else None."""
        parts = condition.parts if isinstance(condition, Junction) and condition.operator == "AND" else (condition,)
        for part in parts:
            if not isinstance(part, Comparison) or part.operator not in {"=", "IN"} or len(part.path.parts) > 1:
                continue
            field = self.sobject.find(part.path.parts[0])
            if field and field.type in _IDS and all(looks_like_id(str(each.value)) for each in part.values):
                table = self.tables[self.sobject.name]
                wanted = dict.fromkeys(id18(str(each.value)) for each in part.values)
                return [row for value in wanted for row in table.find(field.name, value)]
        return None

    def _comparison(self, comparison: Comparison) -> Test:
        target = self.resolver.target(self.sobject, comparison.path)
        if not target.field.filterable:
            message = f"field '{target.field.name}' can not be filtered in a query call"
            raise pointing(self.resolver.text, comparison.path.column, message, "INVALID_FIELD")
        for constant in comparison.values:
            self._check_kind(target.field, constant)
        get = _folded(target.field, getter(self.tables, target))
        if comparison.operator == "LIKE":
            return self._like(comparison, target.field, get)
        if any(each.kind == "range" for each in comparison.values):
            return self._in_range(comparison, target.field, get)
        values = [self._value(target.field, each) for each in comparison.values]
        if comparison.operator in {"IN", "NOT IN"}:
            wanted, inside = frozenset(values), comparison.operator == "IN"
            return lambda row: (get(row) in wanted) is inside
        return _compared(comparison.operator, get, values[0])

    def _check_kind(self, field: Field, constant: Constant) -> None:
        """A constant of another type than the field's is an error, as in Salesforce; it is never converted."""
        kind = constant.kind
        if kind == "null" or kind in _kinds(field):
            return
        quoted = "should not be enclosed in quotes" if kind == "string" else "should be enclosed in quotes"
        hint = f" and {quoted}" if kind == "string" or field.type in TEXTS | _IDS else ""
        message = f"value of filter criterion for field '{field.name}' must be of type {_type_name(field)}{hint}"
        raise pointing(self.resolver.text, constant.column, message, "INVALID_FIELD")

    def _value(self, field: Field, constant: Constant) -> Value:
        """The constant in the form in which the field is compared."""
        if field.type in _IDS and constant.kind == "string":
            if not looks_like_id(str(constant.value)):
                raise ApiError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {constant.value}")
            return id18(str(constant.value))
        if constant.kind == "string":
            return re.sub(r"\\([_%])", r"\1", str(constant.value)).lower() or None
        return constant.value

    def _like(self, comparison: Comparison, field: Field, get: Getter) -> Test:
        constant = comparison.values[0]
        if field.type not in TEXTS or constant.kind != "string":
            message = f"invalid operator on {field.type} field: LIKE"
            raise pointing(self.resolver.text, comparison.path.column, message, "INVALID_QUERY_FILTER_OPERATOR")
        pieces = re.findall(r"\\[_%]|%+|.", str(constant.value).lower(), re.DOTALL)
        pattern = re.compile("".join(_like_piece(piece) for piece in pieces), re.DOTALL)
        return lambda row: (value := get(row)) is not None and bool(pattern.fullmatch(cast("str", value)))

    def _in_range(self, comparison: Comparison, field: Field, get: Getter) -> Test:
        if comparison.operator in {"IN", "NOT IN"}:
            raise pointing(self.resolver.text, comparison.path.column, "a relative date cannot stand in a list")
        first, after = self._bounds(field, str(comparison.values[0].value))
        operator = comparison.operator
        if operator in {"=", "!="}:
            return lambda row: ((value := get(row)) is not None and first <= str(value) < after) is (operator == "=")
        sooner, bound = {"<": ("<", first), "<=": ("<", after), ">": (">=", after), ">=": (">=", first)}[operator]
        return _compared(sooner, get, bound)

    def _bounds(self, field: Field, word: str) -> tuple[str, str]:
        days = days_of(word, self.now.astimezone(self.zone).date())
        if field.type == "date":
            return days[0].isoformat(), days[1].isoformat()
        first, after = (stamp(datetime.combine(day, time(), self.zone)) for day in days)
        return first, after


def _compared(operator: str, get: Getter, value: Value) -> Test:
    """Null is unlike any value, and neither smaller nor larger."""
    if operator == "=":
        return lambda row: get(row) == value
    if operator == "!=":
        return lambda row: get(row) != value
    if value is None:
        return lambda _row: False
    holds = _ORDER[operator]
    return lambda row: (held := get(row)) is not None and holds(held, value)


def _folded(field: Field, get: Getter) -> Getter:
    """Texts compare without regard to case; ids and moments as they are."""
    if field.type not in TEXTS:
        return get
    return lambda row: value.lower() if (value := cast("str | None", get(row))) is not None else None


def _kinds(field: Field) -> frozenset[str]:
    if field.type in TEXTS | _IDS:
        return frozenset({"string"})
    if field.type in NUMBERS or field.type == "int":
        return frozenset({"number"})
    return frozenset({field.type, "range"}) if field.type in {"date", "datetime"} else frozenset({field.type})


def _type_name(field: Field) -> str:
    if field.type in TEXTS | _IDS:
        return "string"
    return {"currency": "double", "percent": "double", "datetime": "dateTime"}.get(field.type, field.type)


def _like_piece(piece: str) -> str:
    if piece[0] == "%":
        return ".*"
    if piece == "_":
        return "."
    return re.escape(piece.removeprefix("\\") if len(piece) > 1 else piece)
