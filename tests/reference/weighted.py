"""Weighted attainments: everything that counts in one of several measures moves the weighted sum of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from engine.documents.measures.weighted import WeightedAttainment
from tests.reference.across import whose
from tests.reference.entries import Entry, once
from tests.reference.money import WHOLE, rounded
from tests.reference.participants import Participant

if TYPE_CHECKING:
    from tests.reference.earn import Earnings

LARGEST_DENOMINATOR = 10**15
ROUNDED_TO = Fraction(1, LARGEST_DENOMINATOR)
"""Each part of the sum, in a window whose exact denominator is larger."""
LARGEST = 1_000
"""What any larger sum counts as."""
Part = tuple[WeightedAttainment, Sequence[Entry]]


class UnknownAttainmentError(Exception):
    """Something of the window is held, or what was achieved has no quota: nobody knows the sum."""


def weighted(parts: Sequence[Part], who: Participant, over: str, earned: Earnings) -> list[Entry]:
    """An entry for each source of any part, in their order: what it adds to the sum, of which 100 % is WHOLE.

    Where nobody knows the sum of a window, all that is in it is held.
    """
    windows: dict[str, list[list[Entry]]] = {}
    for nth, (_, entries) in enumerate(parts):
        for entry in entries:
            windows.setdefault(earned.window(over, entry), [[] for _ in parts])[nth].append(entry)
    weights = [weight for weight, _ in parts]
    made: list[Entry] = []
    for of in windows.values():
        try:
            made += list(
                _moves(weights, of, [_quota(*part, who, over, earned) for part in zip(weights, of, strict=True)])
            )
        except UnknownAttainmentError:
            made += [replace(entry, base=None) for entry in once(of)]
    return sorted(made, key=lambda entry: entry.order)


def _quota(weight: WeightedAttainment, entries: Sequence[Entry], who: Participant, over: str, earned: Earnings) -> int:
    """What the attainment is a share of; nothing achieved is 0 % of any quota."""
    if any(entry.base is None for entry in entries):
        raise UnknownAttainmentError
    if entries and entries[0].whole is not None:
        return entries[0].whole
    if weight.quota is None or not any(entry.base for entry in entries):
        return WHOLE
    quota = earned.quota(whose(who, weight.measure), weight.quota, earned.span(over, entries[0]))
    if quota is None or quota <= 0:
        raise UnknownAttainmentError
    return int(quota)


def _moves(
    weights: Sequence[WeightedAttainment], of: Sequence[Sequence[Entry]], quotas: Sequence[int]
) -> Iterator[Entry]:
    """The sum after each source less the one before it."""
    exact = lcm(*(of.denominator for of in _fractions(weights, quotas))) <= LARGEST_DENOMINATOR
    achieved = [Fraction(0) for _ in weights]
    before = Fraction(0)
    for source in once(of):
        for nth, entries in enumerate(of):
            achieved[nth] += sum(entry.base or 0 for entry in entries if entry.order == source.order)
        counted = [_counted(*each) for each in zip(weights, achieved, quotas, strict=True)]
        total = sum((of if exact else ROUNDED_TO * rounded(of / ROUNDED_TO) for of in counted), Fraction(0))
        after = max(min(total, Fraction(LARGEST)), Fraction(-LARGEST))
        yield replace(source, base=(after - before) * WHOLE, whole=None)
        before = after


def _fractions(weights: Sequence[WeightedAttainment], quotas: Sequence[int]) -> Iterator[Fraction]:
    """What every sum is made of."""
    for weight, quota in zip(weights, quotas, strict=True):
        yield weight.weight / quota
        yield weight.weight * (weight.most or 0)


def _counted(weight: WeightedAttainment, achieved: Fraction, quota: int) -> Fraction:
    """A part of the sum, within its least and most."""
    attained = achieved / quota
    if weight.least is not None and attained < weight.least:
        return Fraction(0)
    return weight.weight * (attained if weight.most is None else min(attained, weight.most))
