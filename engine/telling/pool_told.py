"""A part in a bonus pool: its facts, computed again from them, and its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from engine.documents.plans.bonus_pool import BonusPool, PoolGate
from engine.documents.plans.plan import Plan
from engine.payees.curves.factors import found_by
from engine.telling.wording import attainment, money, percent, pieces, roughly

Row = Mapping[str, Any]


def pool_facts(line: Row, plan: Plan) -> dict[str, Any]:
    """What a pool's line holds beside the facts of every settled line."""
    (found,) = found_by(line["factors"])
    pool = next(one for one in plan.bonus_pools if one.id == line["component"])
    rate = pool.share.at(line["dated_on"]) if pool.share is not None else None
    return {
        **found,
        "closed": _gate(found["closed"], pool.only_if, plan),
        "lacks": _gate(found["lacks"], pool.members_need, plan),
        "sized": _sized(found.get("multiplied"), pool, plan),
        "amount": pool.amount.at(line["dated_on"]) if pool.amount is not None else None,
        "rate": str(rate) if rate is not None else None,
        "above": pool.above.at(line["dated_on"]) if pool.above is not None else None,
        "divided_by": pool.divided_by,
        "by": pool.by,
        "by_unit": plan.measures[pool.by].unit if pool.by is not None else None,
    }


def _gate(found: Row | None, gates: Sequence[PoolGate], plan: Plan) -> dict[str, Any] | None:
    """A closed gate with what it asks for."""
    if found is None:
        return None
    gate = gates[found["gate"]]
    unit, of_quota = plan.measures[gate.measure].unit, isinstance(gate.min, Fraction)
    return {**found, "measure": gate.measure, "unit": unit, "min": str(gate.min), "of_quota": of_quota}


def _sized(found: Row | None, pool: BonusPool, plan: Plan) -> dict[str, Any] | None:
    """What multiplied the pool, with what everybody together came to."""
    if found is None or pool.multiplied_by is None:
        return None
    measure = pool.multiplied_by.measure
    of_quota = pool.multiplied_by.quota is not None
    return {**found, "measure": measure, "unit": plan.measures[measure].unit, "of_quota": of_quota}


def part_again(known: Row) -> int:
    """The amount from the facts: the exact part in whole units, and the odd one that fell to it."""
    exact = known["base_micros"] // known["unit"] * Fraction(known["share"])
    return int(floor(exact) * known["unit"] + known["odd"])


def told_of_pool(known: Row, _: str) -> str:
    """How much the pool was, and which part of it."""
    window, paid = known["window"], money(known["base_micros"], known["currency"])
    if known["closed"] is not None:
        return f"The pool of {window} stays empty: together you came to {_short(known['closed'], known)}"
    if known["lacks"] is not None:
        return f"You have no part in the pool of {window}: you came to {_short(known['lacks'], known)}"
    if known["counted"] is not None:
        counted = money(known["counted"], known["currency"])
        if known["above"] is not None:
            counted = f"what {counted} is above {money(known['above'], known['currency'])}"
        paid = f"{percent(Fraction(known['rate']))} of {counted}{_times(known)} = {paid}"
    elif known["sized"] is not None:
        paid = f"{money(known['amount'], known['currency'])}{_times(known)} = {paid}"
    odd = ", with the odd unit that was left" if known["odd"] else ""
    amount = money(known["amount_micros"], known["currency"])
    return f"The pool of {window} is {paid}; your part is {_part(known)}: {amount}{odd}"


def _times(known: Row) -> str:
    """The factor of the pool, and why."""
    if known["sized"] is None:
        return ""
    sized, factor = known["sized"], roughly(Fraction(known["sized"]["factor"]))
    return f" x {factor} (together you came to {_reached(sized, known)} by {sized['measure']})"


def _reached(of: Row, known: Row) -> str:
    """What everybody together came to: a share of the quota, or a sum."""
    if not of["of_quota"]:
        return _worth(of["value"], of["unit"], known)
    return f"{attainment(of['value'], of['quota']) if of['quota'] else '0 %'} of the quota"


def _part(known: Row) -> str:
    """Which part, and by what."""
    mine, whole, members = known["before_micros"], known["after_micros"], known["members"]
    among = f"of {members} member{'' if members == 1 else 's'}"
    if known["divided_by"] == "headcount":
        return f"{known['share']}, one {among}"
    if known["divided_by"] == "days":
        return f"{mine} of {whole} days {among}"
    if known["divided_by"] == "attainment":
        return f"{roughly(Fraction(known['share']))} of it, by attainment {among}"
    worths = (_worth(value, known["by_unit"], known) for value in (mine, whole))
    return f"{' of '.join(worths)} of {known['by']} {among}"


def _short(gate: Row, known: Row) -> str:
    """What was reached and what is needed."""
    least = Fraction(gate["min"])
    if gate["of_quota"]:
        return f"{_reached(gate, known)} by {gate['measure']}, and {percent(least)} is needed"
    value, needed = (_worth(number, gate["unit"], known) for number in (gate["value"], least))
    return f"{value} by {gate['measure']}, and {needed} is needed"


def _worth(micros: Fraction | int, unit: str, known: Row) -> str:
    return money(micros, known["currency"]) if unit == "amount" else pieces(micros)
