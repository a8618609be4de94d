"""Values that documents are made of: percentages, money, days, names and dated leaves. None of them is ever a float.

The strict YAML reader hands over text, int, `Decimal` (from the digits as written) or date; a percentage is text that
ends in `%`, so that 0.08 and 12 can never be taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictStr,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document, written
from engine.documents.meant import meant_by_mapping
from engine.documents.problems import Problem, Problems, shown, wrong
from engine.documents.scalars import plain
from engine.model import LARGEST_MICROS, MICROS
from engine.money import MINOR_DIGITS

V = TypeVar("V")
LARGEST_PERCENT = 100_000
LARGEST_COUNT = 10**9
LARGEST_RATE = 10**12
_PERCENT = re.compile(r"[-+]?([0-9]+|[0-9]{1,3}(_[0-9]{3})+)(\.[0-9]{1,9})? ?%", re.ASCII)
_FRACTION = re.compile(r"[1-9][0-9]{0,8} ?/ ?[1-9][0-9]{0,8}", re.ASCII)
DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def percent(value: Any) -> Fraction:
    """`8%`, `0.75%`, `120 %` as an exact rational."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9_]+\.[0-9]{10,} ?%", value, re.ASCII):
        raise wrong(f"{value} has more than nine decimals.", "Write at most nine, or a part of what is measured.")
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        part, _, whole = value.partition("/")
        remedy = f"Write {Decimal(100) * int(part) / int(whole):.4f}%; shares have to add up to 100%."
        raise wrong(f"{value} is not a percentage.", remedy)
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        raise wrong(f"{shown(value)} is not a percentage.", "Write a percentage, such as 8% or 0.75%.")
    number = Decimal(value.rstrip("% ").replace("_", ""))
    if abs(number) > LARGEST_PERCENT:
        raise wrong(f"{value} is out of range.", f"Write at most {LARGEST_PERCENT}%.")
    return Fraction(number) / 100


def percent_text(share: Fraction) -> str:
    """A rational as people write it; more than nine decimals as a fraction."""
    number = share * 100
    if 10**9 % number.denominator:
        return f"{number}%"
    return f"{(Decimal(number.numerator) / number.denominator).normalize():f}%"


def flat_rate(value: Any) -> Fraction:
    """A percentage that pays, or takes off; who writes a whole number may mean an amount."""
    if isinstance(value, int) and not isinstance(value, bool):
        remedy = f"Write a percentage, such as 8% or 0.75%, or pays: {value} if an amount is meant."
        raise wrong(f"{shown(value)} is not a percentage.", remedy)
    return percent(value)


def rate(value: Any) -> Fraction:
    """A percentage that pays: zero or more."""
    number = flat_rate(value)
    if number < 0:
        raise wrong(f"{value} is below zero.", "A rate is 0% or more.")
    return number


def share(value: Any) -> Fraction:
    """A percentage of one thing: more than nothing, at most all of it."""
    number = percent(value)
    if not 0 < number <= 1:
        raise wrong(f"{value} is no share.", "Write more than 0% and at most 100%.")
    return number


def micros(value: Any) -> int:
    """An amount or number of pieces as integer micro-units; at most six decimals."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(f"{shown(value)} is not an amount.", "Write an amount, such as 50_000 or 250.50, without currency.")
    scaled = Decimal(value) * MICROS
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST_MICROS:
        raise wrong(f"{shown(value)} is out of range.", "Write at most six decimals and a million million.")
    return int(scaled)


def pay(value: Any) -> int:
    """An amount that is paid: zero or more, in micro-units."""
    amount = micros(value)
    if amount < 0:
        raise wrong(f"{value} is below zero.", "What is paid is 0 or more.")
    return amount


def in_percent(value: Any) -> bool:
    """Whether a value is written as a percentage."""
    return isinstance(value, str) and value.endswith("%")


def payout(value: Any) -> Fraction | int:
    """What is paid: a percentage of a target (a rational), or an amount (micro-units)."""
    return rate(value) if in_percent(value) else pay(value)


def payout_or_fee(value: Any) -> Fraction | int:
    """What is paid, or as an amount below zero what is taken off."""
    return rate(value) if in_percent(value) else micros(value)


def times(value: Any) -> Fraction:
    """How many times as much: `1.5`, or `150%`."""
    try:
        return rate(value) if in_percent(value) else Fraction(pay(value), MICROS)
    except Problems:
        raise wrong(f"{shown(value)} is no multiple.", "Write how many times as much, such as 1.5 or 150%.") from None


def exchange_rate(value: Any) -> Fraction:
    """A positive number, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
        raise wrong(f"{shown(value)} is not an exchange rate.", "Write a positive number, such as 1.085.")
    rate = Fraction(value)
    if max(rate.numerator, rate.denominator) > LARGEST_RATE:
        raise wrong(f"{shown(value)} is out of range.", "Write at most 12 digits.")
    return rate


