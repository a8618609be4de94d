"""Clawbacks: what is taken back of an earning when the customer leaves, buys less, gets money back or does not pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from engine.documents.company.company import Company
from engine.documents.plans.clawback import CAUSES, Clawback, TakesBack, Within
from engine.documents.plans.plan import Plan
from tests.reference.calendar import STATEMENTS, months_later, span_of, whole_months
from tests.reference.classify import Deal
from tests.reference.entries import Line
from tests.reference.facts import Facts
from tests.reference.money import rounded
from tests.reference.payables import paid_by
from tests.reference.releases import Waiting

ORDER = (*CAUSES, "late")
"""Of what happens on one day; a payment is the last."""


@dataclass(frozen=True)
class Cause:
    """What happened to a deal: its kind, its day, and which part of the deal it is about."""

    kind: str
    day: date
    part: Fraction
    taken: Fraction = Fraction(0)
    """Of an unpaid invoice: the share of the earning that it took, and that payments have not given back."""


def claws_back(clawback: Clawback, component: str) -> bool:
    """Whether the earnings of a component are taken back: those that it names, or all of the plan."""
    return not clawback.applies_to or component in clawback.applies_to


def taken_back(line: Line, clawback: Clawback, plan: Plan, facts: Facts, company: Company) -> Iterator[Line]:
    """A line for each cause, in order of their days; together they never take back more than all.

    Of what was paid, each takes its share of what had become payable by its day. Where late payments give back, those
    that come once an invoice was given up are causes, too.
    """
    if line.deal is None or not line.amount:
        return
    times: Counter[str] = Counter()
    for cause, before, after in shares_taken(line.deal, clawback, facts):
        times[cause.kind] += 1
        base = line.amount if clawback.of == "earned" else paid_by(Waiting(line, plan, facts, company, cause.day))
        amounts = [rounded(base * each, plan.unit_micros, plan.rounding) for each in (before, after)]
        if amounts[0] != amounts[1]:
            period = span_of(cause.day, STATEMENTS[plan.pays], company).label
            against = [] if line.part == "earning" else [line.part]
            part = " ".join([_called(cause.kind, times[cause.kind]), *against])
            taken = amounts[0] - amounts[1]
            yield replace(line, part=part, kind="clawback", day=cause.day, period=period, amount=taken)


def shares_taken(deal: Deal, clawback: Clawback, facts: Facts) -> Iterator[tuple[Cause, Fraction, Fraction]]:
    """Each cause with the share of the deal that is taken back before it, and with it."""
    before = Fraction(0)
    unpaid: list[Cause] = []
    late = _payments(deal, facts) if clawback.paid_late == "given_back" else []
    for cause in sorted([*_causes(deal, facts), *late], key=lambda one: (one.day, ORDER.index(one.kind))):
        if cause.kind == "late":
            after = before - _given_back(unpaid, cause.part)
        else:
            after = min(before + _share(cause, deal, clawback), Fraction(1))
        if after == before:
            continue
        if cause.kind == "unpaid" and cause.part:
            unpaid.append(replace(cause, taken=after - before))
        yield cause, before, after
        before = after


def _given_back(unpaid: list[Cause], part: Fraction) -> Fraction:
    """What a payment of a part of the deal gives back, and what is left of the invoices; the earliest is paid first."""
    found, left = Fraction(0), []
    for invoice in unpaid:
        settled = min(part / invoice.part, Fraction(1))
        part -= settled * invoice.part
        found += settled * invoice.taken
        open_ = 1 - settled
        left += [replace(invoice, part=open_ * invoice.part, taken=open_ * invoice.taken)] if open_ else []
    unpaid[:] = left
    return found


def _payments(deal: Deal, facts: Facts) -> list[Cause]:
    """The payments of a deal by day, as parts of it."""
    days: dict[date, list[int | None]] = {}
    for row in (row for row in facts.events_of(deal.id) if row["kind"] == "payment"):
        days.setdefault(row["happened_on"], []).append(row["amount_micros"])
    return [Cause("late", day, _part("late", amounts, deal)) for day, amounts in days.items()]


def _called(kind: str, nth: int) -> str:
    """`clawback` of a cancellation, `clawback refunded`, `clawback refunded 2`."""
    return " ".join(["clawback", *([] if kind == "cancelled" else [kind]), *([] if nth == 1 else [str(nth)])])


def _causes(deal: Deal, facts: Facts) -> Sequence[Cause]:
    """By day, those of one day in the order in which they are written; what is of one kind and day is one cause."""
    amounts: dict[tuple[date, str], list[int | None]] = {}
    if deal.cancelled_on is not None:
        amounts[deal.cancelled_on, "cancelled"] = [None]
    for row in (row for row in facts.events_of(deal.id) if row["kind"] in CAUSES[1:]):
        amounts.setdefault((row["happened_on"], row["kind"]), []).append(row["amount_micros"])
    causes = [Cause(kind, day, _part(kind, each, deal)) for (day, kind), each in amounts.items()]
    return sorted(causes, key=lambda cause: (cause.day, CAUSES.index(cause.kind)))


def _part(kind: str, amounts: list[int | None], deal: Deal) -> Fraction:
    """The amounts over that of the deal, of a downgrade over its ACV; all of it at most, and where none is given."""
    whole = deal.acv if kind == "downgraded" else deal.amount
    known = [each for each in amounts if each is not None]
    if len(known) < len(amounts) or whole <= 0:
        return Fraction(1)
    return min(Fraction(sum(known), whole), Fraction(1))


def _share(cause: Cause, deal: Deal, clawback: Clawback) -> Fraction:
    """How much of the earning a cause takes back: nothing where it is none, comes too late, or the term is unknown."""
    within: Within | None = getattr(clawback.when, cause.kind)
    if within is None or cause.day < deal.day:
        return Fraction(0)
    days, months = (cause.day - deal.day).days, whole_months(deal.day, cause.day)
    elapsed, limit = (days, within.within_days) if within.within_days is not None else (months, within.within_months)
    if limit is None or elapsed >= limit:
        return Fraction(0)
    if clawback.takes_back.unearned == "window":
        return cause.part * Fraction(limit - elapsed, limit)
    return cause.part * _taken(clawback.takes_back, cause, deal, days, months)


def _taken(takes: TakesBack, cause: Cause, deal: Deal, days: int, months: int) -> Fraction:
    if takes.share is not None:
        return takes.share
    if takes.bands:
        reached = (b.share for b in takes.bands if (days if b.until_day is not None else months) < b.until)
        return next(reached, Fraction(0))
    return _unserved(deal, cause.day, takes.by)


def _unserved(deal: Deal, day: date, by: str) -> Fraction:
    """The share of the term that was not served: in whole months, or in days."""
    if deal.term is None:
        return Fraction(0)
    start = deal.row["starts_on"] or deal.day
    if by == "months":
        return Fraction(min(max(deal.term - max(whole_months(start, day), 0), 0), deal.term), deal.term)
    whole = (months_later(start, deal.term) - start).days
    return Fraction(min(max(whole - max((day - start).days, 0), 0), whole), whole)
