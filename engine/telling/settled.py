"""Facts and sentences of lines without a credit, such as clawbacks, draws and caps (DESIGN 5.7, 5.14, 5.16).

They are on no payout curve. What they need is on the line: what was earned, what had been settled before and is after.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from engine.documents.company.events import CAUSES, LATE
from engine.documents.plans.plan import Plan
from engine.money import Rounding, round_ratio
from engine.payees.curves.curve import Limit
from engine.payees.paying.plan_caps import cut
from engine.telling.pool_told import part_again, pool_facts, told_of_pool
from engine.telling.wording import counted, money, percent

SETTLED = ("clawback", "draw_advance", "draw_recovery", "cap", "floor", "pool", "adjustment")
"""Kinds of lines that are made from other lines, not from credits."""

OF_THE_LINE = (
    *("kind", "part", "deal_id", "window", "base_micros", "before_micros", "after_micros", "quota_micros"),
    *("limit_micros", "share", "amount_micros", "currency"),
)


def settled_facts(line: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """What the line (a row of `Lines`) was computed from; `settled_again` makes the amount from it."""
    titles = titles_of(plan)
    known = {
        "plan": plan.plan,
        "plan_version": plan.version,
        "document": plan.document,
        "component": line["component"],
        "title": titles.get(line["component"]) or line["component"],
        "dated_on": line["dated_on"].isoformat(),
        "rated_on": line["rated_on"].isoformat(),
        **{name: line[name] for name in OF_THE_LINE},
        "unit": plan.unit_micros,
        "rounding": plan.rounding,
    }
    if line["kind"] == "cap":
        cap = next(cap for cap in plan.caps if cap.id == line["component"])
        covers = [titles.get(part.id) or part.id for part in plan.components if cap.covers(part.id)]
        return {**known, "covers": covers, "at_least": cap.at_least, "carries": cap.then == "carry"}
    if line["kind"] == "pool":
        return {**known, **pool_facts(line, plan)}
    if line["kind"] != "clawback":
        return known
    cause, days = _cause(line), (line["dated_on"] - line["rated_on"]).days
    of = plan.clawback.of if plan.clawback else "earned"
    return {**known, "cause": cause, "days": days, "limit": _limit(plan, cause), "of": of}


def titles_of(plan: Plan) -> dict[str, str]:
    """What statements call what lines are of, by its id."""
    titles = {part.id: part.title for part in plan.components} | {cap.id: cap.title for cap in plan.caps}
    return titles | {pool.id: pool.title for pool in plan.bonus_pools}


def settled_again(known: Mapping[str, Any]) -> int:
    """The amount of a settled line from its facts alone."""
    base: int = known["base_micros"]
    before: int = known["before_micros"]
    if known["kind"] == "cap":
        height, after = known["limit_micros"], int(known["after_micros"])
        limit = None if height is None else Limit(Fraction(height), Fraction(known["share"]))
        taken = [cut(total, limit, known["unit"], known["at_least"]) for total in (before, after)]
        return taken[0] - taken[1] + after - before - base
    if known["kind"] == "pool":
        return part_again(known)
    if known["kind"] == "adjustment":
        return base
    if known["kind"] == "floor":
        return int(known["after_micros"]) - base
    if known["kind"] == "draw_advance":
        wanted, most = int(known["quota_micros"]) - (base if known["share"] is None else 0), known["limit_micros"]
        return wanted if most is None else min(wanted, most - before)
    if known["kind"] == "draw_recovery":
        return -min(before, _rounded((base - known["quota_micros"]) * Fraction(known["share"]), known, "down"))
    return before - _rounded(base * Fraction(known["share"]), known, known["rounding"])


def _rounded(exact: Fraction, known: Mapping[str, Any], mode: Rounding) -> int:
    return round_ratio(exact.numerator, exact.denominator, known["unit"], mode)


def settled_sentence(known: Mapping[str, Any], deal: str) -> str:
    """Why a settled line is what it is; `deal` is what people call the deal of a clawback."""
    say = {"clawback": _taken_back, "draw_advance": _advanced, "draw_recovery": _recovered}
    say |= {"cap": _cut, "floor": _topped_up, "pool": told_of_pool}
    return say[known["kind"]](known, deal)


def _taken_back(known: Mapping[str, Any], deal: str) -> str:
    """What a clawback takes back, and why; or what a late payment gives back."""
    if known["cause"] == LATE:
        taken, left, amount = _money(known, "before", "after", "amount")
        return (
            f"{deal} was paid on {known['dated_on']}: of the {taken} taken back, {amount} is given back; {left} stays"
        )
    share, earned, taken, amount = Fraction(known["share"]), *_money(known, "base", "before", "amount")
    days = counted(known["days"], "day")
    when = f"was {known['cause']} on {known['dated_on']}, {days} after it closed on {known['rated_on']}"
    soon = f"within the {known['limit']} of the plan"
    of = "what it earned" if known["of"] == "earned" else "what it had paid by then"
    part = of if share == 1 else f"{_share(share)} of {of}"
    taken_by = "taken before" if known["of"] == "earned" else "of the causes before"
    before = f" less the {taken} {taken_by}" if known["before_micros"] else ""
    return f"{deal} {when} and {soon}: {part}, {earned}, is taken back{before}: {amount}"


def _advanced(known: Mapping[str, Any], _: str) -> str:
    """What was paid above the earnings, and whether it is owed."""
    earned, drawn, amount, owed = _money(known, "base", "quota", "amount", "after")
    on_top = known["share"] is not None
    said = f"In {known['window']} you earned {earned}, {'and' if on_top else 'less than'} your draw of {drawn}"
    said += " is paid on top" if on_top else ""
    if known["after_micros"] == known["before_micros"]:
        return f"{said}: {amount} is added, and yours to keep"
    full = known["limit_micros"] is not None and known["after_micros"] >= known["limit_micros"]
    return (
        f"{said}: {amount} is advanced, and {owed} of advances is open now{', the most there may be' if full else ''}"
    )


def _recovered(known: Mapping[str, Any], _: str) -> str:
    """What later earnings paid back."""
    known = {**known, "amount_micros": -known["amount_micros"]}
    earned, drawn, amount, open_, rest = _money(known, "base", "quota", "amount", "before", "after")
    above = f", more than your draw of {drawn}" if known["quota_micros"] else ""
    share = Fraction(known["share"])
    most = f" (at most {_share(share)} of what is above in a period)" if share != 1 else ""
    said = f"In {known['window']} you earned {earned}{above}"
    return f"{said}: of the {open_} advanced and still open, {amount} is recovered{most}; {rest} stays open"


def _cut(known: Mapping[str, Any], _: str) -> str:
    """What a cap over several components takes off, or gives back once there is room."""
    if known["carries"] or known["at_least"] is not None:
        return _carried(known)
    paid, height, amount = _money(known, "after", "limit", "amount")
    names, share = " and ".join(known["covers"]), Fraction(known["share"])
    said = f"In {known['window']} {names} come to {paid}"
    if known["after_micros"] <= known["limit_micros"]:
        return f"{said} now, within the cap of {height}: {amount} comes back"
    rest = f", but for {_share(share)} of it," if share else ""
    before = " less what was taken off before" if known["before_micros"] > known["limit_micros"] else ""
    return f"{said}, more than the cap of {height}: what is above{rest} is taken off{before}: {amount}"


def _carried(known: Mapping[str, Any]) -> str:
    """What a cap or a least payment leaves to later periods, and what it pays of earlier ones."""
    come, amount = _money(known, "after", "amount")
    into = known["after_micros"] - known["before_micros"] - known["base_micros"]
    carried = f", {money(into, known['currency'])} of it carried into the period" if into else ""
    said = f"In {known['window']} {' and '.join(known['covers'])} come to {come}{carried}"
    then = "carried into the next period" if known["carries"] else "not paid"
    least, height = known["at_least"], known["limit_micros"]
    if least is not None and 0 < known["after_micros"] < least:
        said += f", less than the {money(least, known['currency'])} that is paid at least"
        return f"{said}: all of it is {then}: {amount}"
    if height is not None and known["after_micros"] > height:
        return f"{said}, more than the cap of {money(height, known['currency'])}: what is above is {then}: {amount}"
    return f"{said}, which is paid now: {amount}"


def _topped_up(known: Mapping[str, Any], deal: str) -> str:
    """What tops a deal up to the floor."""
    earned, least, amount = _money(known, "base", "after", "amount")
    return f"{deal} earned {earned}, less than the {least} that a deal pays at least: {amount} is added"


def _money(known: Mapping[str, Any], *names: str) -> list[str]:
    return [money(known[f"{name}_micros"], known["currency"]) for name in names]


def _cause(line: Mapping[str, Any]) -> str:
    """The cause of a clawback, as the part of its key says it."""
    return next(
        (word for word in line["part"].partition("clawback")[2].split() if word in (*CAUSES, LATE)), "cancelled"
    )


def _limit(plan: Plan, cause: str) -> str:
    """How long the plan takes back, such as `90 days`."""
    within = getattr(plan.clawback.when, cause, None) if plan.clawback else None
    if within is None:
        return ""
    days, months = within.within_days, within.within_months
    return counted(days, "day") if days is not None else counted(months, "month")


def _share(share: Fraction) -> str:
    """`50 %`, or `2/3` where decimals do not end."""
    return percent(share) if "/" not in percent(share) else str(share)
