"""Thresholds: percentages, or amounts and numbers, and which of them is written by its `%`."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import WithJsonSchema

from engine.documents.document import written
from engine.documents.problems import Problems, shown, wrong
from engine.documents.values import AMOUNT_SCHEMA, PERCENT_SCHEMA, micros, percent


def threshold(value: Any) -> Fraction | int:
    """A share where it is written with `%`, else an amount or number in micro-units."""
    try:
        return percent(value) if isinstance(value, str) and value.endswith("%") else micros(value)
    except Problems:
        remedy = "Write a percentage, such as 80%, or an amount or number, such as 50_000."
        raise wrong(f"{shown(value)} is no threshold.", remedy) from None


Threshold = Annotated[
    Fraction | int, written(threshold), WithJsonSchema({"title": "threshold", "anyOf": [PERCENT_SCHEMA, AMOUNT_SCHEMA]})
]
