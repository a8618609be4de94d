"""Members at quota by lot: what managers are paid for how many of the people below reached theirs."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reference.made.components import PERCENT, PERIODS, WINDOWED, ways_of_a_share
from tests.reference.made.measures import LEVELS


def count_members(chance: Random, reps: dict[str, Any], managers: dict[str, Any]) -> dict[str, Any]:
    """The managers' plan, at times with two components more, where any attains a quota in windows of all customers."""
    parts = [*reps["components"], *managers["components"]]
    names = sorted({part["id"] for part in parts} - {part["id"] for part in parts if not _attains(part)})
    if not names or chance.random() < 0.5:
        return managers
    asked: dict[str, Any] = {
        "attaining": chance.sample(names, chance.randrange(1, len(names) + 1)),
        "least": chance.choice(["0%", "30%", "100%"]),
    }
    if chance.random() < 0.5:
        asked["newcomers"] = {"months": chance.choice([2, 6]), **chance.choice([{}, {"least": "10%"}])}
    as_number = chance.random() < 0.3
    asked |= {"counted_as": "members"} if as_number else {}
    if not as_number and chance.random() < 0.4:
        asked = _mean(asked)
    levels = {"levels": chance.choice(LEVELS)} if chance.random() < 0.4 else {}
    at_once = {"release": "booking"} if "release" in managers else {}
    paid = {"id": "m", "kind": "bonus", "measure": "at_quota", "accumulates": chance.choice(PERIODS), **at_once}
    gated = {
        "id": "n",
        "kind": "spiff",
        "measure": "plain",
        "rate": "1%",
        "only_if": _gate(chance, as_number=as_number),
    }
    way = _way(chance, as_number=as_number)
    if asked.get("counted_as") == "mean":
        way.pop("rate_decimals", None)
    return {
        **managers,
        "measures": {**managers["measures"], "at_quota": {"members": asked, **levels}},
        "components": [*managers["components"], {**paid, **way}, gated],
    }


def _mean(asked: dict[str, Any]) -> dict[str, Any]:
    """The mean of the same members."""
    new = {"newcomers": {"months": asked["newcomers"]["months"]}} if "newcomers" in asked else {}
    return {"attaining": asked["attaining"], "counted_as": "mean", **new}


def _attains(part: dict[str, Any]) -> bool:
    """Whether it has a quota, or is a percentage by itself, in fiscal windows."""
    attains = "quota" in part or part["measure"] in (*WINDOWED, *PERCENT)
    others = part.keys() & {"since", "for_each", "to_date"}
    return attains and part.get("accumulates", "transaction") != "transaction" and not others


def _way(chance: Random, *, as_number: bool) -> dict[str, Any]:
    if not as_number:
        return ways_of_a_share(chance, of_money=False)
    return chance.choice([{"pays": 100}, {"brackets": [{"from": 0, "lump": 0}, {"from": 2, "lump": 500}]}])


def _gate(chance: Random, *, as_number: bool) -> dict[str, Any]:
    bounds = (
        [{"min": 1}, {"above": 1}, {"below": 2}]
        if as_number
        else [{"min": "50%"}, {"above": "33.3%"}, {"below": "50%"}]
    )
    judged = {"judged": chance.choice(["window", "deal"])} if chance.random() < 0.5 else {}
    return {"measure": "at_quota", "over": chance.choice(PERIODS), **chance.choice(bounds), **judged}
