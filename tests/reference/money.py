"""Rounding, and parts that add up. Amounts are whole micro-units; anything else is a fraction until it is rounded."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

WHOLE = 1_000_000
"""Micro-units of one unit."""


def rounded(exact: Fraction, unit: int = 1, how: str = "half_up") -> int:
    """To a multiple of the unit; the sign plays no part."""
    steps, rest = divmod(abs(exact) / unit, 1)
    up = {"half_up": rest >= Fraction(1, 2), "half_even": rest > Fraction(1, 2), "down": False}[how]
    if how == "half_even" and rest == Fraction(1, 2):
        up = steps % 2 == 1
    size = (int(steps) + (1 if up else 0)) * unit
    return -size if exact < 0 else size


def divided(total: int, shares: Sequence[Fraction]) -> list[int]:
    """The total by shares: each part rounded down, then one micro-unit more for those with the largest rest.

    Of equal rests the first comes first; a negative total is divided as the positive one is.
    """
    exact = [abs(total) * share for share in shares]
    parts = [int(part) for part in exact]
    missing = rounded(sum(exact, Fraction(0))) - sum(parts)
    for place in sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])[:missing]:
        parts[place] += 1
    return parts if total >= 0 else [-part for part in parts]
