"""Sentences on what a given pay would take: the least that is enough, what it depends on, or why nothing is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from engine.documents.curves.gauge import Gate, Multiplier
from engine.payees.paying.alternatives import BEATEN_BY
from engine.telling.conditions_told import condition
from engine.telling.further import Further
from engine.telling.gauges_told import bounds, called, read_off
from engine.telling.outlook import of_whom
from engine.telling.wording import money, multiple

OF_SETTLED = {
    "draw_advance": "It fills your pay up to the draw: who earns more is advanced less.",
    "draw_recovery": "It takes back what was advanced: nothing that is achieved makes it more.",
    "pool": "It is a part of what is divided among several people: what the others come to decides, too.",
    "cap": "It takes off what is above the cap: nothing that is achieved makes it more.",
    "clawback": "It takes back what a deal was paid: nothing that is achieved makes it more.",
    "adjustment": "It was added by hand: nothing that is achieved makes it more.",
    "floor": "It tops deals up to the least that they pay: nothing that is achieved makes it more.",
}
"""Why nothing can be said of kinds of lines that are made from other lines."""
RESIDUAL = "It pays each deal again month by month: a further deal adds to the months in which it is paid itself."
MADE_UP = "What earlier windows lack has to be made up first, and is not paid: what it takes is not known."


def how_to_earn(goal: int, further: Further, window: str) -> str:
    """Such as `53,333.34 USD more in FY2027 brings its pay from 9,000.00 USD to 15,000.00 USD.`, as a sentence."""
    now, wanted = (money(micros, further.at.plan.currency) for micros in (further.earned, goal))
    if further.earned >= goal:
        return f"It pays {now} in {window}{_before(further)}, no less than {wanted}, already."
    if further.without_quota:
        return f"Its quota in {window} is 0: whatever is achieved there counts, and pays nothing."
    if further.by_size:
        cases = " or ".join(condition(when) for when in further.by_size)
        return f"It pays a deal by its own size ({cases}): by what a further one would be paid is not known."
    beaten = further.beaten_by
    if beaten is not None:
        other = called(beaten[BEATEN_BY], further.at.plan)
        if beaten["theirs"] < beaten["mine"]:
            return f"{other} is paid in its place, because it comes to less: more of this changes nothing."
        return (
            f"{other} is paid in its place. {_capital(_said(_to_be_chosen(goal, further, beaten), further, window))}."
        )
    if further.closed:
        return _once_open(goal, further, window)
    return f"{_capital(_said(goal, further, window))}."


def _said(goal: int, further: Further, window: str) -> str:
    """What it takes, or how much it pays at most; and what this rests on."""
    now, wanted = (money(micros, further.at.plan.currency) for micros in (further.pays(0), goal))
    rests = "".join(f", {each}" for each in _rests_on(further)) + _before(further)
    more = further.least(goal)
    if more is None and further.at.lowest is not None and (less := further.least(goal, sign=-1)) is not None:
        more = -less
    if more is None:
        most = f"it pays {money(further.most(), further.at.plan.currency)} at most"
        with_one = f" with one more {_one(further)}" if further.anew else ""
        if rests:
            return f"{rests[2:]}, {most} in {window}{with_one}, and not {wanted}"
        what = f"single further {_one(further)}" if further.anew else "achievement"
        return f"no {what} in {window} brings its pay from {now} to {wanted}: {most}{with_one}"
    if not more:
        return f"it pays {now} in {window}, no less than {wanted}{rests}"
    what = f"{further.at.further(abs(more))} {'more' if more > 0 else 'less'}{of_whom(further.at)}"
    what = f"a further {_one(further)} of {further.at.further(more)}" if further.anew else what
    paid = further.pays(more)
    to = wanted if paid == goal else f"{money(paid, further.at.plan.currency)}, no less than {wanted}"
    return f"{what} in {window} brings its pay from {now} to {to}{rests}"


def _one(further: Further) -> str:
    """What is paid by itself."""
    return "deal" if further.at.plan.measures[further.part.measure].imported is None else "result"


def _before(further: Further) -> str:
    """What its lines were taken back, or given, beside what is achieved."""
    amount = money(abs(further.beside), further.at.plan.currency)
    what = f"before {amount} that was taken back" if further.beside < 0 else f"beside {amount} that was added"
    return f", {what}" if further.beside else ""


def _once_open(goal: int, further: Further, window: str) -> str:
    """What it takes, beside that a gate opens that does not open by it."""
    gauges = further.part.gauges()
    shut = [_shut(gauges[nth], further, nth) for nth in further.closed]
    either = len(further.part.enough) > 0 and further.closed[-1] >= len(further.part.needed)
    told = (" or " if either else " and ").join(shut)
    opened = replace(further, opened=True)
    then = _said(goal, opened, window)
    return f"It pays nothing as long as its gate is closed: {told}. Once it is open: {then}."


def _shut(gauge: Gate | Multiplier, further: Further, nth: int) -> str:
    """What a closed gate saw, and what it needs."""
    found, plan = further.found[nth], further.at.plan
    if found["value"] is None:
        return f"there is nothing of {gauge.measure} yet, and {bounds(gauge, plan)} is needed"
    return f"{read_off(gauge, found['value'], found['quota'], plan)}, and {bounds(gauge, plan)} is needed"


def _to_be_chosen(goal: int, further: Further, beaten: Mapping[str, Any]) -> int:
    """What it has to come to, to be paid in place of the other one, too; of equals the first that is written is."""
    names = next(choice.names for choice in further.at.plan.alternatives if further.part.id in choice.names)
    is_first = names.index(further.part.id) < names.index(beaten[BEATEN_BY])
    return max(goal, int(beaten["theirs"]) + (0 if is_first else further.at.plan.unit_micros))


def _capital(said: str) -> str:
    return f"{said[0].upper()}{said[1:]}"


def _rests_on(further: Further) -> Iterator[str]:
    """What has to stay as it is."""
    part, plan = further.part, further.at.plan
    axes = [nth for nth, _ in enumerate(part.gauges())][-2:] if part.matrix is not None else []
    for nth, gauge in enumerate(part.gauges()):
        if isinstance(gauge, Multiplier) and nth not in further.movers and nth not in axes:
            found = further.found[nth]
            why = read_off(gauge, found["value"], found["quota"], plan)
            yield f"as long as it is multiplied by {multiple(Fraction(found['factor']))} ({why})"
    fixed = [name for nth, name in zip(axes, ("row", "column"), strict=False) if nth not in further.movers]
    if fixed:
        yield f"in the same {' and '.join(fixed)} of the matrix"
    if part.tables or part.rate_by is not None:
        yield "if it is paid as the last deal was"
    if part.split_of == "money":
        yield f"with a share of {multiple(Fraction(further.found[-1]['factor']))} in the deal"
    if part.to_date is None and any(mover.judged != "window" for mover in further.movers.values()):
        yield "in one deal"
    if part.cap is not None and part.cap.per == "deal" and not further.anew:
        yield "in deals of which none exceeds its cap"
    yield from _beside(further)


def _beside(further: Further) -> Iterator[str]:
    """What else of the plan decides."""
    part, plan = further.part, further.at.plan
    for choice in plan.alternatives:
        if part.id in choice.names:
            others = " and ".join(called(name, plan) for name in choice.names if name != part.id)
            yield f"as long as {others} {'comes to no more' if choice.greatest else 'comes to no less'}"
    for cap in plan.caps:
        if cap.covers(part.id):
            yield f"before {cap.title or cap.id}"
