"""Amortisation of capitalised commissions: straight line by calendar month, what is taken back, and what is impaired.

What one contract cost is an asset. Each month: what was earned is added, what was taken back is subtracted, and the
balance is divided evenly over the months that are left, the remainder first. A change counts from its month on: it
never rewrites an earlier one. When the customer has left, whatever is left is impaired. What is taken back beyond the
balance was amortised before, and is given back as amortisation below zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.money import allocate

YEAR = 12


@dataclass(frozen=True, slots=True)
class Term:
    """Over which months an asset is amortised: `first` is in, `end` out; from `left` on nothing of it is worth more."""

    first: int
    end: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of an asset, in micro-units; opening + capitalised + taken_back - amortised - impaired = closing."""

    month: int
    opening: int
    capitalised: int
    taken_back: int
    """Below zero."""
    amortised: int
    impaired: int
    closing: int


def month_of(day: date) -> int:
    """The number of a day's calendar month; consecutive months have consecutive numbers."""
    return day.year * YEAR + day.month - 1


def month_label(number: int) -> str:
    """`2026-11`."""
    return f"{number // YEAR}-{number % YEAR + 1:02}"


def schedule(earned: Mapping[int, tuple[int, int]], term: Term, unit: int) -> Iterator[Month]:
    """The months of an asset, from its first posting to its end; `unit` is the currency's smallest coin.

    `earned` holds, by month, what was added and what was taken back (below zero).
    """
    balance = 0
    for month in range(min(earned), max(*earned, term.end - 1) + 1):
        added, taken = earned.get(month, (0, 0))
        opening, balance = balance, balance + added + taken
        impaired = max(balance, 0) if term.left is not None and month >= term.left else 0
        amortised = _share(balance - impaired, month, term, unit)
        balance -= impaired + amortised
        if opening or added or taken or balance:
            yield Month(month, opening, added, taken, amortised, impaired, balance)


def _share(balance: int, month: int, term: Term, unit: int) -> int:
    """What of the balance is amortised in a month; all of it where the term is over or more was taken back."""
    left = term.end - month
    if balance < 0 or left <= 1:
        return balance
    if month < term.first:
        return 0
    return allocate(balance // unit, [Fraction(1, left)] * left)[0] * unit
