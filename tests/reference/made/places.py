"""Segments, territories and windows after signing by lot."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.reference.made.conditions import of_customers

SEGMENTS = ("SMB", "Enterprise")
TERRITORIES = ("West", "East")


def places(chance: Random) -> dict[str, Any]:
    """`segments` and `territories`, at times; conditions may always ask for the windows."""
    made: dict[str, Any] = {"windows": [_window(chance, name) for name in ("landing", "early")]}
    if chance.random() < 0.3:
        made["segments"] = _places(chance, SEGMENTS)
    if chance.random() < 0.3:
        made["territories"] = _places(chance, TERRITORIES)
    return made


def _places(chance: Random, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each name, and at times one of them twice or for everybody else."""
    some = [_place(chance, name) for name in chance.sample([*names, names[0]], chance.choice([2, 3]))]
    some += [_place(chance, name) for name in names if name not in [each["name"] for each in some]]
    return [*some, {"name": chance.choice(names)}] if chance.random() < 0.6 else some


def _place(chance: Random, name: str) -> dict[str, Any]:
    until = {"until": date(2026, 11, 3)} if chance.random() < 0.5 else {}
    effective = {"effective": {"from": date(2026, 3, 1), **until}} if chance.random() < 0.3 else {}
    return {"name": name, "because": "drawn so", "when": of_customers(chance), **effective}


def _window(chance: Random, name: str) -> dict[str, Any]:
    ways: tuple[dict[str, Any], ...] = (
        {"months": 3},
        {"months_by_segment": {"SMB": 2, "Enterprise": 6}},
        {"months": 6, "months_by_segment": {"SMB": 1}},
        {"sales_cycles": 2},
        {},
    )
    way = chance.choice(ways)
    ends = {"until": "renewal"} if not way or chance.random() < 0.3 else {}
    return {"id": name, "because": "agreed", **way, **ends}
