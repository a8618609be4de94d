"""Rates and factors by what the deal is, by lot."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reference.made.conditions import when
from tests.reference.made.writing import dated

SHARES = ("0%", "5%", "8%", "12.5%", "33.333%")
AMOUNTS = (0, 50, "19.99", 300)
FACTORS = ("0%", "50%", "100%", "1.25", 2)


def rates(chance: Random, *, counted: bool) -> dict[str, Any]:
    """`rates` in percent, or amounts for each unit or each `per`."""
    if counted or chance.random() < 0.3:
        per = {} if counted and chance.random() < 0.7 else {"per": chance.choice([1_000, 7])}
        return {"rates": _cases(chance, "pays", AMOUNTS), **per}
    return {"rates": _cases(chance, "rate", SHARES)}


def by_deal(chance: Random) -> dict[str, Any]:
    """`by_deal`, or nothing."""
    return {"by_deal": _cases(chance, "factor", FACTORS)} if chance.random() < 0.2 else {}


def rate_by(chance: Random) -> dict[str, Any]:
    """`rate_by`: a rate that follows a percentage of the deal."""
    places = sorted(chance.sample(range(-20, 60, 5), chance.choice([2, 2, 3])))
    points = [{"at": f"{place}%", "rate": dated(chance, *chance.sample(SHARES, 2))} for place in places]
    ends = {end: chance.choice(["none", "flat", "continue"]) for end in ("below", "beyond") if chance.random() < 0.6}
    deal = chance.choice(["discount_percent", "margin_percent", "uplift", "growth"])
    return {"rate_by": {"deal": deal, "points": points, **ends}}


def _cases(chance: Random, key: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    cases = [
        {"when": when(chance) or {"motion": "renewal"}, key: dated(chance, *chance.sample(values, 2))}
        for _ in range(chance.choice([1, 1, 2]))
    ]
    return [*cases, {"otherwise": dated(chance, *chance.sample(values, 2))}]
