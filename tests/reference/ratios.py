"""Ratios and sums: everything that counts in one of several measures moves what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.measures.added import Addend
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
    made = [entry for both in _by_windows((of, to), over, earned) for entry in _of_window(ratio, *both)]
    return sorted(made, key=lambda entry: entry.order)


def sum_of(addends: Sequence[Addend], parts: Sequence[Sequence[Entry]], over: str, earned: Earnings) -> list[Entry]:
    """An entry for each source of any of the measures, in their order: what it adds to their sum, in micro-units."""
    made = [entry for each in _by_windows(parts, over, earned) for entry in _added(addends, each)]
    return sorted(made, key=lambda entry: entry.order)


def _by_windows(parts: Sequence[Sequence[Entry]], over: str, earned: Earnings) -> list[list[list[Entry]]]:
    """The entries of each measure, window by window."""
    windows: dict[str, list[list[Entry]]] = {}
    for nth, entries in enumerate(parts):
        for entry in entries:
            windows.setdefault(earned.window(over, entry), [[] for _ in parts])[nth].append(entry)
    return list(windows.values())


def _added(addends: Sequence[Addend], parts: Sequence[Sequence[Entry]]) -> Iterator[Entry]:
    """The sum after each source less the one before it; where a part is held, nobody knows it."""
    is_held = any(entry.base is None for entries in parts for entry in entries)
    before = 0
    for source in once(parts):
        so_far = ([each for each in entries if each.order <= source.order] for entries in parts)
        after = rounded(sum((part.times * _sum(of) for part, of in zip(addends, so_far, strict=True)), Fraction(0)))
        yield replace(source, base=None if is_held else after - before)
        before = after


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
