"""Tables of a report: a definition, columns with a unit, rows of exact values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

Unit = Literal["text", "count", "money", "share", "days", "times"]
"""What a column holds: `share` is a part of one, `times` a ratio of two amounts."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in micro-units."""

    micros: Fraction
    currency: str


Cell = str | int | Fraction | Money | None
"""None where there is nothing to divide by."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its unit."""

    name: str
    unit: Unit = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """One answer of a report."""

    id: str
    title: str
    definition: str
    """How every number is worked out, in words that anyone can do with a pencil."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    """What is left out, and why."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a report is about, `ends_on` out, and the day on which it is asked."""

    label: str
    starts_on: date
    ends_on: date
    today: date

    @property
    def as_of(self) -> date:
        """The last day that counts: today, or the last one of the report where that is over."""
        return min(self.today, self.ends_on - timedelta(days=1))

    @property
    def over_until(self) -> date:
        """What ends by this day is over: of a report of the past its last window, too."""
        return min(self.today, self.ends_on)

    def holds(self, day: date) -> bool:
        """Whether the day lies in it, and is not in the future."""
        return self.starts_on <= day < self.ends_on and day <= self.as_of


def ratio(part: Fraction | int, whole: Fraction | int) -> Fraction | None:
    """An exact share; None of nothing."""
    return Fraction(part) / whole if whole else None


def median(values: Sequence[Fraction | int]) -> Fraction | None:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    if not ordered:
        return None
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return Fraction(low + high) / 2
