"""Ratios: everything that counts in one of two measures moves what the one comes to over what the other does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.measures.ratio import Ratio
from tests.reference.entries import Entry, once
from tests.reference.money import WHOLE, rounded

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


SMALLEST = {"percent": Fraction(1, 10**15), "amount": Fraction(1, WHOLE), "number": Fraction(1, WHOLE)}
"""To what ratios are rounded."""
LARGEST = {"percent": 1_000, "amount": 10**12, "number": 10**12}
"""What any larger ratio counts as."""


def ratio_of(ratio: Ratio, of: Sequence[Entry], to: Sequence[Entry], over: str, earned: Earnings) -> list[Entry]:
    """An entry for each source of either, in their order: what it adds to the ratio, of which 100 % (or 1) is WHOLE.

    Where nobody knows the ratio of a window, all that is in it is held.
    """
    windows: dict[str, tuple[list[Entry], list[Entry]]] = {}
    for nth, entries in enumerate((of, to)):
        for entry in entries:
            windows.setdefault(earned.window(over, entry), ([], []))[nth].append(entry)
    made = [entry for both in windows.values() for entry in _of_window(ratio, *both)]
    return sorted(made, key=lambda entry: entry.order)


def _of_window(ratio: Ratio, of: Sequence[Entry], to: Sequence[Entry]) -> Iterator[Entry]:
    """The ratio after each source less the one before it; something over nothing at the end is no ratio."""
    sources = once([of, to])
    if any(entry.base is None for entry in (*of, *to)) or (_sum(of) and _sum(to) <= 0):
        yield from (replace(entry, base=None) for entry in sources)
        return
    before = Fraction(0)
    for source in sources:
        upper, lower = ([each for each in entries if each.order <= source.order] for entries in (of, to))
        after = _told(ratio, _sum(upper), _sum(lower))
        yield replace(source, base=(after - before) * WHOLE)
        before = after


def _told(ratio: Ratio, of: Fraction, to: Fraction) -> Fraction:
    """The ratio; while there is nothing to divide by, or less, nothing is reached."""
    if to <= 0:
        return Fraction(0)
    smallest, largest = SMALLEST[ratio.told_as], LARGEST[ratio.told_as]
    return max(min(smallest * rounded(of / to / smallest), Fraction(largest)), Fraction(-largest))


def _sum(entries: Sequence[Entry]) -> Fraction:
    return sum((Fraction(entry.base or 0) for entry in entries), Fraction(0))
