"""Draws by lot."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

AMOUNTS = (50, 50, 500, 3_000, "4321.09")


def draw(chance: Random) -> dict[str, Any]:
    """`draw` of one amount or several, with a recovery where it is an advance."""
    kind = chance.choice(["recoverable", "recoverable", "non_recoverable"])
    made: dict[str, Any] = {"kind": kind, **_height(chance)}
    if chance.random() < 0.4:
        made["against"] = chance.choice(["earned", "payable", "payable"])
    if chance.random() < 0.3:
        made["effective"] = {"from": date(2026, 3, 1), **chance.choice([{}, {"until": date(2026, 9, 13)}])}
    if chance.random() < 0.3:
        made["on_top"] = True
    if kind == "recoverable" and chance.random() < 0.7:
        made["recovery"] = _recovery(chance)
    return {"draw": made}


def _height(chance: Random) -> dict[str, Any]:
    if chance.random() < 0.3:
        return {"amounts": [chance.choice(AMOUNTS) for _ in range(chance.choice([1, 3, 6]))]}
    first = {"first_periods": chance.choice([1, 3])} if chance.random() < 0.7 else {}
    return {"amount": chance.choice(AMOUNTS), **first}


def _recovery(chance: Random) -> dict[str, Any]:
    starts = chance.choice([0, 2])
    made: dict[str, Any] = {"starts_after": starts} if starts else {}
    if chance.random() < 0.4:
        made["ends_after"] = starts + chance.choice([1, 6])
    return {**made, "max_share": chance.choice(["50%", "33.3%", "100%"])}
