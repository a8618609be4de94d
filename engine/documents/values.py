"""Values that documents are made of: percentages, money, dates and dated leaves. None of them is ever a float.

The strict YAML reader hands over text, int, `Decimal` (from the digits as written) or date; a percentage is text that
ends in `%`, so that 0.08 and 12 can never be taken for one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from engine.model import LARGEST_MICROS, MICROS

V = TypeVar("V")
LARGEST_PERCENT = 100_000


class Document(BaseModel):
    """Base of every document object: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def percent(value: Any) -> Fraction:
    """`8%`, `0.75%`, `120 %` as an exact rational."""
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, str) or not value.strip().endswith("%"):
        msg = f"write a percentage, such as 8% or 0.75%, not {value}"
        raise ValueError(msg)
    digits = value.strip()[:-1].strip().replace("_", "")
    try:
        number = Decimal(digits)
    except ArithmeticError:
        msg = f"write a percentage, such as 8% or 0.75%, not {value}"
        raise ValueError(msg) from None
    if not number.is_finite() or abs(number) > LARGEST_PERCENT or number * 10**9 % 1:
        msg = f"{value} is out of range: at most 100000% and nine decimals"
        raise ValueError(msg)
    return Fraction(number) / 100


def micros(value: Any) -> int:
    """An amount or count as integer micro-units; at most six decimals."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        msg = f"write an amount, such as 50_000 or 250.50, not {value}"
        raise ValueError(msg)
    scaled = Decimal(value) * MICROS
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST_MICROS:
        msg = f"{value} is out of range: at most six decimals and a million million"
        raise ValueError(msg)
    return int(scaled)


Percent = Annotated[
    Fraction,
    BeforeValidator(percent),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9_]+(\.[0-9]+)? ?%$", "examples": ["8%"]}),
]
Micros = Annotated[
    int, BeforeValidator(micros), WithJsonSchema({"type": "number", "examples": [50_000], "description": "an amount"})
]


class Window(Document):
    """A half-open range of days: `from` is in, `until` is out."""

    from_on: date = Field(alias="from")
    until_on: date | None = Field(default=None, alias="until")

    def covers(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class Dated(Document, Generic[V]):
    """A leaf whose value may change by date: the newest step at or before the day wins. Steps climb in date."""

    steps: tuple[tuple[date, V], ...]
    """One step (`date.min`, value) for an undated leaf."""

    def at(self, day: date) -> V | None:
        """The value in force on the day; None before the first step."""
        found: V | None = None
        for since, value in self.steps:
            if since <= day:
                found = value
        return found
