"""Components by lot: every way to pay, on a measure that it fits."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

PERIODS = ("month", "quarter", "half", "year")
RATES = ("0%", "5%", "8%", "12.5%", "33.333%", "110%")
STARTS = ("0%", "50%", "80%", "100%", "125%", "200%")
AMOUNTS = (0, 10_000, 25_000, 60_000, 100_000)
COUNTS = (0, 1, 3, 5, 10)
LUMPS = (0, 100, 250, 1_000, 2_500)
MONEY = ("m1", "m2", "plain")


def component(chance: Random, nth: int) -> dict[str, Any]:
    """The nth component of a plan."""
    measure = chance.choice(["m1", "m1", "m2", "plain", "count"])
    kind = chance.choice(["commission", "spiff", "bonus"])
    made: dict[str, Any] = {"id": f"c{nth}", "kind": kind, "measure": measure}
    return {**made, **_way(chance, counted=measure == "count")}


def _way(chance: Random, *, counted: bool) -> dict[str, Any]:
    if counted:
        return chance.choice([_each, _lumps])(chance, counted)
    return chance.choice([_flat, _tiers, _tiers, _amount_tiers, _times, _points, _shares, _lumps, _each])(
        chance, counted
    )


def dated(chance: Random, value: Any, other: Any) -> Any:
    """A value, which at times is another one from some day on."""
    if chance.random() < 0.75:
        return value
    return {date(2020, 1, 1): value, chance.choice([date(2026, 7, 1), date(2026, 9, 13)]): other}


def _rate(chance: Random) -> Any:
    return dated(chance, chance.choice(RATES), chance.choice(RATES))


def _accumulating(chance: Random) -> dict[str, Any]:
    return {"quota": chance.choice(["sales", "sales", "team"]), "accumulates": chance.choice(PERIODS)}


def _window(chance: Random) -> dict[str, Any]:
    return {} if chance.random() < 0.3 else {"accumulates": chance.choice(("transaction", *PERIODS))}


def _some(chance: Random, starts: tuple[Any, ...]) -> list[Any]:
    """The first of the starts and some of the others, in order."""
    return [starts[0], *(each for each in starts[1:] if chance.random() < 0.5)]


def _flat(chance: Random, _: bool) -> dict[str, Any]:
    return {"rate": _rate(chance), **_window(chance)}


def _tier_mode(chance: Random) -> dict[str, Any]:
    tiers = {"tiers": chance.choice(["marginal", "marginal", "whole", "overage_cliff", "previous_cliff"])}
    return {**tiers, **_boundary(chance)}


def _boundary(chance: Random) -> dict[str, Any]:
    return {} if chance.random() < 0.5 else {"boundary": chance.choice(["lower", "upper"])}


def _tiers(chance: Random, _: bool) -> dict[str, Any]:
    rows = [{"from": start, "rate": _rate(chance)} for start in _some(chance, STARTS)]
    return {**_accumulating(chance), **_tier_mode(chance), "brackets": rows}


def _amount_tiers(chance: Random, _: bool) -> dict[str, Any]:
    rows = [{"from": start, "rate": _rate(chance)} for start in _some(chance, AMOUNTS)]
    return {**_window(chance), **_tier_mode(chance), "brackets": rows}


def _target(chance: Random) -> dict[str, Any]:
    """A target of money, or each payee's own, and at times a part of it."""
    weight = {"weight": dated(chance, "40%", "60%")} if chance.random() < 0.4 else {}
    if chance.random() < 0.3:
        return {"targets": "variable_pay", **weight}
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
        {"from": start, "pays": dated(chance, f"{40 * place}%", "77.7%")}
        for place, start in enumerate(_some(chance, STARTS))
    ]
    return {**_accumulating(chance), **_target(chance), **_boundary(chance), "brackets": rows}


def _points(chance: Random, _: bool) -> dict[str, Any]:
    starts = _some(chance, STARTS)
    at = chance.sample(STARTS[1:], 2) if len(starts) < 2 else starts
    at = sorted(at, key=STARTS.index)
    pays = [dated(chance, f"{50 * place}%", "60%") for place in range(len(at))]
    ends = {"beyond": chance.choice(["flat", "continue"])}
    if at[0] != "0%" or chance.random() < 0.3:
        ends["below"] = chance.choice(["none", "flat", "continue"])
    rows = [{"at": place, "pays": pay} for place, pay in zip(at, pays, strict=True)]
    return {**_accumulating(chance), **_target(chance), **ends, "points": rows}


def _lumps(chance: Random, counted: bool) -> dict[str, Any]:
    starts = _some(chance, COUNTS if counted else AMOUNTS)
    rows = [{"from": start, "lump": dated(chance, LUMPS[place], 333)} for place, start in enumerate(starts)]
    return {**_window(chance), **_boundary(chance), "brackets": rows}


def _each(chance: Random, counted: bool) -> dict[str, Any]:
    per = {} if counted and chance.random() < 0.7 else {"per": chance.choice([1_000, 7, "0.5"])}
    if chance.random() < 0.5:
        return {"pays": dated(chance, chance.choice([250, "19.99"]), 300), **per, **_window(chance)}
    starts = _some(chance, COUNTS if counted else AMOUNTS)
    rows = [{"from": start, "pays": dated(chance, 100 * place, 55)} for place, start in enumerate(starts)]
    return {**_window(chance), **_tier_mode(chance), **per, "brackets": rows}
