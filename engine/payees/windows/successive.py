"""Windows that follow each other: fiscal periods, or calendar months from a first day on, of a payee or a contract."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from typing import Protocol

from engine.calendar import Period, months_later, period_named, period_of
from engine.documents.company.company import Company
from engine.periods import MONTHS, PeriodKind


class Successive(Protocol):
    """The windows of one payee, or of one contract of a payee."""

    def named(self, labels: Collection[str]) -> list[Period]:
        """Those of the labels, in order of time."""

    def after(self, window: Period) -> Period:
        """The one that begins where this one ends."""


@dataclass(frozen=True, slots=True)
class FiscalWindows:
    """Fiscal periods."""

    kind: PeriodKind
    company: Company

    def named(self, labels: Collection[str]) -> list[Period]:
        """By what a label says."""
        return sorted((period_named(label, self.company) for label in labels), key=lambda each: each.starts_on)

    def after(self, window: Period) -> Period:
        """The next of the calendar."""
        return period_of(window.ends_on, self.kind, self.company)


@dataclass(frozen=True, slots=True)
class OwnWindows:
    """So many calendar months each, from a first day on; `of` ends their labels."""

    kind: PeriodKind
    start: date
    of: str = ""

    def named(self, labels: Collection[str]) -> list[Period]:
        """By walking from the first one on; `ValueError` (after the year 9999) for a label that is none of them."""
        mine = (window for window in self._all() if window.label in labels)
        return list(islice(mine, len(labels)))

    def after(self, window: Period) -> Period:
        """The first that ends later."""
        return next(each for each in self._all() if each.ends_on > window.ends_on)

    def _all(self) -> Iterator[Period]:
        length = MONTHS[self.kind]
        named = "month" if length == 1 else f"{length} months"
        for nth in count():
            since, until = (months_later(self.start, length * place) for place in (nth, nth + 1))
            yield Period(self.kind, since, until, f"the {named} from {since}{self.of}")
