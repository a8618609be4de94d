"""Gates and multipliers: numbers of the payee that decide whether and how much a component pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.documents.curves.factors import Factors
from engine.documents.curves.gauge import Gate, Gauge, Multiplier
from engine.documents.curves.matrix import Axis
from engine.documents.plans.component import Component
from tests.reference.across import whose
from tests.reference.calendar import Span, span_of
from tests.reference.carried import bounded
from tests.reference.curve import MissingQuotaError
from tests.reference.entries import Entry
from tests.reference.money import WHOLE
from tests.reference.participants import Participant
from tests.reference.quotas import straddles
from tests.reference.ranking import UnknownPlaceError, equals_of, place
from tests.reference.steps import in_steps
from tests.reference.straight import through
from tests.reference.terms import check_window

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


class UnknownGaugeError(Exception):
    """The number depends on something that is held, or on a quota that is not there: what reads it is held, too."""


def factor(component: Component, who: Participant, entry: Entry, earned: Earnings) -> Fraction:
    """What gates and multipliers make of the component's payout for this entry."""
    needed, enough, multipliers = _kinds(component, earned)
    total = Fraction(1)
    for gate in needed:
        total *= 1 if _lets_pay(gate, component, who, entry, earned) else 0
    if enough:
        total *= 1 if _one_lets_pay(enough, component, who, entry, earned) else 0
    for multiplier in multipliers:
        total *= _multiplied(multiplier, component, who, entry, earned)
    return total


def _multiplied(
    multiplier: Multiplier, component: Component, who: Participant, entry: Entry, earned: Earnings
) -> Fraction:
    """The factor of the number; of places that equals share the mean of theirs; of deals in parts, of their parts."""
    if multiplier.judged == "in_parts":
        began, reached = (
            _remembered(multiplier.model_copy(update={"judged": when}), component, who, entry, earned) or Fraction(0)
            for when in ("before_deal", "deal")
        )
        return _of_parts(multiplier, min(began, reached), max(began, reached))
    number = _remembered(multiplier, component, who, entry, earned) or Fraction(0)
    equals = equals_of(multiplier, component, who, entry, earned)
    return sum((factor_at(multiplier, number + nth * WHOLE) for nth in range(equals)), Fraction(0)) / equals


def _lets_pay(gate: Gate, component: Component, who: Participant, entry: Entry, earned: Earnings) -> bool:
    number = _remembered(gate, component, who, entry, earned)
    return number is not None and _is_open(gate, number)


def _one_lets_pay(
    enough: Sequence[Sequence[Gate]], component: Component, who: Participant, entry: Entry, earned: Earnings
) -> bool:
    """Whether one of them is open, each of which may look at several measures: what is held decides nothing then."""
    unknown = False
    for gates in enough:
        try:
            each = [_lets_pay(gate, component, who, entry, earned) for gate in gates]
        except (UnknownGaugeError, MissingQuotaError):
            unknown = True
        else:
            if all(each):
                return True
    if unknown:
        raise UnknownGaugeError
    return False


def cell(component: Component, who: Participant, entry: Entry, earned: Earnings) -> Fraction | None:
    """The cell of its matrix that the two numbers reach; None without a matrix."""
    if component.matrix is None:
        return None
    axes = (component.matrix.rows, component.matrix.columns)
    places = []
    for axis, gauge in zip(axes, earned.gauges(component)[-len(axes) :], strict=True):
        number = _remembered(gauge, component, who, entry, earned) or Fraction(0)
        places.append(_around(axis, number))
    rows, columns = places
    cells = component.matrix.cells
    return sum((cells[row][column] * of * part for row, of in rows for column, part in columns), Fraction(0))


def _around(axis: Axis, number: Fraction) -> list[tuple[int, Fraction]]:
    """The rows (or columns) between which a number lies, and how much each counts; below the first point none."""
    if axis.starts:
        return [(max((nth for nth, start in enumerate(axis.starts) if start <= number), default=0), Fraction(1))]
    places = [Fraction(nth) for nth in range(len(axis.at))]
    if number < axis.at[0]:
        return []
    place = through([Fraction(at) for at in axis.at], places, number, below="none", beyond="flat")
    nearest = int(place)
    return [(nearest, 1 - place + nearest), *([(nearest + 1, place - nearest)] if place > nearest else [])]


