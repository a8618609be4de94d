"""Draws by lot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

AMOUNTS = (50, 50, 500, 3_000, "4321.09")
SHARES = ("100%", "50%", "12.5%")
"""Of what people data promises."""


def draw(chance: Random, pays: str) -> dict[str, Any]:
    """`draw` of one amount or several, or of shares of what is promised; at times another follows."""
    first = _draw(chance, pays)
    ends = first.keys() & {"first_periods", "amounts"}
    then = _draw(chance, pays) if ends and chance.random() < 0.4 else {}
    against = {"against": first["against"]} if "against" in first else {}
    then.pop("against", None)
    return {"draw": {**first, **({"then": {**then, **against}} if then else {})}}


def _draw(chance: Random, pays: str) -> dict[str, Any]:
    """With a recovery where it is an advance."""
    kind = chance.choice(["recoverable", "recoverable", "non_recoverable"])
    of_months = pays in ("monthly", "quarterly", "half_yearly", "yearly")
    promise = {"of": chance.choice(["base_salary", "variable", "ote"])} if of_months and chance.random() < 0.3 else {}
    made: dict[str, Any] = {"kind": kind, **promise, **_height(chance, SHARES if promise else AMOUNTS)}
    if chance.random() < 0.4:
        made["against"] = chance.choice(["earned", "payable", "payable"])
    if chance.random() < 0.3:
        made["effective"] = {"from": date(2026, 3, 1), **chance.choice([{}, {"until": date(2026, 9, 13)}])}
    if chance.random() < 0.3:
        made["on_top"] = True
    if kind == "recoverable" and chance.random() < 0.3:
        made["most_open"] = chance.choice([70, 2_500, "6000.55"])
    if kind == "recoverable" and chance.random() < 0.7:
        made["recovery"] = _recovery(chance)
    return made


def _height(chance: Random, heights: Sequence[Any]) -> dict[str, Any]:
    if chance.random() < 0.3:
        return {"amounts": [chance.choice(heights) for _ in range(chance.choice([1, 3, 6]))]}
    first = {"first_periods": chance.choice([1, 3])} if chance.random() < 0.7 else {}
    return {"amount": chance.choice(heights), **first}


def _recovery(chance: Random) -> dict[str, Any]:
    starts = chance.choice([0, 2])
    made: dict[str, Any] = {"starts_after": starts} if starts else {}
    if chance.random() < 0.4:
        made["ends_after"] = starts + chance.choice([1, 6])
    return {**made, "max_share": chance.choice(["50%", "33.3%", "100%"])}
