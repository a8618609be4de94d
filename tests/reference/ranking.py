"""Places: where a payee stands in a measure among everybody on the plan, once the window is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.curves.gauge import Gauge
from engine.documents.curves.ranked import Ranked
from engine.documents.plans.component import Component
from tests.reference.calendar import Span
from tests.reference.entries import Entry
from tests.reference.facts import holds_on
from tests.reference.holders import managers_of
from tests.reference.money import WHOLE
from tests.reference.participants import Participant

if TYPE_CHECKING:
    from tests.reference.earn import Earnings

BEHIND_EVERYBODY = Fraction(10**6)
Result = tuple[Fraction, date]
"""What somebody came to, and on which day."""


class UnknownPlaceError(Exception):
    """Somebody's achievement in the window is held, or lacks the quota that it is a percentage of."""


def place(gauge: Gauge, component: Component, who: Participant, entry: Entry, earned: Earnings) -> Fraction:
    """The number that the gauge compares: a place in micro-units, or a share."""
    places, contest = _remembered(gauge, component, who, entry, earned)
    if places is None and contest.counts(who, gauge, earned):
        raise UnknownPlaceError
    assert gauge.ranked is not None
    unit = 1 if gauge.ranked.counted_as == "share" else WHOLE
    return (places or {}).get(who.payee, BEHIND_EVERYBODY) * unit


def equals_of(gauge: Gauge, component: Component, who: Participant, entry: Entry, earned: Earnings) -> int:
    """How many places, from that of the payee on, equals fill together where they share them; else it is one."""
    if gauge.ranked is None or gauge.ranked.ties != "shared":
        return 1
    places, _ = _remembered(gauge, component, who, entry, earned)
    if not places or who.payee not in places:
        return 1
    teams = _teams(gauge.ranked, who, _contest(gauge, component, entry, earned).window, earned)
    mine = (places[who.payee], teams[who.payee])
    return sum((of, teams[other]) == mine for other, of in places.items())


@dataclass(frozen=True)
class _Contest:
    """Whose achievements are compared: those of a window, or of a deal alone."""

    over: str
    label: str
    window: Span

    def counts(self, who: Participant, gauge: Gauge, earned: Earnings) -> list[Entry]:
        """What somebody has in it."""
        assert gauge.measure is not None
        entries = earned.entries_over(who, gauge.measure, self.over)
        return [each for each in entries if earned.window(self.over, each) == self.label]


def _contest(gauge: Gauge, component: Component, entry: Entry, earned: Earnings) -> _Contest:
    over = gauge.over or component.accumulates
    alone = Span("", entry.day, entry.day + timedelta(days=1))
    return _Contest(over, earned.window(over, entry), alone if over == "transaction" else earned.span(over, entry))


def _remembered(
    gauge: Gauge, component: Component, who: Participant, entry: Entry, earned: Earnings
) -> tuple[Mapping[str, Fraction] | None, _Contest]:
    """The places of the entry's window."""
    contest = _contest(gauge, component, entry, earned)
    key = ("places", id(gauge), who.key[1:], contest)
    if key not in earned.remembered:
        earned.remembered[key] = _places(gauge, who, contest, earned)
    places: Mapping[str, Fraction] | None = earned.remembered[key]
    return places, contest


def _places(gauge: Gauge, who: Participant, contest: _Contest, earned: Earnings) -> Mapping[str, Fraction] | None:
    """The place of everybody who takes part; None while it cannot be told."""
    assert gauge.ranked is not None
    window = contest.window
    results: dict[str, Result] = {}
    for payee in sorted({row["person_id"] for row in earned.facts.enrolments if row["plan"] == who.plan.plan}):
        other = Participant(payee, who.plan)
        entries = contest.counts(other, gauge, earned)
        if any(each.base is None for each in entries):
            return None
        achieved = sum(each.base or 0 for each in entries)
        if achieved > 0:
            quota = _whole(entries[-1], gauge, who) if gauge.quota is None else earned.quota(other, gauge.quota, window)
            if quota is None or quota <= 0:
                return None
            results[payee] = (achieved / quota, entries[-1].day)
    if window.end > earned.through:
        return {}
    return _ordered(gauge.ranked, results, _teams(gauge.ranked, who, window, earned))


def _whole(entry: Entry, gauge: Gauge, who: Participant) -> Fraction:
    """What a percentage is one of; an amount is compared by itself."""
    if entry.whole is not None:
        return Fraction(entry.whole)
    return Fraction(WHOLE if who.plan.measures[gauge.measure or ""].is_share else 1)


def _teams(ranked: Ranked, who: Participant, window: Span, earned: Earnings) -> Mapping[str, str]:
    """Who is on the plan on the last day, and of which team: the plan, or that of the same manager (else alone)."""
    day = min(window.end, who.plan.effective.until_on or date.max) - timedelta(days=1)
    rows = [row for row in earned.facts.enrolments if row["plan"] == who.plan.plan and holds_on(row, day)]
    teams = {}
    for payee in {row["person_id"] for row in rows}:
        managers = managers_of(payee, day, earned.facts)
        alone = next(iter(managers)) if len(managers) == 1 else payee
        teams[payee] = who.plan.plan if ranked.among == "plan" else alone
    return teams


def _ordered(ranked: Ranked, results: Mapping[str, Result], teams: Mapping[str, str]) -> Mapping[str, Fraction]:
    least = ranked.least
    part = {each: of for each, of in results.items() if each in teams and (least is None or of[0] >= least)}
    places = {}
    for payee, mine in part.items():
        team = [other for each, other in part.items() if teams[each] == teams[payee]]
        size = len(team) if least is not None else sum(each == teams[payee] for each in teams.values())
        if ranked.ties in ("best", "shared"):
            before = sum(other[0] > mine[0] for other in team)
        elif ranked.ties == "worst":
            before = sum(other[0] >= mine[0] for other in team) - 1
        else:
            before = sum(other[0] > mine[0] or (other[0] == mine[0] and other[1] < mine[1]) for other in team)
        places[payee] = Fraction(before, size) if ranked.counted_as == "share" else Fraction(before + 1)
    return places
