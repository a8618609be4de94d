"""Sentences on gates, multipliers and cases: what they looked at, what they found, what that did to the payout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.documents.curves.cases import Case, RateCase
from engine.documents.curves.gauge import Gate, Gauge, Multiplier
from engine.documents.curves.ranked import Ranked
from engine.documents.curves.rate_by import RateBy
from engine.documents.measures.measure import Measure
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.payees.curves.factors import NOWHERE
from engine.payees.curves.unpaid import WITHOUT_QUOTA
from engine.payees.paying.alternatives import BEATEN_BY
from engine.telling.conditions_told import BOUNDS, condition
from engine.telling.facts import APART
from engine.telling.settled import titles_of
from engine.telling.wording import attainment, money, number, percent, pieces, roughly

Row = Mapping[str, Any]


def told_of_gauges(known: Row, plan: Plan) -> str:
    """What the gates and multipliers of a line's component did, from the line's facts; nothing where there are none."""
    component = next(part for part in plan.components if part.id == known["component"])
    gauges, found = component.gauges(), [one for one in known["factors"] if not one.keys() & APART]
    axes = len(component.matrix.axes) if component.matrix is not None else 0
    single = len(gauges) - axes
    then = "with this deal" if component.to_date is None else "when the window was over"
    told = [_told(gauge, what, then, plan) for gauge, what in zip(gauges[:single], found, strict=False)]
    first, last = len(component.needed), len(component.needed) + len(component.enough)
    if last > first and all(what["factor"] != "0" for what in found[first:last]):
        told[first:last] = [_one_is_enough(gauges[first:last], found[first:last], then, plan)]
    if axes:
        told.append(_cell(gauges[single:], found[single : len(gauges)], then, plan))
    told += [_case(cases, what) for cases, what in zip(component.tables, found[len(gauges) :], strict=False)]
    if component.rate_by is not None:
        told.append(_by_ratio(component.rate_by, found[len(gauges) + len(component.tables)]))
    if component.split_of == "money" and found[-1]["factor"] != "1/1":
        told.append(f"your share of the pay for the whole deal is {percent(Fraction(found[-1]['factor']))}")
    told += [_apart(one, plan) for one in known["factors"][len(found) :]]
    return "".join(f"; {sentence}" for sentence in told)


def _apart(found: Row, plan: Plan) -> str:
    """What pays nothing although its gates are open: of a house account, without quota, or where another is paid."""
    if "house" in found:
        return f"house account {found['house']}: it counts and pays nothing"
    if WITHOUT_QUOTA in found:
        return f"the quota of {found[WITHOUT_QUOTA]} is 0: it counts and pays nothing"
    mine, theirs = (money(found[name], plan.currency) for name in ("mine", "theirs"))
    more = "greater" if found["theirs"] > found["mine"] else "lesser" if found["theirs"] < found["mine"] else "first"
    return f"{called(found[BEATEN_BY], plan)} is paid in its place: of {mine} and {theirs} the {more} counts"


def _told(gauge: Gate | Multiplier, found: Row, then: str, plan: Plan) -> str:
    if found["value"] is None:
        kept = gauge.measure is not None and plan.measures[gauge.measure].retention is not None
        what = "rate" if kept else "result"
        return f"gate closed, so nothing is paid: there is no {what} of {subject_of(gauge, plan)} yet"
    if isinstance(gauge, Multiplier) and "began" in found:
        return _told_in_parts(gauge, found, plan)
    value = f"{read_off(gauge, found['value'], found['quota'], plan)}{_now(gauge, found, then)}"
    if isinstance(gauge, Multiplier):
        factor, where = Fraction(found["factor"]), _where(gauge, found, plan)
        return f"multiplied by {roughly(factor)}, because {value} ({where})"
    needed = bounds(gauge, plan)
    if found["factor"] != "0":
        opened = f", reached on {found['since']}" if found["since"] is not None else ""
        return f"gate open: {value} ({needed}{opened})"
    return f"gate closed, so nothing is paid: {value}, and {needed} is needed"


def _told_in_parts(multiplier: Multiplier, found: Row, plan: Plan) -> str:
    """What a deal was multiplied by that was divided at the brackets: where it began, and how much lay in each."""
    began, value = (read_off(multiplier, found[name], found["quota"], plan) for name in ("began", "value"))
    subject, _, reached = value.rpartition(" was ")
    way = f"{subject} went from {began.rpartition(' was ')[2]} to {reached} with this deal"
    of = found["quota"] if multiplier.in_shares else 1
    ends = [Fraction(found[name], max(of or 1, 1)) for name in ("began", "value")]
    parts = [
        f"{roughly(part)} of it by {percent(bracket.factor)}"
        for bracket, part in zip(multiplier.brackets, multiplier.parts(*ends), strict=True)
        if part
    ]
    return f"multiplied by {roughly(Fraction(found['factor']))}, because {way} ({', '.join(parts)})"


def _now(gauge: Gauge, found: Row, then: str) -> str:
    """Which state that was; of no place yet there is none."""
    return "" if gauge.ranked is not None and found["value"] >= NOWHERE else f" {_when(gauge, then)}"


def _when(gauge: Gauge, then: str) -> str:
    """Which state of the window was looked at; `then` is that of the deal."""
    return {"window": "as of now", "deal": then, "before_deal": "before this deal"}[gauge.judged]


def _one_is_enough(gates: Sequence[Gauge], found: Sequence[Row], then: str, plan: Plan) -> str:
    """What each of several gates saw, of which one is open."""
    seen = []
    for gate, what in zip(gates, found, strict=True):
        when = _when(gate, then)
        if what["value"] is not None:
            seen.append(f"{read_off(gate, what['value'], what['quota'], plan)} {when} ({bounds(gate, plan)})")
    return f"one of these gates is open, which is enough: {', '.join(seen)}"


def bounds(gate: Gauge, plan: Plan) -> str:
    """Between which numbers a gate is open, in words."""
    every = {str(name): bound for (name, *_), bound in gate.thresholds()}
    if gate.ranked is not None and gate.ranked.counted_as == "place" and every.keys() == {"max"}:
        last = pieces(every["max"])
        return f"place {last}" if last == "1" else f"a place up to {last}"
    return " and ".join(f"{BOUNDS[name]} {threshold(gate, bound, plan)}" for name, bound in every.items())


def _cell(axes: Sequence[Gate | Multiplier], found: Sequence[Row], then: str, plan: Plan) -> str:
    """Which row and column of a matrix were reached, and by what."""
    said = []
    for name, axis, what in zip(("row", "column"), axes, found, strict=True):
        if isinstance(axis, Multiplier):
            when = _when(axis, then)
            value = read_off(axis, what["value"], what["quota"], plan)
            said.append(f"{name} {_where(axis, what, plan)}, because {value} {when}")
    return "; ".join(said)


def _case(cases: Sequence[Case], found: Row) -> str:
    """Which case decided; the rate itself stands in the product."""
    case = cases[found["value"]]
    why = condition(case.when) if case.when is not None else "no other case fits"
    if isinstance(case, RateCase):
        return f"the rate is that for {why}" if case.when is not None else f"the rate is that for all others: {why}"
    return f"multiplied by {percent(Fraction(found['factor']))}, because {why}"


def _by_ratio(by: RateBy, found: Row) -> str:
    """Which percentage of the deal made the rate, and between which points it lies."""
    ratio = Fraction(found["value"], found["quota"])
    around = [max(point.at for point in by.points if point.at <= ratio)] if ratio >= by.points[0].at else []
    around += [min(point.at for point in by.points if point.at >= ratio)] if ratio <= by.points[-1].at else []
    where = f"between {' and '.join(map(percent, around))}" if len(around) > 1 else f"beyond {percent(around[0])}"
    name = by.deal.removesuffix("_percent")
    return f"the rate is {number(Fraction(found['factor']) * 100)} % for a {name} of {roughly(ratio)}, {where}"


def read_off(gauge: Gauge, value: int, quota: int | None, plan: Plan) -> str:
    """What was looked at and what it was."""
    subject = subject_of(gauge, plan)
    subject = f"{subject}{_windows(gauge)}"
    if gauge.measure is not None and plan.measures[gauge.measure].across is not None:
        subject = f"{subject} of everybody together"
    if gauge.ranked is not None:
        return _ranked(gauge, gauge.ranked, value, quota, plan)
    if gauge.measure is not None and plan.measures[gauge.measure].retention is not None:
        return f"{subject} was {roughly(Fraction(value, quota))}" if quota else f"there is no rate of {subject} yet"
    if gauge.in_percent(plan.measures):
        return f"{subject} was {attainment(value, quota) if quota else percent(Fraction(value, MICROS))}"
    return f"{subject} was {_amount(gauge, value, plan)}"


def _least(gauge: Gauge, least: Fraction | int, plan: Plan) -> str:
    """What takes part in a ranking."""
    return threshold(gauge.model_copy(update={"ranked": None}), least, plan)


def _windows(gauge: Gauge) -> str:
    """Which windows are added up, where several are."""
    if gauge.looks_back is None:
        return ""
    before = " before" if gauge.ending == "before" else ""
    if gauge.trailing == 1:
        return " of the window before"
    return f" of {gauge.trailing} windows{before}" if gauge.trailing else f" of the {gauge.to_date} to date{before}"


def subject_of(gauge: Gauge, plan: Plan) -> str | None:
    """What a gauge looks at, as people call it."""
    if gauge.payout_of:
        return f"payout of {called(gauge.payout_of, plan)}"
    return f"attainment of {called(gauge.attainment_of, plan)}" if gauge.attainment_of else gauge.measure


def called(component: str, plan: Plan) -> str:
    """What statements call a component."""
    return titles_of(plan).get(component) or component


def _ranked(gauge: Gauge, ranked: Ranked, value: int, quota: int | None, plan: Plan) -> str:
    """Where the payee stands."""
    if value >= NOWHERE:
        to_whom = f" for who came to {_least(gauge, ranked.least, plan)}" if ranked.least is not None else ""
        return f"no place by {gauge.measure} yet, which is known{to_whom} once the time is over"
    if ranked.counted_as == "place":
        shared = f", shared by {quota}" if ranked.ties == "shared" and (quota or 1) > 1 else ""
        return f"place by {gauge.measure} is {pieces(value)}{shared}"
    return f"{pieces(value)} of {pieces(quota or 0)} stand before you by {gauge.measure}"


def _where(multiplier: Multiplier, found: Row, plan: Plan) -> str:
    """From which bracket on, or between which points."""
    if multiplier.brackets:
        place = "place " if multiplier.ranked is not None and multiplier.ranked.counted_as == "place" else ""
        return f"from {place}{_start(multiplier, found, plan)}"
    starts = [point.at for point in multiplier.points]
    passed = [at for at in starts if _reaches(found["value"], found["quota"], at)]
    if not passed or len(passed) == len(starts):
        name, end = ("beyond", starts[-1]) if passed else ("below", starts[0])
        return f"{name} {threshold(multiplier, end, plan)}"
    following = starts[len(passed)]
    return f"between {threshold(multiplier, passed[-1], plan)} and {threshold(multiplier, following, plan)}"


def _start(multiplier: Multiplier, found: Row, plan: Plan) -> str:
    """Where the bracket that was reached begins."""
    value, quota = found["value"], found["quota"]
    reached = [bracket.since for bracket in multiplier.brackets if _reaches(value, quota, bracket.since)]
    return threshold(multiplier, max(reached, default=multiplier.brackets[0].since), plan)


def _reaches(value: int, quota: int | None, since: Fraction | int) -> bool:
    return value >= (since * (quota or 1) if isinstance(since, Fraction) else since)


def threshold(gauge: Gauge, bound: Fraction | int, plan: Plan) -> str:
    """A bound as the plan writes it."""
    return percent(bound) if isinstance(bound, Fraction) else _amount(gauge, bound, plan)


def _amount(gauge: Gauge, value: int, plan: Plan) -> str:
    """Money of the plan, or a number."""
    measure: Measure | None = plan.measures.get(gauge.measure or "")
    is_money = gauge.ranked is None and (measure is None or measure.unit == "amount")
    return money(value, plan.currency) if is_money else pieces(value)
