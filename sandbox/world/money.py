"""Exact money of the generated company: cents inside, text outside, micro-units in the answer key.

Written apart from the engine on purpose: the answer key must not share a misreading with what it checks.
"""

from __future__ import annotations

from collections.abc import Sequence

CENTS = 100
MICROS = 1_000_000
MICROS_A_CENT = MICROS // CENTS
WHOLE = 10_000
"""Shares and rates are counted in hundredths of a percent."""


def text_of(cents: int) -> str:
    """Money as the CRM shows it: `-1234.50`; no decimals where there are none."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    whole, rest = divmod(cents, CENTS)
    return f"{sign}{whole}.{rest:02d}" if rest else f"{sign}{whole}"


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number, halves away from zero."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def divide(total: int, shares: Sequence[int]) -> list[int]:
    """Parts of a total by shares that add up to `WHOLE`, by largest remainder; ties go to the first.

    >>> divide(100, [3333, 3333, 3334])
    [33, 33, 34]
    """
    sign, size = (1 if total >= 0 else -1), abs(total)
    parts = [size * share // WHOLE for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: -(size * shares[i] % WHOLE))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
