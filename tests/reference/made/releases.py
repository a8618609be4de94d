"""Releases and reserves by lot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

OCCASIONS = ("booking", "contract_start", "delivery", "go_live", "invoice", "cash")
SHARES = (("100%",), ("50%", "50%"), ("33.333%", "33.333%", "33.334%"), ("75%", "25%"))
PERIODS = ("month", "quarter", "half", "year")


def release(chance: Random, *, of_deals: bool) -> dict[str, Any]:
    """`release`: a word, a step, or several whose shares are the whole; what is of no deal waits for time alone."""
    occasions = OCCASIONS if of_deals else OCCASIONS[:1]
    if chance.random() < 0.3:
        return {"release": chance.choice(occasions)}
    steps = [_step(chance, share, occasions) for share in chance.choice(SHARES)]
    return {"release": steps[0] if len(steps) == 1 and chance.random() < 0.5 else steps}


def reserve(chance: Random) -> dict[str, Any]:
    """`reserve`, which waits for something."""
    made: dict[str, Any] = {"share": chance.choice(["10%", "33.3%", "100%"])}
    if chance.random() < 0.2:
        return {"reserve": {**made, "until": date(2026, 9, 1), **_leavers(chance)}}
    on = chance.choice(["payable", *OCCASIONS[1:]])
    delay = _delay(chance) if on != "payable" or chance.random() < 0.5 else {"after_months": 6}
    if on == "payable" and not delay:
        delay = {"after_days": 45}
    return {"reserve": {**made, "on": on, **delay, **_once(chance, on), **_leavers(chance)}}


def _step(chance: Random, share: str, occasions: Sequence[str]) -> dict[str, Any]:
    on = chance.choice(occasions)
    made = {"share": share, "on": on, **_delay(chance), **_once(chance, on), **_leavers(chance)}
    if on in ("invoice", "cash") and chance.random() < 0.6:
        made["pays"] = chance.choice(["in_proportion", "all"])
    if chance.random() < 0.4:
        last = chance.choice([{"after_days": 90}, {"after_months": 6}])
        made["at_latest"] = {**last, "then": chance.choice(["release", "forfeit"])}
    return made


def _delay(chance: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"end_of": chance.choice(PERIODS)} if chance.random() < 0.2 else {}
    if chance.random() < 0.3:
        made |= chance.choice([{"after_days": 30}, {"after_months": 2}])
    return made


def _once(chance: Random, on: str) -> dict[str, Any]:
    return (
        {"once": chance.choice(["20%", "60%", "100%"])} if on in ("invoice", "cash") and chance.random() < 0.6 else {}
    )


def _leavers(chance: Random) -> dict[str, Any]:
    return {"leavers": chance.choice(["keep", "release", "forfeit"])} if chance.random() < 0.5 else {}
