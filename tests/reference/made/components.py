"""Components by lot: every way to pay, on a measure that it fits."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.reference.made.cases import by_deal, rate_by, rates
from tests.reference.made.gauges import gates, matrix, of_no_deal, without_carried
from tests.reference.made.measures import ACROSS
from tests.reference.made.writing import dated

PERIODS = ("month", "quarter", "half", "year")
SHORT = ("week", "two_weeks", "half_month")
RATES = ("0%", "5%", "8%", "12.5%", "33.333%", "110%")
STARTS = ("0%", "50%", "80%", "100%", "125%", "200%")
AMOUNTS = (0, 10_000, 25_000, 60_000, 100_000)
COUNTS = (0, 1, 3, 5, 10)
LUMPS = (0, 100, 250, 1_000, 2_500)
MONEY = ("m1", "m2", "plain")
PROMISES = ("base_salary", "variable", "ote")
RESULTS = ("nps", "csat", "mbo", "verdict", "rated", "profit")
WINDOWED = ("score", "part")
"""Percentages of a whole of their own."""
MADE = ("mean", "each", "total", "points")
"""Ratios and sums of measures: amounts, and numbers."""
OF_WINDOWS = (*WINDOWED, *MADE, *ACROSS)
COUNTED = ("count", "met", "nps", "each", "points", "sold", "verdict")
PERCENT = ("csat", "rated")
CREDITED = (*MONEY, "count", "met", "paid", "cash")


def component(chance: Random, before: list[dict[str, Any]], *, of_team: bool) -> dict[str, Any]:
    """One more component of a plan, which may read those before it."""
    later = ["paid", "paid", "cash", "score", "each", *ACROSS[:1]] if before else []
    others = ["count", "met", "part", "mean", "total", "points", "nps", "csat", "mbo", chance.choice(ACROSS[1:])]
    measure = chance.choice([*MONEY, *MONEY, *others, *later])
    kinds = [
        "commission",
        "spiff",
        "bonus",
        *(["manager_override"] if of_team and measure in (*MONEY, "count") else []),
    ]
    made: dict[str, Any] = {"id": f"c{len(before)}", "kind": chance.choice(kinds), "measure": measure}
    if measure not in (*OF_WINDOWS, "csat") and chance.random() < 0.1:
        return {**made, **_to_date(chance, measure, _looked_at(before))}
    made |= _matrix(chance, _looked_at(before), measure) if chance.random() < 0.15 else _way(chance, measure)
    made |= _whole(chance, made)
    made = _paced(chance, made)
    made |= _anniversary(chance, made)
    made |= _at_zero(chance, made) | _for_each(chance, made)
    made |= _carry(chance, made)
    made |= _steps(chance, made)
    made |= gates(chance, _looked_at(before)) | (by_deal(chance) if measure in CREDITED else {})
    without_carried(made, before)
    made |= _cap(chance, made)
    moves = made.get("carry", {}).get("surplus") == "moved"
    if before and measure in (*MONEY, "count") and not moves and chance.random() < 0.1:
        months = chance.choice([{}, {"for_months": chance.choice([1, 6])}])
        every = chance.choice([{}, {"every": chance.choice(["month", "quarter", "half", "year"])}])
        made["residual"] = {**months, **every, "starts_after_months": chance.choice([0, 3])}
    if not of_team and measure in (*MONEY, "count", "met") and chance.random() < 0.15:
        made["split_of"] = chance.choice(["credit", "money", "money"])
    if "residual" not in made and measure in (*MONEY, "count", "met", "paid") and chance.random() < 0.2:
        made |= _floor(chance, of_deals=measure != "paid")
    if chance.random() < 0.2:
        made["effective"] = {"from": date(2026, 3, 1), "until": chance.choice([date(2026, 8, 1), date(2026, 11, 9)])}
    return made


def _paced(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """At times windows of weeks, against a quota of weeks."""
    if "quota" not in made or made["measure"] in WINDOWED or chance.random() < 0.8:
        return made
    kept = {key: value for key, value in made.items() if key not in ("targets", "target_of", "since")}
    target = {"target": 400} if made.keys() & {"targets", "target_of"} else {}
    return {**kept, **target, "quota": "pace", "accumulates": chance.choice(["week", "two_weeks"])}


def _anniversary(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """At times the windows of a quota or target begin on each payee's own day."""
    fiscal = made["measure"] in OF_WINDOWS or "target_of" in made or made.get("accumulates") not in PERIODS
    own = {"quota", "targets"} & made.keys()
    return {"since": "enrolment"} if own and not fiscal and chance.random() < 0.15 else {}