def _kinds(
    component: Component, earned: Earnings
) -> tuple[Sequence[Gate], Sequence[Sequence[Gate]], Sequence[Multiplier]]:
    """Its gates that are needed, those of which one is enough, and its multipliers, without the axes of its matrix."""
    gauges = earned.gauges(component) if component.matrix is None else earned.gauges(component)[:-2]
    gates = [gauge for gauge in gauges if isinstance(gauge, Gate)]
    needed = sum(len(gate.single()) for gate in component.only_if)
    left = iter(gates[needed:])
    enough = [[next(left) for _ in gate.single()] for gate in component.only_if_any]
    return gates[:needed], enough, [each for each in gauges if isinstance(each, Multiplier)]


def _is_open(gate: Gate, number: Fraction) -> bool:
    inside = (gate.min is None or number >= gate.min) and (gate.max is None or number <= gate.max)
    return inside and (gate.above is None or number > gate.above) and (gate.below is None or number < gate.below)


def factor_at(multiplier: Factors, number: Fraction) -> Fraction:
    """That of the last bracket that begins at or below the number; below 0 the first. Or as the points say."""
    if multiplier.points:
        xs = [Fraction(point.at) for point in multiplier.points]
        ys = [point.factor for point in multiplier.points]
        ends = {"below": multiplier.below or "flat", "beyond": multiplier.beyond or "flat"}
        return through(xs, ys, number, **ends)
    reached = [bracket.factor for bracket in multiplier.brackets if bracket.since <= number]
    return reached[-1] if reached else multiplier.brackets[0].factor


def _of_parts(multiplier: Multiplier, low: Fraction, high: Fraction) -> Fraction:
    """The factors of the brackets between two numbers, each for its part of the way; of one number its own."""
    if low == high:
        return factor_at(multiplier, high)
    stops = [low, *(Fraction(each.since) for each in multiplier.brackets if low < each.since < high), high]
    ways = [(start, until - start) for start, until in pairwise(stops)]
    return sum((factor_at(multiplier, start) * way for start, way in ways), Fraction(0)) / (high - low)


@dataclass(frozen=True)
class _Read:
    """What a gauge looks at: entries, over which windows, and what they are a share of."""

    who: Participant
    named: str
    entries: list[Entry]
    over: str
    quota: str | None
    component: Component | None = None
    """Where it is a component's attainment or payout."""
    paid: bool = False


def _read(gauge: Gauge, component: Component, who: Participant, earned: Earnings) -> _Read:
    """A measure over its own window, or that of the component; or another component's entries over its window.

    Of one that is paid to date, whose pay alone is looked at, the entries are what its windows paid.
    """
    if gauge.measure is not None:
        over = gauge.over or component.accumulates
        who = whose(who, gauge.measure)
        return _Read(who, gauge.measure, earned.entries_over(who, gauge.measure, over), over, gauge.quota)
    other = next(part for part in who.plan.components if part.id in (gauge.attainment_of, gauge.payout_of))
    entries = earned.counted(who, other)
    if other.to_date is not None:
        entries = [Entry(line.source, line.deal, line.day, line.amount) for line in earned.lines_of(who, other)]
    return _Read(who, other.id, entries, other.accumulates, other.quota, other, paid=gauge.payout_of is not None)


def _remembered(
    gauge: Gauge, component: Component, who: Participant, entry: Entry, earned: Earnings
) -> Fraction | None:
    """The number, which is the same for everything that a window judges."""
    if gauge.ranked is not None:
        try:
            return place(gauge, component, who, entry, earned)
        except UnknownPlaceError as unknown:
            raise UnknownGaugeError from unknown
    read = _read(gauge, component, who, earned)
    if gauge.judged != "window":
        return _number(gauge, read, entry, earned)
    key = ("number", id(gauge), read.named, read.who.key, earned.window(read.over, entry))
    if key not in earned.remembered:
        earned.remembered[key] = _number(gauge, read, entry, earned)
    number: Fraction | None = earned.remembered[key]
    return number


