"""Ramps: quotas that climb while a payee is new."""

from __future__ import annotations

from fractions import Fraction

from pydantic import Field

from engine.documents.document import Document
from engine.documents.values import Count, Rate


class RampMonth(Document):
    """The share of the full quota in one of a payee's first months."""

    month: Count = Field(examples=["1"])
    """Which month: 1 is the fiscal month in which the payee was enrolled, whatever its day."""
    quota: Rate = Field(examples=["25%"])
    """Share of the full quota."""


def ramp_share(ramp: tuple[RampMonth, ...], month: int) -> Fraction:
    """The share in a payee's how-many-eth month, from 1: all of it after the ramp, nothing before the first month."""
    if month < 1:
        return Fraction(0)
    return next((step.quota for step in ramp if step.month == month), Fraction(1))
