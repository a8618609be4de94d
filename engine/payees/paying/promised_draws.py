"""Draws that are a percentage of what people data promises: each payee's own, less leave, as targets are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.book import Book
from engine.calendar import Period
from engine.documents.company.company import Company
from engine.documents.company.compensation import promise_rows
from engine.documents.plans.draw import Draw
from engine.documents.plans.plan import Plan
from engine.payees.windows.compensation import promised_rows

Span = tuple[date, date, int]


class NoPromiseError(Exception):
    """People data promises a payee nothing of which the draw could be a part; it says of what, and in which period."""

    def __init__(self, rule: Draw, period: Period) -> None:
        super().__init__(f"no {rule.of} in {period.label}")
        self.of, self.period = rule.of, period.label


@dataclass(frozen=True, slots=True)
class Promises:
    """What is promised by plan file, payee and promise, in stretches of days."""

    stretches: Mapping[tuple[str, str, str], Sequence[Span]]

    @classmethod
    def of(cls, files: Sequence[Plan], book: Book, company: Company, days: tuple[date, date]) -> Promises:
        """Those of the files whose draws are a percentage, for periods in these days."""
        found: dict[tuple[str, str, str], list[Span]] = defaultdict(list)
        for plan in files:
            if any(rule.of is not None for rule in plan.draws):
                first = max(plan.effective.from_on, days[0])
                for row in promised_rows(plan, book, company, (first, days[1])).iter_rows(named=True):
                    stretch = row["from_on"], row["until_on"], row["amount_micros"]
                    found[plan.version, row["person_id"], row["quota"]].append(stretch)
        return cls(found)

    def in_period(self, plan: Plan, rule: Draw, payee: str, period: Period) -> int:
        """What is promised for a period; NoPromiseError where nothing is."""
        rows = self.stretches.get((plan.version, payee, promise_rows(rule.of) if rule.of else ""), ())
        inside = [amount for first, until, amount in rows if first >= period.starts_on and until <= period.ends_on]
        if not inside:
            raise NoPromiseError(rule, period)
        return sum(inside)
