"""Members at quota: how many of the people below a manager attain enough, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.measures.measure import Measure
from engine.documents.measures.members import Members
from engine.documents.plans.component import Component
from tests.reference.across import whose
from tests.reference.calendar import Span, months_later, span_of
from tests.reference.carried import bounded
from tests.reference.curve import MissingQuotaError
from tests.reference.entries import Entry, among
from tests.reference.money import WHOLE, rounded
from tests.reference.own_windows import first_day
from tests.reference.participants import Participant, counts_on, is_on
from tests.reference.rollups import above
from tests.reference.steps import in_steps
from tests.reference.terms import check_window
from tests.reference.weighted import LARGEST, LARGEST_DENOMINATOR, ROUNDED_TO

if TYPE_CHECKING:
    from tests.reference.earn import Earnings

DAY = timedelta(days=1)


class UnknownMemberError(Exception):
    """Something of a member's window is held, or what was achieved has no quota."""


def members_of(name: str, who: Participant, over: str, earned: Earnings) -> Iterator[Entry]:
    """How many attain enough on the last day of each window that is over, and how many they are of."""
    measure = who.plan.measures[name]
    assert measure.members is not None
    for window in _windows(measure.members, over, earned):
        day = window.end - DAY
        below = [one for one in earned.everybody() if _is_below(one.payee, who, day, measure, earned)]
        if not counts_on(who, day, earned.facts):
            continue
        entry = Entry(f"members:{name}:{who.payee}:{window.end}", None, day, None)
        try:
            marks = dict(_marks(measure.members, below, day, earned))
        except (UnknownMemberError, MissingQuotaError):
            yield entry
            continue
        if marks and measure.members.counted_as == "mean":
            yield Entry(entry.source, None, day, _mean(list(marks.values())) * WHOLE)
        elif marks:
            whole = len(marks) * WHOLE if measure.members.counted_as == "share" else None
            yield Entry(entry.source, None, day, sum(marks.values()) * WHOLE, whole=whole)


def _mean(attained: list[Fraction]) -> Fraction:
    """The mean, as sums of weighted attainments are counted."""
    exact = sum(attained, Fraction(0)) / len(attained)
    mean = max(min(exact, Fraction(LARGEST)), Fraction(-LARGEST))
    return mean if mean.denominator <= LARGEST_DENOMINATOR else ROUNDED_TO * rounded(mean / ROUNDED_TO)


def _windows(members: Members, over: str, earned: Earnings) -> Iterator[Span]:
    """The windows that are over, from the first of the members' own in which anything counts, or is held."""
    own = {
        (component.accumulates, entry.day)
        for one in earned.everybody()
        for component in _asked(members, one)
        for entry in earned.counted(one, component)
    }
    days = [span_of(day, accumulates, earned.company).first for accumulates, day in own]
    window = span_of(min(days), over, earned.company) if days else None
    while window is not None and window.end <= earned.through:
        yield window
        window = span_of(window.end, over, earned.company)


def _asked(members: Members, one: Participant) -> list[Component]:
    return [component for component in one.plan.components if component.id in members.attaining]


def _is_below(payee: str, who: Participant, day: date, measure: Measure, earned: Earnings) -> bool:
    """Whether somebody is below the manager that day, as far as the measure looks."""
    chain = above(payee, day, earned.facts)
    return who.payee in chain and among(chain.index(who.payee) + 1, measure)


def _marks(members: Members, below: list[Participant], day: date, earned: Earnings) -> Iterator[tuple[str, Fraction]]:
    """Of each member whether enough is attained, in every component that is asked for (1 or 0), or the least of it."""
    for payee in sorted({one.payee for one in below}):
        there = [one for one in below if one.payee == payee and is_on(one, day, earned.facts)]
        asked = [(one, component) for one in there for component in _asked(members, one)]
        floors = [(_least(members, one, day, earned), one, component) for one, component in asked]
        attained = [(least, _attained(one, component, day, earned)) for least, one, component in floors]
        mean = members.counted_as == "mean"
        reached = [share if mean else Fraction(share >= least) for least, share in attained if least is not None]
        if reached:
            yield payee, min(reached)


def _least(members: Members, one: Participant, day: date, earned: Earnings) -> Fraction | None:
    """What has to be attained, for a mean nothing; None of who is new and left out."""
    new = members.newcomers
    if new is None or day >= months_later(first_day(one, earned.facts), new.months):
        return members.least or Fraction(0)
    return new.least


def _attained(one: Participant, component: Component, day: date, earned: Earnings) -> Fraction:
    """What a member attains in the component's own window, up to the day; nothing achieved is 0 % of any quota."""
    span = span_of(day, component.accumulates, earned.company)
    inside = [each for each in earned.counted(one, component) if span.covers(each.day)]
    start = earned.start(one, component, inside[0]) if inside else Fraction(0)
    if start is None or any(each.base is None for each in inside):
        raise UnknownMemberError
    if inside:
        check_window(one, component, inside[0], earned)
    so_far = [each for each in inside if each.day <= day]
    if not so_far:
        return Fraction(0)
    whole = so_far[-1].whole
    quota = Fraction(whole if whole is not None else WHOLE)
    if component.quota is not None:
        quota = earned.quota(whose(one, component.measure), component.quota, span) or Fraction(0)
    achieved = bounded(component, start + sum(Fraction(each.base or 0) for each in so_far), quota)
    if achieved and quota <= 0:
        raise UnknownMemberError
    return in_steps(component, achieved, quota) / quota if achieved else Fraction(0)
