"""What is carried from one window into the next: where a window begins, and surplus that moves into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from tests.reference.calendar import Span, span_of
from tests.reference.entries import Entry
from tests.reference.facts import holds_on
from tests.reference.participants import Participant, enrolments_of, is_on

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


class UnknownStartError(Exception):
    """Something of a window before is held: nobody knows where this one begins, and all that is in it is held."""


@dataclass(frozen=True)
class Chain:
    """The windows of a payee's component that carries, with what counts in them."""

    who: Participant
    component: Component
    earned: Earnings
    entries: Sequence[Entry]

    def starts(self) -> dict[str, Fraction | None]:
        """Where windows begin that do not begin at 0; None where nobody knows."""
        return {window.label: start for window, start in self._walk() if start != 0}

    def moved(self) -> list[Entry]:
        """Surplus that moves, as if it were achieved on the first day of the window."""
        if not self._moves:
            return []
        named = f"carried:{self.component.id}:{self.who.payee}"
        return [
            Entry(f"{named}:{window.label}", None, window.first, start, moved=True)
            for window, start in self._walk()
            if start is not None and start > 0
        ]

    @property
    def _moves(self) -> bool:
        return self.component.carry is not None and self.component.carry.surplus == "moved"

    def _walk(self) -> Iterator[tuple[Span, Fraction | None]]:
        """Window by window, in order of time, as far as anything counts or is left over."""
        start: Fraction | None = Fraction(0)
        over, last = self.component.accumulates, max((each.day for each in self.entries), default=None)
        window = span_of(self._first_day(), over, self.earned.company) if last is not None else None
        while window is not None and last is not None and (window.first <= last or start):
            yield window, start
            start = self._next(window, start)
            window = span_of(window.end, over, self.earned.company)

    def _next(self, window: Span, start: Fraction | None) -> Fraction | None:
        """What the next window begins with."""
        inside = [each for each in self.entries if window.covers(each.day)]
        if not self._goes_on(window):
            return Fraction(0)
        if start is None or any(each.base is None for each in inside):
            return None
        quota = self.earned.quota(self.who, self.component.quota or "", window)
        if quota is None or not (inside or self._there(window)):
            return Fraction(0) if inside or (start > 0 and self._moves) else start
        above = start + sum((Fraction(each.base or 0) for each in inside), Fraction(0)) - quota
        carry = self.component.carry
        assert carry is not None
        wanted = carry.surplus if above > 0 else carry.deficit
        return above if wanted else Fraction(0)

    def _goes_on(self, window: Span) -> bool:
        """Whether anything is carried out of it: it is over, the payee still on the plan file, and the component there.

        Not out of a fiscal year, where the component says so.
        """
        carry, day = self.component.carry, window.end
        life = self.component.effective or self.who.plan.effective
        there = any(holds_on(row, day) for row in enrolments_of(self.who, self.earned.facts))
        year = span_of(window.first, "year", self.earned.company)
        ends = carry is not None and carry.within_year and year.end <= day
        return day <= self.earned.through and there and life.covers(day) and not ends

    def _there(self, window: Span) -> bool:
        """Whether the payee is on the plan, and the component in force, on any day of the window."""
        life = self.component.effective or self.who.plan.effective
        days = (window.first + timedelta(days=place) for place in range(window.days))
        return any(life.covers(day) and is_on(self.who, day, self.earned.facts) for day in days)

    def _first_day(self) -> date:
        """The first day of what counts; deficits begin with the payee's first day."""
        first = min(each.day for each in self.entries)
        if self.component.carry is not None and self.component.carry.deficit is not None:
            enrolled = [row["from_on"] for row in enrolments_of(self.who, self.earned.facts)]
            life = self.component.effective or self.who.plan.effective
            return min(first, max(min(enrolled), life.from_on))
        return first


def bounded(component: Component, total: Fraction, quota: Fraction | None) -> Fraction:
    """What of a total is paid: no surplus that moves on, and no deficit that is made up."""
    carry = component.carry
    if carry is not None and carry.surplus == "moved" and quota is not None:
        total = min(total, quota)
    if carry is not None and carry.deficit == "made_up":
        total = max(total, Fraction(0))
    return total
