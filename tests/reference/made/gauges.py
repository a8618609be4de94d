"""Gates and multipliers by lot, on a measure or on an earlier component of the plan."""

from __future__ import annotations

from random import Random
from typing import Any

SHARES = ("0%", "50%", "80%", "100%", "120%")
SUMS = (0, 10_000, 40_000, 100_000)
FACTORS = ("0%", "50%", "100%", "1.5", 2)
SHORT = ("week", "two_weeks", "half_month")
BEFORE = ("before_deal", "in_parts")
OVER = ("transaction", "month", "quarter", "half", "year")


def gates(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    """`only_if`, `only_if_any` and `multiplied_by`, one or several."""
    made: dict[str, Any] = {}
    if chance.random() < 0.3:
        some = [_gate(chance, before) for _ in range(chance.choice([1, 1, 2]))]
        made["only_if"] = some[0] if len(some) == 1 else some
    if chance.random() < 0.15:
        made["only_if_any"] = [_gate(chance, before) for _ in range(chance.choice([1, 2, 2, 3]))]
    if chance.random() < 0.3:
        made["multiplied_by"] = _multiplier(chance, before)
    return made


def of_no_deal(made: dict[str, Any]) -> dict[str, Any]:
    """The same, where nothing is of a deal that could be looked at, or capped by itself."""
    found = {key: _of_windows(value) for key, value in made.items()}
    if "cap" in made:
        found["cap"] = {**{key: value for key, value in made["cap"].items() if key != "applies"}, "per": "window"}
    return found


def _of_windows(written: Any) -> Any:
    """Months in the place of deals by themselves."""
    if isinstance(written, list):
        return [_of_windows(each) for each in written]
    if not isinstance(written, dict):
        return written
    found = {key: _of_windows(value) for key, value in written.items()}
    found |= {"judged": "deal"} if found.get("judged") in BEFORE else {}
    return {**found, "over": "month"} if found.get("over") == "transaction" else found


def without_carried(part: dict[str, Any], before: list[dict[str, Any]]) -> None:
    """Gauges of a component look at what came before a deal only where no window adds to what another one is paid."""
    carried = {each["id"] for each in [*before, part] if each.keys() & {"carry", "to_date"}}
    written = [part.get(key, []) for key in ("only_if", "only_if_any", "multiplied_by")]
    axes = [part["matrix"][key] for key in ("rows", "columns")] if "matrix" in part else []
    for gauge in (*axes, *(each for some in written for each in (some if isinstance(some, list) else [some]))):
        read = {gauge.get("attainment_of"), gauge.get("payout_of"), part["id"]}
        if gauge.get("judged") in BEFORE and read & carried:
            gauge["judged"] = "deal"


def matrix(chance: Random, before: list[dict[str, Any]], kind: str, cells: tuple[Any, ...]) -> dict[str, Any]:
    """A matrix of `pays`, `rates` or `factors`."""
    rows, columns = _axis(chance, before), _axis(chance, before)
    table = [[chance.choice(cells) for _ in _lines(columns)] for _ in _lines(rows)]
    return {"matrix": {"rows": rows, "columns": columns, kind: table}}


def _axis(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    number, thresholds = _number(chance, before)
    made = {**number, **_judged(chance, number)}
    if chance.random() < 0.3:
        return {**made, "at": [*_some(chance, thresholds[:-2]), *thresholds[-2:]]}
    return {**made, "from": [thresholds[0], *_some(chance, thresholds[1:])]}


def _lines(axis: dict[str, Any]) -> list[Any]:
    """Where the rows of an axis begin or lie."""
    return axis["from"] if "from" in axis else axis["at"]


def _some(chance: Random, starts: tuple[Any, ...]) -> list[Any]:
    return [each for each in starts if chance.random() < 0.5]


def _gate(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    if chance.random() < 0.2:
        each = {"each_of": ["m1", "m2"], chance.choice(["min", "above"]): 5_000, **(_back(chance) or _over(chance))}
        return {**each, **_judged(chance, each)}
    number, thresholds = _number(chance, before)
    low, high = sorted(chance.sample(range(len(thresholds)), 2))
    bounds = chance.choice([{"min": low}, {"above": low}, {"max": high}, {"below": high}, {"min": low, "below": high}])
    return {**number, **{name: thresholds[place] for name, place in bounds.items()}, **_judged(chance, number)}


def _multiplier(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    number, thresholds = _number(chance, before)
    if chance.random() < 0.3:
        return {**number, **points(chance, thresholds), **_judged(chance, number)}
    starts = [thresholds[0], *_some(chance, thresholds[1:])]
    brackets = [{"from": start, "factor": chance.choice(FACTORS)} for start in starts]
    if "ranked" not in number and not {"trailing", "to_date"} & set(number) and chance.random() < 0.25:
        return {**number, "brackets": brackets, "judged": "in_parts"}
    return {**number, "brackets": brackets, **_judged(chance, number)}


def points(chance: Random, thresholds: tuple[Any, ...]) -> dict[str, Any]:
    """Two points or more, between which the factor runs straight, and at times what is beside them."""
    places = sorted(chance.sample(range(len(thresholds)), chance.choice([2, 2, 3])))
    points = [{"at": thresholds[place], "factor": chance.choice(FACTORS)} for place in places]
    ends = {end: chance.choice(["none", "flat", "continue"]) for end in ("below", "beyond") if chance.random() < 0.6}
    return {"points": points, **ends}


def _number(chance: Random, before: list[dict[str, Any]]) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Which number, and what it may be compared with."""
    if chance.random() < 0.3:
        return _of_everybody(chance) if chance.random() < 0.5 else _place(chance, before)
    attaining = [part["id"] for part in before if "quota" in part and "to_date" not in part]
    if attaining and chance.random() < 0.5:
        return {"attainment_of": chance.choice(attaining)}, SHARES
    if before and chance.random() < 0.5:
        return {"payout_of": chance.choice(before)["id"]}, (0, 100, 1_000, 5_000)
    if chance.random() < 0.25:
        return {"measure": chance.choice(["score", "part"]), "over": chance.choice(OVER[1:])}, SHARES
    if chance.random() < 0.15:
        measure, thresholds = chance.choice(
            [("mean", SUMS), ("total", SUMS), *([("each", (0, 1, 3, 5, 10))] if before else [])]
        )
        return {"measure": measure, "over": chance.choice(OVER[1:])}, thresholds
    if chance.random() < 0.5:
        over = _back(chance) or {"over": chance.choice(OVER[1:])}
        return {"measure": chance.choice(["m1", "plain"]), "quota": "sales", **over}, SHARES
    if chance.random() < 0.3:
        return {"measure": "csat", **(_back(chance) or _over(chance))}, SHARES
    return {"measure": chance.choice(["m1", "m2", "plain"]), **(_back(chance) or _over(chance))}, SUMS


def _of_everybody(chance: Random) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """What all people came to, as a sum, a share of their quota, or a result of theirs."""
    over = _back(chance) or {"over": chance.choice(OVER[1:])}
    if chance.random() < 0.3:
        return {"measure": chance.choice(["verdict", "sold"]), **over}, (0, 1, 3, 5, 10)
    if chance.random() < 0.2:
        return {"measure": "rated", **over}, SHARES
    name = chance.choice(["all", "all", "received", "profit"])
    if chance.random() < 0.5:
        return {"measure": name, "quota": "company", **over}, SHARES
    return {"measure": name, **over}, SUMS


def _place(chance: Random, before: list[dict[str, Any]]) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Where the payee stands in a measure, or by attainment, in some window or on a deal alone."""
    made_of_others = ["score", "score", "part", "part", "mean", *(["each"] if before else [])]
    added_up = [
        "plain",
        "plain",
        "plain",
        "m1",
        "m1",
        "count",
        "met",
        "csat",
        "nps",
        *(["cash", "paid"] if before else []),
    ]
    measure = chance.choice(chance.choice([made_of_others, added_up, added_up]))
    quota = chance.choice([{}, {"quota": "sales"}]) if measure in ("plain", "m1", "cash", "paid") else {}
    of_windows = measure in made_of_others
    over = {"over": chance.choice(OVER[1:])} if of_windows or chance.random() < 0.5 else _over(chance)
    ranked: dict[str, Any] = {"ties": chance.choice(["best", "worst", "earliest", "shared"])}
    ranked |= chance.choice([{}, {"among": chance.choice(["plan", "team"])}])
    if chance.random() < 0.4:
        ranked["least"] = "50%" if quota or measure in ("csat", "score", "part") else chance.choice([1_000, 40_000])
    share = chance.random() < 0.4 and ranked["ties"] != "shared"
    if share or chance.random() < 0.3:
        ranked["counted_as"] = "share" if share else "place"
    thresholds = ("0%", "25%", "50%", "75%") if share else (0, 1, 2, 3)
    said = ranked if share else chance.choice([ranked, ranked, ranked, True])
    return {"measure": measure, **quota, **over, "ranked": said}, thresholds


def _judged(chance: Random, number: dict[str, Any]) -> dict[str, Any]:
    if "ranked" in number:
        return {}
    ways = ["window", "deal", "before_deal"]
    if {"trailing", "to_date"} & set(number) or number.get("over") == "transaction":
        ways.pop()
    return {} if chance.random() < 0.4 else {"judged": chance.choice(ways)}


def _back(chance: Random) -> dict[str, Any]:
    """At times several windows together, or those before."""
    if chance.random() < 0.6:
        return {}
    ending = chance.choice([{}, {"ending": "before"}])
    if chance.random() < 0.5:
        return {
            "over": chance.choice([*SHORT, *OVER[1:]]),
            "trailing": chance.choice([1, 2, 12] if ending else [2, 3]),
            **ending,
        }
    whole = chance.choice(OVER[2:])
    return {"over": chance.choice([*SHORT, *OVER[1 : OVER.index(whole)]]), "to_date": whole, **ending}


def _over(chance: Random) -> dict[str, Any]:
    lengths = SHORT if chance.random() < 0.15 else OVER
    return {} if chance.random() < 0.4 else {"over": chance.choice(lengths)}
