"""Cash: what the customer of a credit's deal paid, each payment on its day, less refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from engine.documents.measures.measure import Measure
from tests.reference.calendar import whole_months
from tests.reference.classify import Deal
from tests.reference.credits import Credit
from tests.reference.facts import Facts
from tests.reference.money import rounded

ORDER = ("payment", "refunded")
"""Of one day."""


def paid_of(credit: Credit, measure: Measure, facts: Facts) -> Iterator[tuple[date, int]]:
    """Days, and the credit's part of what came or went then, in the deal's currency.

    The parts of a deal that is paid in full add up to the credit. Beyond the deal's amount only what counts is counted.
    """
    deal = credit.deal
    if deal.amount <= 0:
        return
    for day, *totals in _received(deal, facts):
        if measure.within_months is None or whole_months(deal.day, day) < measure.within_months:
            before, after = (_part(total, credit, measure) for total in totals)
            yield day, after - before


def _part(total: int, credit: Credit, measure: Measure) -> int:
    """The credit's part of all that was received, of that up to the deal's amount, or of the rest."""
    whole = credit.deal.amount
    in_all, up_to = (rounded(Fraction(part * credit.amount, whole)) for part in (total, min(total, whole)))
    return {"counted": in_all, "ignored": up_to, "alone": in_all - up_to}[measure.overpaid]


def _received(deal: Deal, facts: Facts) -> Iterator[tuple[date, int, int]]:
    """Each day with what had been received before and after it; what came before the deal was won, on that day.

    A payment without an amount is the whole deal's, a refund without one all that was received; never more than that.
    """
    flows = [row for row in facts.events_of(deal.id) if row["kind"] in ORDER]
    days = sorted({max(row["happened_on"], deal.day) for row in flows})
    total = 0
    for day in days:
        before = total
        of_day = [row for row in flows if max(row["happened_on"], deal.day) == day]
        for row in sorted(of_day, key=lambda row: (row["happened_on"], ORDER.index(row["kind"]))):
            amount = row["amount_micros"]
            if row["kind"] == "payment":
                total += deal.amount if amount is None else amount
            else:
                total = max(total - (total if amount is None else amount), 0)
        if total != before:
            yield day, before, total
