"""Experiments by lot."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.reference.made.conditions import of_accounts

STRATA = ("segment", "territory", "industry", "country", "channel")
SHARES = (("50%", "50%"), ("80%", "20%"), ("33.333%", "66.667%"))
ARMS = {"pay": ("a", "b"), "touch": ("much", "none")}


def experiments(chance: Random) -> list[dict[str, Any]]:
    """Those that conditions ask for, which are always there."""
    return [_experiment(chance, name) for name in ARMS]


def _experiment(chance: Random, name: str) -> dict[str, Any]:
    since = chance.choice([date(2026, 1, 1), date(2026, 4, 1), date(2026, 8, 15)])
    until = chance.choice([date(2026, 9, 1), date(2027, 1, 1)])
    made: dict[str, Any] = {"id": name, "effective": {"from": since, "until": until}}
    made["arms"] = dict(zip(ARMS[name], chance.choice(SHARES), strict=True))
    made |= {"because": "asked"} if chance.random() < 0.5 else {}
    made |= {"accounts": of_accounts(chance)} if chance.random() < 0.4 else {}
    return {**made, **({"strata": chance.sample(STRATA, chance.choice([1, 2]))} if chance.random() < 0.6 else {})}