def count(value: Any) -> int:
    """A whole number of things."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_COUNT:
        raise wrong(f"{shown(value)} is not a whole number.", "Write a whole number, such as 12.")
    return value


def day(value: Any) -> date:
    """A day of the calendar; never a number or an instant."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise wrong(
            f"{shown(value)} is not a day.", "Write a day as year-month-day, such as 2026-02-01, without quotes."
        )
    return value


def _filled(items: Any) -> Any:
    if items in ([], {}):
        raise wrong("empty.", "Write at least one entry.")
    return items


FILLED = written(_filled), Field(json_schema_extra={"minItems": 1})
"""Annotations of a list with at least one entry (its broken entries count as entries)."""


def spelt(pattern: str, remedy: str, article_name: str) -> Any:
    """Annotations of text that must look like `pattern`."""
    shape = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise wrong(f"{shown(text)} is not {article_name}.", remedy)
        return text

    return AfterValidator(check), WithJsonSchema(
        {"type": "string", "title": article_name.removeprefix("a "), "pattern": f"^{pattern}$"}
    )


def currency(code: str) -> str:
    """A currency by its ISO 4217 code."""
    if code not in MINOR_DIGITS:
        raise wrong(f"{shown(code)} is not a currency.", "Write its ISO 4217 code, such as USD.")
    return code


