"""Clawbacks by lot."""

from __future__ import annotations

from random import Random
from typing import Any

CAUSES = ("cancelled", "downgraded", "refunded", "unpaid")
BANDS = (
    [{"until_day": 30, "share": "100%"}, {"until_day": 90, "share": "50%"}],
    [{"until_month": 3, "share": "75%"}, {"until_month": 6, "share": "33.3%"}],
)


def clawback(chance: Random, document: dict[str, Any]) -> dict[str, Any]:
    """`clawback` of some components, but not of residuals, cash, and what is kept once it was paid to date."""
    some = [
        part["id"]
        for part in document["components"]
        if "residual" not in part
        and part.get("overpaid") != "kept"
        and not _reads_cash(part["measure"], document["measures"])
        and chance.random() < 0.7
    ]
    if not some:
        return {}
    causes = chance.sample(CAUSES, chance.randrange(1, 4))
    when = {
        cause: chance.choice([{"within_days": 180}, {"within_months": 6}, {"within_days": 365}]) for cause in causes
    }
    takes: Any = chance.choice(["all", "50%", "unearned", *BANDS])
    if chance.random() < 0.3:
        takes = chance.choice([{"unearned": "window"}, {"unearned": "term", "by": "days"}])
    to_date = any("to_date" in part for part in document["components"] if part["id"] in some)
    of: dict[str, Any] = {"of": chance.choice(["earned", *([] if to_date else ["paid"])])}
    of = of if chance.random() < 0.5 else {}
    waits = any("release" in part for part in document["components"])
    if "unpaid" in when and of.get("of") != "paid" and not waits and chance.random() < 0.5:
        of["paid_late"] = chance.choice(["given_back", "given_back", "nothing"])
    named = {"applies_to": some} if len(some) < len(document["components"]) else {}
    return {"clawback": {"when": when, "takes_back": takes, **of, **named}}


def _reads_cash(name: str, measures: dict[str, Any]) -> bool:
    """Whether a measure is cash, or made of it."""
    of = measures[name]
    parts = [
        *of.get("ratio", {}).values(),
        *(part["measure"] for key in ("weighted", "adds") for part in of.get(key, ())),
    ]
    return of.get("sum") == "cash" or any(_reads_cash(part, measures) for part in parts if part in measures)
