"""Chances, in percent."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

T = TypeVar("T")

PERCENT = 100


def chance(rng: Random, percent: int) -> bool:
    """True so many times in a hundred."""
    return rng.randrange(PERCENT) < percent


def draw(rng: Random, odds: Mapping[T, int]) -> T:
    """One of the keys; the values are their weights."""
    return rng.choices(list(odds), list(odds.values()))[0]