_name = spelt(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", "Use up to 60 letters, digits, - and _.", "a name")
_role = spelt(r"[A-Z][A-Z0-9_]{0,39}", "Write a role in capitals, such as AE or INSIDE_AE.", "a role")

PERCENT_SCHEMA: JsonSchemaValue = {
    "type": "string",
    "title": "percentage",
    "pattern": r"^[-+]?[0-9_]+(\.[0-9]{1,9})? ?%$",
    "examples": ["8%"],
}
AMOUNT_SCHEMA: JsonSchemaValue = {
    "title": "amount",
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[-+]?[0-9]{1,3}(_[0-9]{3})+(\.[0-9]{1,6})?$"}],
    "examples": ["50_000"],
}
"""Editors take 50_000 for text; both spellings are an amount."""
PAYOUT_SCHEMA: JsonSchemaValue = {
    "title": "percentage or amount",
    "anyOf": [PERCENT_SCHEMA, AMOUNT_SCHEMA],
    "examples": ["50%"],
}
TIMES_SCHEMA: JsonSchemaValue = {"title": "number", "anyOf": [{"type": "number"}, PERCENT_SCHEMA], "examples": ["1.5"]}
COUNT_SCHEMA: JsonSchemaValue = {"title": "whole number", "type": "integer", "examples": [12]}
DAY_SCHEMA: JsonSchemaValue = {"title": "day", "type": "string", "pattern": DAY_PATTERN, "examples": ["2026-02-01"]}


Currency = Annotated[
    StrictStr,
    AfterValidator(currency),
    WithJsonSchema({"type": "string", "title": "currency", "enum": sorted(MINOR_DIGITS)}),
]
Name = Annotated[StrictStr, _name[0], _name[1]]
Role = Annotated[StrictStr, _role[0], _role[1]]
Percent = Annotated[Fraction, written(percent), WithJsonSchema(PERCENT_SCHEMA)]
FlatRate = Annotated[Fraction, written(flat_rate), WithJsonSchema(PERCENT_SCHEMA)]
Rate = Annotated[Fraction, written(rate), WithJsonSchema(PERCENT_SCHEMA)]
Share = Annotated[Fraction, written(share), WithJsonSchema(PERCENT_SCHEMA)]
Micros = Annotated[int, written(micros), WithJsonSchema(AMOUNT_SCHEMA)]
Pay = Annotated[int, written(pay), WithJsonSchema(AMOUNT_SCHEMA)]
Payout = Annotated[Fraction | int, written(payout), WithJsonSchema(PAYOUT_SCHEMA)]
PayoutOrFee = Annotated[Fraction | int, written(payout_or_fee), WithJsonSchema(PAYOUT_SCHEMA)]
ExchangeRate = Annotated[Fraction, written(exchange_rate), WithJsonSchema({"type": "number", "title": "rate"})]
Times = Annotated[Fraction, written(times), WithJsonSchema(TIMES_SCHEMA)]
Count = Annotated[int, written(count), WithJsonSchema(COUNT_SCHEMA)]
Day = Annotated[date, written(day), WithJsonSchema(DAY_SCHEMA)]
YesNo = StrictBool


class Window(Document):
    """A half-open range of days: `from` is in, `until` is out."""

    from_on: Day = Field(alias="from", examples=["2026-02-01"])
    """First day."""
    until_on: Day | None = Field(default=None, alias="until", examples=["2027-02-01"])
    """First day after; without it the window stays open."""

    def covers(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)

    def problems(self) -> Iterator[Problem]:
        """A window holds at least one day."""
        if self.until_on is not None and self.until_on <= self.from_on:
            remedy = f"Write a day later than {self.from_on}: until is the first day after."
            yield Problem(("until",), f"the window from {self.from_on} until {self.until_on} is empty.", remedy)


class Dated(Document, Generic[V]):
    """A leaf whose value may change by date: the newest step at or before the day wins. Steps climb in date."""

    steps: tuple[tuple[Day, V], ...]
    """One step (`date.min`, value) for an undated leaf."""

    def at(self, day: date) -> V | None:
        """The value in force on the day; None before the first step."""
        found: V | None = None
        for since, value in self.steps:
            if since <= day:
                found = value
        return found

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """A bare value is in force for ever; a mapping gives the day from which each value is."""
        if not isinstance(written, dict):
            return {"steps": ((date.min, written),)}
        remedy = meant_by_mapping(written.keys())
        if remedy is not None:
            found.append(Problem((), "a share of something is no value here.", remedy))
            return {"steps": ()}
        if not written:
            found.append(Problem((), "empty.", "Write a value, or the day from which each value is in force."))
        days = [(_step_day(key, found), value) for key, value in written.items()]
        return {"steps": tuple((since, value) for since, value in days if since is not None)}

    def problems(self) -> Iterator[Problem]:
        """Steps climb, so that the file reads in the order of time."""
        for position, (earlier, later) in enumerate(pairwise(since for since, _ in self.steps), start=1):
            if later <= earlier:
                yield Problem((position,), f"{later} does not come after {earlier}.", "Write the days in order.")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: the value, or a mapping from days to values."""
        value = handler.resolve_ref_schema(handler(core_schema))["properties"]["steps"]["items"]["prefixItems"][1]
        by_day = {"patternProperties": {DAY_PATTERN: value}, "additionalProperties": False, "minProperties": 1}
        return {"title": f"{value['title']}, may be dated", "anyOf": [value, {"type": "object", **by_day}]}

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A name that tells editors what is dated."""
        marks = (mark.json_schema or {} for mark in params[0].__metadata__ if isinstance(mark, WithJsonSchema))
        title = str(next(marks)["title"])
        return f"Dated{title.title().replace(' ', '')}"


def day_of(text: str) -> date:
    """A day written as text: a key of a dated leaf, a cell of a table."""
    return day(plain(text))


def _step_day(key: str, found: list[Problem]) -> date | None:
    try:
        return day_of(key)
    except Problems:
        remedy = "Write the day from which the value is in force, such as 2026-02-01."
        found.append(Problem((key,), f"{shown(key)} is no day.", remedy))
        return None
