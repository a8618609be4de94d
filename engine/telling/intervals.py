"""Intervals of rates, by Wilson's score method, and of their difference, by Newcombe's; no floats.

The share of customers who renewed is known from a sample only. The interval holds the rate that the sample could have
come from, at 95 %: it never leaves 0 to 100 % and is honest for few customers, unlike the textbook's.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import NamedTuple

Z = Fraction(196, 100)
"""Standard deviations of 95 %."""
PRECISION = 10**12


class Interval(NamedTuple):
    """From where to where a share lies."""

    low: Fraction
    high: Fraction


def wilson(successes: int, of: int) -> Interval:
    """The interval of a rate; everything is possible where nothing was tried.

    >>> [round(float(bound), 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not of:
        return Interval(Fraction(0), Fraction(1))
    rate, spread = Fraction(successes, of), Z * Z / of
    middle = (rate + spread / 2) / (1 + spread)
    half = Z * _root(rate * (1 - rate) / of + spread / (4 * of)) / (1 + spread)
    return Interval(max(middle - half, Fraction(0)), min(middle + half, Fraction(1)))


def difference(one: tuple[int, int], other: tuple[int, int]) -> Interval:
    """The interval of the first rate less the second; each is (successes, of)."""
    first, second = (Fraction(*each) if each[1] else Fraction(1, 2) for each in (one, other))
    of_first, of_second = wilson(*one), wilson(*other)
    below = _root((first - of_first.low) ** 2 + (of_second.high - second) ** 2)
    above = _root((of_first.high - first) ** 2 + (second - of_second.low) ** 2)
    return Interval(max(first - second - below, Fraction(-1)), min(first - second + above, Fraction(1)))


def _root(square: Fraction) -> Fraction:
    """The square root to twelve decimals."""
    return Fraction(isqrt(square.numerator * PRECISION**2 // square.denominator), PRECISION)