def _number(gauge: Gauge, read: _Read, entry: Entry, earned: Earnings) -> Fraction | None:
    """The number as the gauge's own window holds it now, or held it when the entry's deal was counted.

    None while there is no result, or no rate: nobody knows what it will be.
    Nothing achieved is 0 % of any quota. A percentage without a quota is one of a whole.
    """
    windows = earned.windows((read.who.key, read.component is None, read.named), read.entries, read.over)
    labels = _labels(gauge, read, entry, earned)
    window = [each for label in labels for each in windows.get(label, [])]
    _sum([each.base for each in window])
    if read.component is not None and read.component.to_date is None and window:
        check_window(read.who, read.component, window[0], earned)
    held = window
    if gauge.judged == "deal":
        held = [each for each in window if each.order <= entry.order or _counted_together(each, entry)]
    if gauge.judged == "before_deal":
        held = [each for each in window if each.order < entry.order and not _counted_together(each, entry)]
    if read.component is not None and read.paid:
        lines = earned.paid_for(read.who, read.component)
        _sum([lines.get((each.source, each.day), 0) for each in window])
        return Fraction(_sum([lines.get((each.source, each.day), 0) for each in held]))
    if not held and _has_to_come(read):
        return None
    achieved = _sum([each.base for each in held])
    if read.component is not None and read.component.carry is not None and window:
        achieved = _with_carried(read, window[0], achieved, earned)
    in_whole_steps = read.component is not None and read.component.rounded_attainment is not None
    shares = any(isinstance(bound, Fraction) and bound for _, bound in gauge.thresholds())
    if not achieved or not (shares or in_whole_steps):
        return Fraction(achieved)
    of_quota = read.quota is not None
    quota = _quota(gauge, read, read.quota or "", entry, earned) if of_quota else Fraction(window[0].whole or WHOLE)
    if quota <= 0 and shares:
        raise UnknownGaugeError
    if quota <= 0:
        return Fraction(achieved)  # above 0 % of a quota of 0, whatever the steps
    return (in_steps(read.component, achieved, quota) if read.component is not None else achieved) / quota


def _quota(gauge: Gauge, read: _Read, name: str, entry: Entry, earned: Earnings) -> Fraction:
    """The quotas of all windows that are added up; one without a row adds none, one that a row cuts cannot be told."""
    spans = [earned.span(read.over, entry)] if gauge.looks_back is None else _spans(gauge, read, entry, earned)
    asked = whose(read.who, _measure(read))
    if any(straddles(asked, name, span, earned.facts) for span in spans):
        raise UnknownGaugeError
    return sum((earned.quota(asked, name, span) or Fraction(0) for span in spans), Fraction(0))


def _has_to_come(read: _Read) -> bool:
    """Whether it is a result or a rate, of which none is not the same as nothing."""
    measure = read.who.plan.measures[_measure(read)]
    return measure.imported is not None or measure.retention is not None or measure.members is not None


def _measure(read: _Read) -> str:
    return read.component.measure if read.component is not None else read.named


def _with_carried(read: _Read, entry: Entry, achieved: Fraction | int, earned: Earnings) -> Fraction:
    """What a window comes to includes what was carried into it."""
    assert read.component is not None
    start = earned.start(read.who, read.component, entry)
    if start is None:
        raise UnknownGaugeError
    quota = earned.quota(read.who, read.quota or "", earned.span(read.over, entry))
    return bounded(read.component, start + achieved, quota)


def _labels(gauge: Gauge, read: _Read, entry: Entry, earned: Earnings) -> list[str]:
    """The window of the entry; of a gauge that looks back those that it adds up."""
    if gauge.looks_back is None:
        return [earned.window(read.over, entry)]
    return [span.label for span in _spans(gauge, read, entry, earned)]


def _spans(gauge: Gauge, read: _Read, entry: Entry, earned: Earnings) -> list[Span]:
    """The windows that are added up, the earliest first: so many, or all of the fiscal year (half, quarter) so far.

    The last is that of the entry, or the one before it, which may be none of the year.
    """
    spans = [earned.span(read.over, entry)]
    before = gauge.ending == "before"
    if gauge.trailing is not None:
        while len(spans) < gauge.trailing + before:
            spans.insert(0, _before(spans[0], read.over, earned))
    else:
        whole = _whole_of(spans[0], gauge, earned)
        while _whole_of(earlier := _before(spans[0], read.over, earned), gauge, earned) == whole:
            spans.insert(0, earlier)
    return spans[:-1] if before else spans


def _before(span: Span, over: str, earned: Earnings) -> Span:
    return span_of(span.first - timedelta(days=1), over, earned.company)


def _whole_of(span: Span, gauge: Gauge, earned: Earnings) -> Span:
    """The year, half or quarter that a window belongs to."""
    assert gauge.to_date is not None
    return span_of(span.first, gauge.to_date, earned.company)


def _sum(amounts: list[Fraction | int | None]) -> Fraction | int:
    """Their sum; where one of them is held nobody can tell it."""
    known = [each for each in amounts if each is not None]
    if len(known) < len(amounts):
        raise UnknownGaugeError
    return sum(known)


def _counted_together(one: Entry, other: Entry) -> bool:
    """Whether both are of one deal, and of one day: payments for a deal come one by one."""
    of_deals = one.deal is not None and other.deal is not None and one.deal.id == other.deal.id
    return of_deals and one.day == other.day