def _for_each(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """Windows of each customer by itself, at times in percent of the payee's quota."""
    fits = made["measure"] in CREDITED and made.get("accumulates", "transaction") != "transaction"
    own = {"targets", "target_of", "since"} & made.keys()
    return {"for_each": "account"} if fits and not own and chance.random() < 0.3 else {}


def _carry(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """What windows with a quota leave to the next ones, at times."""
    adds_up = made["measure"] not in (*MADE, *ACROSS)
    if (
        "quota" not in made
        or made.keys() & {"at_zero", "only_full", "for_each", "since"}
        or not adds_up
        or chance.random() < 0.7
    ):
        return {}
    surplus = {"surplus": chance.choice(["ahead", "moved"])}
    deficit = {"deficit": chance.choice(["behind", "made_up"])}
    within = {"within_year": True} if chance.random() < 0.4 else {}
    return {"carry": {**chance.choice([surplus, surplus, deficit, {**surplus, **deficit}]), **within}}


def _to_date(chance: Random, measure: str, before: list[dict[str, Any]]) -> dict[str, Any]:
    """What a month, quarter or half is worth in all that came before it, and what becomes of what was paid too much."""
    ways = [_each, _lumps] if measure in ("count", "met", "nps") else [_flat, _tiers, _tiers, _times, _points, _shares]
    way = chance.choice([*ways, _amount_tiers] if ways[0] is _flat else ways)(chance, False)
    way = _matrix(chance, before, measure, way) if chance.random() < 0.15 else way
    way.pop("since", None)
    nth = chance.choice([0, 1, 1, 2])
    whole = {"accumulates": PERIODS[nth], "to_date": chance.choice(PERIODS[nth + 1 :])}
    judged = {**_steps(chance, {"measure": measure, **way}), **gates(chance, before), **_cap(chance, way)}
    over = {"overpaid": chance.choice(["taken_back", "kept", "kept"])} if chance.random() < 0.6 else {}
    life = {"effective": {"from": date(2026, 3, 1), "until": date(2026, 11, 9)}} if chance.random() < 0.2 else {}
    return of_no_deal({**way, **whole, **over, **life, **judged})


def _steps(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """Attainments in whole steps, at times."""
    if (
        "carry" in made
        or ("quota" not in made and made["measure"] not in (*WINDOWED, *PERCENT))
        or chance.random() < 0.75
    ):
        return {}
    down = {"rounding": chance.choice(["half_up", "down"])} if chance.random() < 0.6 else {}
    return {"rounded_attainment": {"to": chance.choice(["1%", "5%", "0.1%", "33.333%"]), **down}}


def _looked_at(before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The components that gauges may look at: those with windows of the fiscal calendar, of all customers."""
    return [each for each in before if not each.keys() & {"for_each", "since"}]


def _way(chance: Random, measure: str) -> dict[str, Any]:
    counted = measure in COUNTED
    cased = [*([_by_case] if measure in CREDITED else []), *([_by_ratio] if measure in MONEY else [])]
    if measure in PERCENT:
        return _of_percent(chance)
    if measure in WINDOWED:
        return chance.choice([_times, _points, _shares])(chance, counted)
    if counted:
        return chance.choice([_each, _lumps, *cased[:1]])(chance, counted)
    return chance.choice([_flat, _tiers, _tiers, _amount_tiers, _times, _points, _shares, _lumps, _each, *cased])(
        chance, counted
    )


def _whole(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """What is of a fiscal window is of no deal, and as a percentage has no quota and no rate of one."""
    if made["measure"] not in OF_WINDOWS:
        return {}
    if made["measure"] in ACROSS and "quota" in made:
        made["quota"] = "company"
    for key in ("since", *(("quota", "rate_decimals") if made["measure"] in WINDOWED else ())):
        made.pop(key, None)
    return {"accumulates": chance.choice(PERIODS)}


def _rate(chance: Random) -> Any:
    return dated(chance, chance.choice(RATES), chance.choice(RATES))


def _accumulating(chance: Random) -> dict[str, Any]:
    return {"quota": chance.choice(["sales", "sales", "team"]), "accumulates": chance.choice(PERIODS)}


def _window(chance: Random) -> dict[str, Any]:
    """How long it adds up, at times in short windows, or those of each payee's own."""
    if chance.random() < 0.2:
        return {"accumulates": chance.choice(PERIODS), "since": "enrolment"}
    lengths = SHORT if chance.random() < 0.2 else ("transaction", *PERIODS)
    return {} if chance.random() < 0.3 else {"accumulates": chance.choice(lengths)}


def _some(chance: Random, starts: tuple[Any, ...]) -> list[Any]:
    """The first of the starts and some of the others, in order."""
    return [starts[0], *(each for each in starts[1:] if chance.random() < 0.5)]


def _flat(chance: Random, _: bool) -> dict[str, Any]:
    rate = _rate(chance) if chance.random() < 0.9 else chance.choice(["-6%", "-100%"])
    return {"rate": rate, **_window(chance)}


def _matrix(
    chance: Random, before: list[dict[str, Any]], measure: str, way: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Amounts, parts of a target or rates by two numbers; or factors of another way to pay."""
    kind = chance.choice(["pays", "factors", "share", *(["rates"] if measure in MONEY else [])])
    if kind == "factors":
        return {**(way or _way(chance, measure)), **matrix(chance, before, kind, ("0%", "50%", "1.25"))}
    if kind == "share":
        return {**_window(chance), "target": 5_000, **matrix(chance, before, "pays", ("20%", "110%", "33.3%"))}
    return {**_window(chance), **matrix(chance, before, kind, LUMPS if kind == "pays" else RATES)}


def _by_case(chance: Random, counted: bool) -> dict[str, Any]:
    return {**rates(chance, counted=counted), **_window(chance)}


def _by_ratio(chance: Random, _: bool) -> dict[str, Any]:
    return {**rate_by(chance), **_window(chance)}


def _tier_mode(chance: Random) -> dict[str, Any]:
    tiers = {"tiers": chance.choice(["marginal", "marginal", "whole", "overage_cliff", "previous_cliff"])}
    return {**tiers, **_boundary(chance)}


def _boundary(chance: Random) -> dict[str, Any]:
    return {} if chance.random() < 0.5 else {"boundary": chance.choice(["lower", "upper"])}


def _tiers(chance: Random, _: bool) -> dict[str, Any]:
    rows = [{"from": start, "rate": _rate(chance)} for start in _some(chance, STARTS)]
    return {**_accumulating(chance), **_tier_mode(chance), "brackets": rows}


def _amount_tiers(chance: Random, _: bool) -> dict[str, Any]:
    rates = chance.choice([_rate, _rate, _fee])
    rows = [{"from": start, "rate": rates(chance)} for start in _some(chance, AMOUNTS)]
    return {**_window(chance), **_tier_mode(chance), "brackets": rows}


def _fee(chance: Random) -> str:
    """What brackets take off."""
    return chance.choice(["-6%", "-0.75%", "0%"])


def _target(chance: Random) -> dict[str, Any]:
    """A target of money, or each payee's own, and at times a part of it."""
    weight = {"weight": dated(chance, "40%", "60%")} if chance.random() < 0.4 else {}
    if chance.random() < 0.3:
        return {"targets": "variable_pay", **weight}
    if chance.random() < 0.3:
        return {"target_of": chance.choice(PROMISES), **weight}
    return {"target": dated(chance, chance.choice([12_500, 10_000]), 7_777), **weight}


def _times(chance: Random, _: bool) -> dict[str, Any]:
    rounded = {"rate_decimals": chance.choice([0, 2, 4])} if chance.random() < 0.4 else {}
    common = {**_accumulating(chance), **_target(chance), **rounded}
    if chance.random() < 0.3:
        return {**common, "times": dated(chance, 1, "1.5")}
    rows = [{"from": start, "times": chance.choice([1, "1.5", "0.5", "200%"])} for start in _some(chance, STARTS)]
    return {**common, **_tier_mode(chance), "brackets": rows}


def _shares(chance: Random, _: bool) -> dict[str, Any]:
    rows = [
        {"from": start, "pays": dated(chance, f"{40 * place}%", "77.7%") if place else "0%"}
        for place, start in enumerate(_some(chance, STARTS))
    ]
    return {**_accumulating(chance), **_target(chance), **_boundary(chance), "brackets": rows}


def _points(chance: Random, _: bool) -> dict[str, Any]:
    starts = _some(chance, STARTS)
    at = chance.sample(STARTS[1:], 2) if len(starts) < 2 else starts
    at = sorted(at, key=STARTS.index)
    pays = [dated(chance, f"{50 * place}%", "60%") if place else "0%" for place in range(len(at))]
    ends = {"beyond": chance.choice(["flat", "continue"])}
    if at[0] != "0%" or chance.random() < 0.3:
        ends["below"] = chance.choice(["none", "flat", "continue"])
    rows = [{"at": place, "pays": pay} for place, pay in zip(at, pays, strict=True)]
    return {**_accumulating(chance), **_target(chance), **ends, "points": rows}


def _lumps(chance: Random, counted: bool) -> dict[str, Any]:
    starts = _some(chance, COUNTS if counted else AMOUNTS)
    rows = [
        {"from": start, "lump": dated(chance, LUMPS[place], 333) if place else 0} for place, start in enumerate(starts)
    ]
    return {**_window(chance), **_boundary(chance), "brackets": rows}


def _each(chance: Random, counted: bool) -> dict[str, Any]:
    per = {} if counted and chance.random() < 0.7 else {"per": chance.choice([1_000, 7, "0.5"])}
    if chance.random() < 0.5:
        return {
            "pays": dated(chance, chance.choice([250, "19.99", -300]), 300),
            **_full(chance, per),
            **_window(chance),
        }
    starts = _some(chance, COUNTS if counted else AMOUNTS)
    per = _full(chance, per) if per.get("per") != 7 and not (counted and per.get("per") == 1_000) else per
    rows = [{"from": start, "pays": dated(chance, 100 * place, 55)} for place, start in enumerate(starts)]
    return {**_window(chance), **_tier_mode(chance), **per, "brackets": rows}


def _full(chance: Random, per: dict[str, Any]) -> dict[str, Any]:
    """At times only what is full counts."""
    return {**per, "only_full": True} if per and chance.random() < 0.4 else per


def ways_of_a_share(chance: Random, *, of_money: bool) -> dict[str, Any]:
    """Ways to pay for what has a 100 % of its own, without a quota."""
    way = chance.choice([_times, _points, _shares, *([_flat, _tiers] if of_money else [])])(chance, False)
    return {
        key: value
        for key, value in way.items()
        if key not in ("quota", "accumulates", "since", "for_each", "rate_decimals")
    }


def _of_percent(chance: Random) -> dict[str, Any]:
    """On a result in percent: by itself, without a quota."""
    rows = [{"from": start, "pays": f"{50 * place}%"} for place, start in enumerate(_some(chance, STARTS))]
    return {**_window(chance), "target": 4_000, **_boundary(chance), "brackets": rows}


def _at_zero(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """What a result of exactly 0 pays, where rows that begin there pay as a whole."""
    first = (made.get("brackets") or made.get("points") or [{}])[0]
    pays = first.get("pays")
    share = str(next(iter(pays.values())) if isinstance(pays, dict) else pays).endswith("%")
    begins_at_0 = (first.get("from") if "from" in first else first.get("at")) in (0, "0%")
    if made["measure"] not in RESULTS or not begins_at_0 or not (share or "lump" in first):
        return {}
    return {"at_zero": chance.choice(["nothing", "first_row"])}


def _floor(chance: Random, *, of_deals: bool) -> dict[str, Any]:
    """The least that a deal pays, at times even one that pays nothing."""
    applies = chance.choice([{}, {"applies": "after_split"}, {"applies": "before_split"}])
    return {
        "floor": {
            "amount": dated(chance, chance.choice([50, 1_000, "333.33"]), 400),
            **applies,
            "always": of_deals and chance.random() < 0.3,
        }
    }


def _cap(chance: Random, made: dict[str, Any]) -> dict[str, Any]:
    """The most it pays, for a deal or a window."""
    if chance.random() < 0.7:
        return {}
    height: dict[str, Any] = {"amount": dated(chance, chance.choice([500, 5_000, 20_000]), 1_000)}
    if made.keys() & {"target", "targets", "target_of"} and chance.random() < 0.5:
        height = {"of_target": dated(chance, "150%", "80%")}
    soft = {"then_pays": chance.choice(["50%", "10%"])} if chance.random() < 0.3 else {}
    split = {"applies": chance.choice(["after_split", "before_split"])} if chance.random() < 0.5 else {}
    return {"cap": {**chance.choice([{"per": "window"}, {"per": "deal", **split}]), **height, **soft}}
