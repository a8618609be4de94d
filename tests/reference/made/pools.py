"""Bonus pools by lot."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reference.made.gauges import FACTORS, SHARES, SUMS, points
from tests.reference.made.writing import dated

MEASURES = ("plain", "plain", "count", "m1", "nps")
OF_NO_TEAM = ("plain", "plain", "m1")
OF_ALL = ("all", "received", "profit")
OF_OTHERS = ("plain", "m1", "m2", "cash", "mbo")


def bonus_pools(chance: Random, *, of_team: bool) -> dict[str, Any]:
    """`bonus_pools`: one, mostly none. What counts for several people can be no sum of all of them.

    Managers share in what the others came to, too.
    """
    if chance.random() < 0.6:
        return {}
    pool: dict[str, Any] = {"id": "pool", "per": chance.choice(["month", "quarter", "half", "year"])}
    if of_team and chance.random() < 0.5:
        pool["share"] = dated(chance, chance.choice(["2%", "0.333%"]), "1%")
        pool |= {"above": dated(chance, 5_000, 20_000)} if chance.random() < 0.3 else {}
        pool["of_others"] = {"plan": "rep", "measure": chance.choice(OF_OTHERS)}
    elif chance.random() < 0.5:
        pool["amount"] = dated(chance, chance.choice([1_000, "333.34"]), 500)
    else:
        pool["share"] = dated(chance, chance.choice(["2%", "0.333%"]), "1%")
        pool["of"] = chance.choice(OF_ALL if of_team else [*OF_NO_TEAM, *OF_ALL])
    pool |= _divided(chance, of_team=of_team)
    if chance.random() < 0.5:
        pool["members"] = chance.choice(["last_day", "any_day"])
    if chance.random() < 0.5:
        pool["on_leave"] = chance.choice(["member", "left_out"])
    for key in ("only_if", "members_need"):
        if chance.random() < 0.3:
            of_all = key == "only_if" and chance.random() < 0.3
            pool[key] = _of_all(chance) if of_all else _gate(chance, of_team=of_team)
    if chance.random() < 0.3:
        pool["multiplied_by"] = _factor(chance, of_team=of_team)
    return {"bonus_pools": [pool]}


def _factor(chance: Random, *, of_team: bool) -> dict[str, Any]:
    """What a pool is multiplied by, according to what all of them came to."""
    ways = [
        ({"measure": chance.choice(OF_ALL), "quota": "company"}, SHARES),
        ({"measure": chance.choice(OF_ALL)}, SUMS),
    ]
    ways += [] if of_team else [({"measure": "plain", "quota": "sales"}, SHARES)]
    number, thresholds = chance.choice(ways)
    if chance.random() < 0.5:
        return {**number, **points(chance, thresholds)}
    starts = [thresholds[0], *(each for each in thresholds[1:] if chance.random() < 0.5)]
    return {**number, "brackets": [{"from": start, "factor": chance.choice(FACTORS)} for start in starts]}


def _divided(chance: Random, *, of_team: bool) -> dict[str, Any]:
    how = chance.choice(["headcount", "days", "measure", *([] if of_team else ["attainment"])])
    if how == "measure":
        return {"divided_by": how, "by": "nps" if of_team else chance.choice(MEASURES)}
    if how == "attainment":
        return {"divided_by": how, "by": chance.choice(OF_NO_TEAM), "quota": "sales"}
    return {"divided_by": how}


def _of_all(chance: Random) -> dict[str, Any]:
    quota = chance.choice([{"quota": "company", "min": "90%"}, {"min": chance.choice([1, 40_000])}])
    return {"measure": chance.choice([*OF_ALL, "sold", "verdict"]), **quota}


def _gate(chance: Random, *, of_team: bool) -> dict[str, Any]:
    if of_team:
        return {"measure": "nps", "min": chance.choice([1, "0.5"])}
    if chance.random() < 0.5:
        return {"measure": "plain", "quota": "sales", "min": chance.choice(["50%", "90%"])}
    return {"measure": chance.choice(OF_NO_TEAM), "min": chance.choice([1_000, 40_000])}
