"""The year (half, quarter) to date: each window is judged, when it is over, by all that came before it in the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from tests.reference.calendar import Span, span_of
from tests.reference.clawback import claws_back, shares_taken
from tests.reference.curve import MissingQuotaError
from tests.reference.entries import Entry
from tests.reference.money import rounded
from tests.reference.participants import Participant, is_on
from tests.reference.quotas import straddles

if TYPE_CHECKING:
    from tests.reference.earn import Earnings

DAY = timedelta(days=1)
Paid = tuple[Entry, int | None]
"""What stands for a window, on its last day, and what it pays; None is held."""


class UnknownStretchError(Exception):
    """Something of the year so far is held, or not known: so is all that follows in it."""


@dataclass(frozen=True)
class Stand:
    """Where a payee stands when a window is over: sums of the year so far; None is no quota, and no target."""

    window: Span
    achieved: Fraction = Fraction(0)
    quota: Fraction | None = None
    target: Fraction | None = None
    known: bool = True
    """Whether nothing of it is held."""


@dataclass(frozen=True)
class ToDate:
    """A payee's component that looks at the year so far."""

    who: Participant
    component: Component
    earned: Earnings

    def paid(self) -> Iterator[Paid]:
        """Window by window what the year is worth, less what the windows before it were paid.

        Where nothing is taken back, a window that is worth no more than was paid pays nothing, and says nothing.
        """
        yield from ((each, None) for each in self._counted if each.base is None)
        stand: Stand | None = None
        before: int | None = None
        for window in self._windows():
            if stand is None or not self._year(window).covers(stand.window.first):
                stand, before = Stand(window), None
            moves = bool(stand.achieved)
            stand = self._after(stand, window)
            try:
                worth = self._worth(stand)
            except UnknownStretchError:
                stand, worth = replace(stand, known=False), None
            entry = self._entry(stand)
            if worth is None and (stand.achieved or moves):
                yield entry, None
            elif worth is not None and self.component.overpaid == "kept":
                if stand.achieved and worth >= (before or 0) and worth != before:
                    yield entry, worth - (before or 0)
                    before = worth
            elif worth is not None and (stand.achieved or moves):
                yield entry, worth - (before or 0)
                before = worth

    @property
    def _counted(self) -> list[Entry]:
        return self.earned.counted(self.who, self.component)

    @cached_property
    def _lost(self) -> list[Entry]:
        """What clawbacks take off what was achieved: the deal, or its share, on the day of the cause.

        What happens after the last day of the plan file counts on that day.
        """
        plan = self.who.plan
        if plan.clawback is None or not claws_back(plan.clawback, self.component.id):
            return []
        last = plan.effective.until_on - DAY if plan.effective.until_on is not None else date.max
        return [
            replace(each, day=min(cause.day, last), base=rounded(each.base * before) - rounded(each.base * after))
            for each in self._counted
            if each.deal is not None and each.base is not None
            for cause, before, after in shares_taken(each.deal, plan.clawback, self.earned.facts)
        ]

    def _windows(self) -> Iterator[Span]:
        """The windows that are over, in which the payee is there, or anything counts."""
        days = [each.day for each in (*self._counted, *self._lost)]
        over, company = self.component.accumulates, self.earned.company
        window = span_of(self._year_of(min(days)).first, over, company) if days else None
        while window is not None and window.end <= self.earned.through:
            counting = any(window.covers(day) for day in days)
            if (counting or self._there(window)) and self.who.plan.effective.covers(window.end - DAY):
                yield window
            window = span_of(window.end, over, company)

    def _there(self, window: Span) -> bool:
        """Whether the payee is on the plan, and the component in force, on any day of it."""
        life = self.component.effective or self.who.plan.effective
        days = (window.first + DAY * place for place in range(window.days))
        return any(life.covers(day) and is_on(self.who, day, self.earned.facts) for day in days)

    def _year(self, window: Span) -> Span:
        return self._year_of(window.first)

    def _year_of(self, day: date) -> Span:
        assert self.component.to_date is not None
        return span_of(day, self.component.to_date, self.earned.company)

    def _after(self, before: Stand, window: Span) -> Stand:
        """The sums with those of one window more; a window without a quota has no target."""
        inside = [each for each in (*self._counted, *self._lost) if window.covers(each.day)]
        quota = self.earned.quota(self.who, self.component.quota, window) if self.component.quota else None
        asks = bool(quota) or self.component.quota is None
        names = [self.component.quota, self.component.targets if asks else None]
        cut = any(straddles(self.who, name, window, self.earned.facts) for name in names if name is not None)
        known = (
            before.known
            and not cut
            and all(each.base is not None and not (each.house and each.base) for each in inside)
        )
        target = self._target(window) if asks else None
        return Stand(
            window,
            before.achieved + sum((Fraction(each.base or 0) for each in inside), Fraction(0)),
            _both(before.quota, quota),
            _both(before.target, target),
            known,
        )

    def _target(self, window: Span) -> Fraction | None:
        """What 100 % pays for the window: the plan's target on its last day, or the payee's own."""
        if self.component.own_targets is not None:
            return self.earned.quota(self.who, self.component.own_targets, window)
        return Fraction(self.component.target.at(window.end - DAY) or 0) if self.component.target else None

    def _worth(self, stand: Stand) -> int | None:
        """What the year so far is worth; None where that is not known, or needs a quota and there is none."""
        if not stand.known:
            return None
        if not stand.achieved:
            return 0
        try:
            return self.earned.worth_to_date(self.who, self.component, self._entry(stand), stand)
        except MissingQuotaError:
            return None

    def _entry(self, stand: Stand) -> Entry:
        source = f"to-date:{self.component.id}:{self.who.payee}:{stand.window.label}"
        return Entry(source, None, stand.window.end - DAY, stand.achieved)


def _both(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return other if one is None else one + (other or 0)
