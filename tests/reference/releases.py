"""Releases: when an amount becomes payable, piece by piece, by what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.release import COUNTED, LastDay, ReleaseStep, Reserve
from tests.reference.calendar import STATEMENTS, months_later, span_of
from tests.reference.entries import Line
from tests.reference.facts import Facts

Wait = ReleaseStep | Reserve
EVENTS = {"cash": "payment"}
"""What a payment is called where it is waited for."""


@dataclass(frozen=True)
class Due:
    """A day by which a share of what waits is payable, or forfeited; without a day nobody knows when."""

    day: date | None
    share: Fraction
    """All that is by then, of what waits."""
    state: str


@dataclass(frozen=True)
class Waiting:
    """Who waits for what, and until when days are over: of the fiscal month, or by what happened to the deal since."""

    line: Line
    plan: Plan
    facts: Facts
    company: Company
    through: date

    def dues(self, wait: Wait, first: date) -> list[Due]:
        """When what waits is payable, in order; nothing of it before the first day. What is not over yet is held."""
        cut = self._cut(wait, first)
        timely = [(day, share) for day, share in self._shares(wait, first) if cut.day is None or day <= cut.day]
        made = [self._due(Due(day, share, "payable"), by_time=_by_time(wait)) for day, share in timely]
        return [*made, self._due(cut, by_time=True)]

    def period(self, day: date) -> str:
        """The statement period of a day."""
        return span_of(day, STATEMENTS[self.plan.pays], self.company).label

    def _due(self, due: Due, *, by_time: bool) -> Due:
        """What only time brings has come when its day is over."""
        waits = due.day is None or (by_time and due.day >= self.through)
        return Due(due.day, due.share, "held" if waits else due.state)

    def _cut(self, wait: Wait, first: date) -> Due:
        """The day after which nobody waits any longer, and what becomes of the rest then."""
        words = {"release": "payable", "forfeit": "forfeited"}
        cuts = []
        if isinstance(wait, ReleaseStep) and wait.at_latest is not None:
            last = wait.at_latest
            cuts.append((_delayed(first, last), words[last.then]))
        left = left_on(self.line.payee, self.facts)
        if wait.leavers != "keep" and left is not None:
            cuts.append((max(left, first), words[wait.leavers]))
        day, state = min(cuts, default=(None, "held"), key=lambda cut: cut[0])
        return Due(day, Fraction(1), state)

    def _shares(self, wait: Wait, first: date) -> Iterator[tuple[date, Fraction]]:
        """Which share is payable from which day on, in order."""
        if isinstance(wait, Reserve) and wait.until_on is not None:
            yield max(first, wait.until_on), Fraction(1)
            return
        for day, share in self._occasions(wait, first):
            if wait.end_of is not None:
                yield max(first, _delayed(span_of(day, wait.end_of, self.company).end - timedelta(days=1), wait)), share
            else:
                yield max(first, _delayed(day, wait)), share

    def _occasions(self, wait: Wait, first: date) -> Iterator[tuple[date, Fraction]]:
        """The days of what is waited for; what is of no deal waits for nothing but time."""
        deal = self.line.deal
        if deal is None or wait.on in ("booking", "payable"):
            yield first, Fraction(1)
        elif wait.on in COUNTED:
            yield from self._counted(wait)
        else:
            days = [row["happened_on"] for row in self.facts.events_of(deal.id) if row["kind"] == wait.on]
            if not days and wait.on == "contract_start" and deal.row["starts_on"] is not None:
                days = [deal.row["starts_on"]]
            if days:
                yield min(days), Fraction(1)

    def _counted(self, wait: Wait) -> Iterator[tuple[date, Fraction]]:
        """Invoices or payments, added up: each its part of the deal's amount, or all with the first that suffices."""
        deal = self.line.deal
        assert deal is not None
        rows = [row for row in self.facts.events_of(deal.id) if row["kind"] == EVENTS.get(wait.on, wait.on)]
        counted = Fraction(0)
        for row in sorted(rows, key=lambda row: row["happened_on"]):
            whole = row["amount_micros"] is None or deal.amount <= 0
            counted = min(
                counted + (Fraction(1) if whole else Fraction(row["amount_micros"], deal.amount)), Fraction(1)
            )
            if counted >= (wait.once or 0):
                yield row["happened_on"], counted if _proportional(wait) else Fraction(1)


def left_on(payee: str, facts: Facts) -> date | None:
    """The first day on which the payee is on no plan any more; None while there is no such day."""
    ends = [row["until_on"] for row in facts.enrolments if row["person_id"] == payee]
    return None if None in ends else max(ends, default=None)


def _proportional(wait: Wait) -> bool:
    return wait.proportional if isinstance(wait, ReleaseStep) else wait.on == "cash"


def _by_time(wait: Wait) -> bool:
    """Whether it is time that makes payable: all but a booking, an invoice or a payment without a delay."""
    delayed = (wait.after_days, wait.after_months, wait.end_of) != (None, None, None)
    return delayed or wait.on not in ("booking", *COUNTED)


def _delayed(day: date, by: Wait | LastDay) -> date:
    return months_later(day + timedelta(days=by.after_days or 0), by.after_months or 0)
