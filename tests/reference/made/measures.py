"""Measures by lot."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reference.made.conditions import when
from tests.reference.made.deals import FAMILIES, PRODUCTS

LEVELS = ({"max": 1}, {"min": 2}, {"min": 1, "max": 2})
WHOLE = ("list_price", "discount", "fact")
"""Of whole deals."""
SUMS = ("amount", "acv", "arr", "mrr", "tcv", "first_month", "margin", *WHOLE, "units")


ACROSS = ("received", "all", "sold", "verdict", "rated", "profit")
"""Of all people together; the first is cash."""
OF_A_WHOLE = ("csat", "rated")
"""Percentages that may have a quota beside."""
WEIGHED = ("m1", "m2", "total", "plain", "count", "cash", "csat", "part", "all", "received", "rated")


def measures(chance: Random, *, of_team: bool) -> dict[str, Any]:
    """Two measures of money, one of deals or pieces, and imported results."""
    money = [each for each in SUMS if each != "units"]
    return {
        "m1": _of_credits(chance, _summed(chance, money), of_team=of_team),
        "m2": _of_credits(chance, _summed(chance, money), of_team=of_team),
        "count": _of_credits(chance, chance.choice([{"count": "deals"}, {"sum": "units"}]), of_team=of_team),
        "plain": {"sum": "amount", "credits": ["rollup"] if of_team else ["direct"]},
        "cash": _of_cash(chance, of_team=of_team),
        "met": {**_of_credits(chance, {"count": "deals"}, of_team=of_team), "dated_by": "qualified_on"},
        "paid": _of_earnings(chance, of_team=of_team),
        "nps": {"import": "nps"},
        "csat": {"import": "csat", "as": "percent"},
        "mbo": {"import": "mbo", "as": "amount"},
        "all": _of_everybody(chance, {"sum": chance.choice(["amount", "acv", "tcv"])}),
        "sold": _of_everybody(chance, chance.choice([{"count": "deals"}, {"sum": "units"}])),
        "received": _received(chance),
        "verdict": {"import": "nps", "across": "everybody"},
        "rated": {"import": "csat", "as": "percent", "across": "everybody"},
        "profit": {"import": "mbo", "as": "amount", "across": "everybody"},
        "score": {"weighted": _weighted(chance)},
        "total": {**_added(chance), **chance.choice([{}, {"as": "amount"}])},
        "points": {**_added(chance), "as": "number"},
        "part": {"ratio": _ratio(chance, of_a_kind=True)},
        "mean": {"ratio": {**_ratio(chance), "as": "amount"}},
        "each": {"ratio": {**_ratio(chance, "paid", "cash", "received"), "as": "number"}},
    }


def _summed(chance: Random, sums: list[str]) -> dict[str, Any]:
    """What is added up of each deal."""
    value = chance.choice(sums)
    return {"sum": value, **({"fact": "seats"} if value == "fact" else {})}


def _of_everybody(chance: Random, source: dict[str, Any]) -> dict[str, Any]:
    """What all people came to, or those on some plans."""
    made = _of_credits(chance, source, of_team=False)
    del made["credits"]
    dated = {"dated_by": "qualified_on"} if "count" in source and chance.random() < 0.3 else {}
    return {**made, **dated, **_across(chance)}


def _received(chance: Random) -> dict[str, Any]:
    """What their customers pay."""
    made = _of_cash(chance, of_team=False)
    del made["credits"]
    return {**made, **_across(chance)}


def _across(chance: Random) -> dict[str, Any]:
    return {"across": chance.choice(["everybody", {"plans": ["rep"]}, {"plans": ["rep", "manager"]}])}


def _weighted(chance: Random) -> list[dict[str, Any]]:
    """Two or three attainments, one of which may be a percentage by itself."""
    weights = chance.choice([("60%", "40%"), ("50%", "30%", "20%"), ("33.3%", "66.7%")])
    parts = []
    for name, weight in zip(chance.sample(WEIGHED, len(weights)), weights, strict=True):
        part: dict[str, Any] = {"measure": name, "weight": weight}
        if name not in (*OF_A_WHOLE, "part") or (name in OF_A_WHOLE and chance.random() < 0.3):
            part["quota"] = "company" if name in ACROSS else chance.choice(["sales", "team"])
        if chance.random() < 0.4:
            part["least"] = chance.choice(["10%", "50%"])
        if chance.random() < 0.4:
            part["most"] = chance.choice(["100%", "150%"])
        parts.append(part)
    return parts


def _ratio(chance: Random, *more: str, of_a_kind: bool = False) -> dict[str, Any]:
    """Any two that can be added up; or two of money, or two that count."""
    money = ["m1", "m2", "plain", "mbo", "all", "profit", *more]
    counted = ["count", "met", "nps", "sold", "verdict"]
    of, to = chance.sample(chance.choice([money, counted]) if of_a_kind else [*money, *counted], 2)
    return {"of": of, "to": to}


def _added(chance: Random) -> dict[str, Any]:
    """Two or three measures together, of which each counts for more or less."""
    names = ["m1", "m2", "plain", "mbo", "all", "profit", "count", "met", "nps", "sold"]
    adds: list[dict[str, Any]] = [{"measure": name} for name in chance.sample(names, chance.choice([2, 3]))]
    for part in adds:
        part.update({"times": chance.choice(["50%", "33.3%", 10, "0.7"])} if chance.random() < 0.6 else {})
    return {"adds": adds}


def _of_credits(chance: Random, source: dict[str, Any], *, of_team: bool) -> dict[str, Any]:
    kinds = ["rollup"] if of_team else chance.choice([["direct"], ["direct", "overlay"], ["overlay"]])
    made = {**source, "credits": kinds}
    if of_team and chance.random() < 0.4:
        made["levels"] = chance.choice(LEVELS)
    condition = when(chance)
    return {**made, **({"when": condition} if condition else {}), **_worth(chance, source)}


def _of_earnings(chance: Random, *, of_team: bool) -> dict[str, Any]:
    """What the first component pays the payee."""
    condition = when(chance, 1)
    kinds = chance.choice([["direct"], ["rollup"]] if of_team else [["direct"], ["direct", "overlay"]])
    levels = {"levels": chance.choice(LEVELS)} if kinds == ["rollup"] and chance.random() < 0.4 else {}
    return {"sum": "earnings", "of": ["c0"], "credits": kinds, **levels, **({"when": condition} if condition else {})}


def _of_cash(chance: Random, *, of_team: bool) -> dict[str, Any]:
    """What customers pay, at times of the first months only, or with what they pay too much."""
    condition = when(chance, 1)
    made = {
        "sum": "cash",
        "credits": ["rollup"] if of_team else ["direct"],
        **({"when": condition} if condition else {}),
    }
    if chance.random() < 0.4:
        made["overpaid"] = chance.choice(["counted", "ignored", "alone"])
    if chance.random() < 0.4:
        made["within_months"] = chance.choice([1, 3, 6])
    return made


def _worth(chance: Random, source: dict[str, Any]) -> dict[str, Any]:
    """What changes a deal's worth, where that is possible."""
    made: dict[str, Any] = {}
    counted, pieces = "count" in source, source.get("sum") == "units"
    whole = source.get("sum") in WHOLE
    if chance.random() < 0.3:
        made["multiply"] = [{"when": when(chance) or {"motion": "upsell"}, "by": by} for by in ("150%", "50%")]
    if chance.random() < 0.3:
        made["weights"] = _weights(chance, by_motion_only=counted or whole)
    if counted:
        return made
    if not whole and chance.random() < 0.25:
        made["lines"] = {chance.choice(["family"]): chance.choice([["Software", "Hardware"], {"not": "Services"}])}
        if chance.random() < 0.3:
            made["lines"]["product"] = {"not": ["Help"]}
    if not whole and chance.random() < 0.3:
        made["portion"] = chance.choice(["renewed", "uplift"])
    if source["sum"] in ("acv", "arr", "mrr") and not made.keys() & {"lines", "weights"} and chance.random() < 0.3:
        made["portion"] = "delta"
    if not pieces and chance.random() < 0.25:
        made["less_per_deal"] = chance.choice([500, 10_000])
    if not pieces and chance.random() < 0.25:
        made["most_per_deal"] = chance.choice([2_000, 30_000])
    return made


def _weights(chance: Random, *, by_motion_only: bool) -> dict[str, Any]:
    weights: dict[str, Any] = {"motion": {"renewal": "25%", "upsell": "120%"}}
    if not by_motion_only and chance.random() < 0.7:
        weights["family"] = {name: chance.choice(["50%", "100%", "33.3%"]) for name in FAMILIES[:2]}
    if not by_motion_only and chance.random() < 0.5:
        weights["product"] = {PRODUCTS[0]: "110%"}
    return {**weights, "otherwise": chance.choice(["0%", "100%"])}
