"""Caps of a plan: what several components pay together above them is taken off, by a line for each statement period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from engine.documents.company.compensation import promise_rows
from engine.documents.plans.plan_cap import PlanCap
from tests.reference.calendar import MONTHS, STATEMENTS, Span, span_of
from tests.reference.earn import Earnings
from tests.reference.entries import Line
from tests.reference.facts import holds_on
from tests.reference.money import rounded
from tests.reference.own_windows import first_day, months_from
from tests.reference.participants import Participant, enrolments_of

Begin = tuple[date | None, str]
"""From when windows are counted (None: they are fiscal periods), and of which deal they are."""


@dataclass(frozen=True)
class Step:
    """What a window came to in one statement period, on the day of its last line."""

    period: str
    day: date
    added: int


@dataclass(frozen=True)
class Capped:
    """A payee's plan file, whose caps are asked for."""

    who: Participant
    earned: Earnings
    through: date
    waits: bool
    """Whether something of another file of the plan is held."""

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        """The lines with those of the caps; what a cap of unknown height covers is held, as is the cap.

        While anything of the plan is held, so are its caps. A cap counts those before it that cover some of the same.
        """
        made = list(lines)
        for cap in self.who.plan.caps:
            counted = [line for line in made if self._counts(cap, line) and line.amount is not None]
            if not counted:
                continue
            nothing = replace(counted[0], component=cap.id, source=cap.id, kind="cap", amount=None)
            if self.waits or any(line.amount is None for line in made):
                made.append(nothing)
                continue
            steps = self._steps(cap, counted)
            if cap.of is not None and any(self._height(cap, window) is None for window in steps):
                sources = {(line.component, line.source) for line in counted}
                held = [line for line in made if (line.component, line.source) in sources]
                made = [line for line in made if line not in held]
                made += [*(replace(line, amount=None) for line in held), nothing]
            else:
                chains = {self._begins(cap, line): None for line in counted}
                for begins in chains:
                    own = [line for line in counted if self._begins(cap, line) == begins]
                    made += self._of_cap(cap, begins, self._steps(cap, own), replace(nothing, deal=None))
        return made

    def _counts(self, cap: PlanCap, line: Line) -> bool:
        """Whether a line counts: one of its components, or of a cap before it that covers none but these."""
        if cap.since == "contract" and line.deal is None:
            return False
        earlier = next((each for each in self.who.plan.caps if each.id == line.component), None)
        if earlier is not None:
            return all(cap.covers(part.id) for part in self.who.plan.components if earlier.covers(part.id))
        return cap.covers(line.component)

    def _steps(self, cap: PlanCap, counted: Sequence[Line]) -> dict[Span, list[Step]]:
        """By window, the statement periods in order of time."""
        found: dict[Span, dict[str, list[Line]]] = {}
        for line in counted:
            found.setdefault(self._window(cap, line), {}).setdefault(line.period, []).append(line)
        return {
            window: sorted(
                (
                    Step(period, max(line.day for line in lines), sum(line.amount or 0 for line in lines))
                    for period, lines in periods.items()
                ),
                key=lambda step: step.day,
            )
            for window, periods in found.items()
        }

    def _window(self, cap: PlanCap, line: Line) -> Span:
        return self._window_of(cap, self._begins(cap, line), line.day)

    def _begins(self, cap: PlanCap, line: Line) -> Begin:
        """From when the windows of a line are counted, and of which deal they are."""
        if cap.since == "fiscal_year":
            return None, ""
        if cap.since == "enrolment":
            return first_day(self.who, self.earned.facts), ""
        assert line.deal is not None
        deal = line.deal.won or line.deal
        return deal.row["starts_on"] or deal.day, f" of {deal.id}"

    def _window_of(self, cap: PlanCap, begins: Begin, day: date) -> Span:
        """The fiscal period of a day; or so many calendar months from the payee's first day, or the contract's."""
        start, of = begins
        if start is None:
            return span_of(day, cap.per, self.earned.company)
        return months_from(start, day, MONTHS[cap.per], of)

    def _height(self, cap: PlanCap, window: Span) -> Fraction | None:
        if cap.of is None or cap.share is None:
            return None if cap.amount is None else Fraction(cap.amount)
        promised = self.earned.quota(self.who, promise_rows(cap.of), window)
        return None if promised is None else Fraction(rounded(promised * cap.share))

    def _of_cap(self, cap: PlanCap, begins: Begin, steps: dict[Span, list[Step]], line: Line) -> Iterator[Line]:
        """Window by window, in order of time; a cap that carries goes on while something is left over."""
        windows = sorted(steps, key=lambda window: window.first)
        carried = 0
        while windows:
            window = windows.pop(0)
            rows, left = steps.get(window, []), 0
            if carried and (not rows or rows[0].period != self._statement(window.first)):
                rows = [Step(self._statement(window.first), window.first, 0), *rows]
            total = 0
            for nth, row in enumerate(rows):
                into = carried if nth == 0 else 0
                total += row.added + into
                after = self._not_paid(cap, total, window)
                amount, left = left - after + into, after
                if amount:
                    part = f"cap {window.label}{self._file(row.day)}"
                    yield replace(line, part=part, period=row.period, day=row.day, amount=amount)
            carried = left if cap.then == "carry" and self._goes_on(cap, window) else 0
            following = self._window_of(cap, begins, window.end) if carried else None
            if following is not None and (not windows or following.first < windows[0].first):
                windows.insert(0, following)

    def _file(self, day: date) -> str:
        """Which file of the plan it is, of one that begins in the statement period, after another one."""
        since = self.who.plan.effective.from_on
        period = span_of(day, STATEMENTS[self.who.plan.pays], self.earned.company)
        return f" from {since}" if period.first < since else ""

    def _statement(self, day: date) -> str:
        return span_of(day, STATEMENTS[self.who.plan.pays], self.earned.company).label

    def _not_paid(self, cap: PlanCap, total: int, window: Span) -> int:
        """What of a total is not paid: what is too little, and what lies above the cap, rounded half up."""
        if cap.at_least is not None and 0 < total < cap.at_least:
            return total
        height = self._height(cap, window)
        if height is None or total <= height:
            return 0
        return rounded((total - height) * (1 - (cap.then_pays or 0)), self.who.plan.unit_micros)

    def _goes_on(self, cap: PlanCap, window: Span) -> bool:
        """Whether what is left is carried: the window is over, and the payee still on the plan file, in that year."""
        day, company = window.end, self.earned.company
        ends = cap.within_year and span_of(window.first, "year", company).end <= day
        there = any(holds_on(row, day) for row in enrolments_of(self.who, self.earned.facts))
        return day <= self.through and not ends and there and self.who.plan.effective.covers(day)
