"""Caps: on the curve of a window, or on each deal by itself."""

from __future__ import annotations

from fractions import Fraction

from engine.documents.component import Component
from engine.documents.plan import Plan
from tests.reference.curve import Terms
from tests.reference.entries import Entry
from tests.reference.money import rounded


def capped(component: Component, paid: Fraction, terms: Terms, share: Fraction = Fraction(1)) -> Fraction:
    """At most the cap, or a share of it; of what lies above it, the part that it still pays."""
    cap = component.cap
    assert cap is not None
    most = share * (
        terms.value(cap.of_target) * terms.target(component) if cap.amount is None else terms.value(cap.amount)
    )
    above = terms.value(cap.then_pays) if cap.then_pays is not None else Fraction(0)
    return paid if paid <= most else most + (paid - most) * above


def within_deal_cap(
    component: Component, entry: Entry, terms: Terms, amount: int, *, plan: Plan, raw: dict[str, int]
) -> int:
    """What the cap on the deal leaves of an amount, after what the deal paid before (`raw`, uncapped).

    Before the split, each credit has its own share of the cap.

    A deal that takes back does not take back more than the cap either.
    """
    assert component.cap is not None
    share, key = Fraction(1), entry.deal.id if entry.deal is not None else entry.source
    if component.cap.applies == "before_split" and entry.share is not None:
        share, key = entry.share, entry.source
    before = raw.get(key, 0)
    raw[key] = before + amount

    def left(total: int) -> int:
        size = capped(component, Fraction(abs(total)), terms, share)
        return rounded(size if total >= 0 else -size, plan.unit_micros, plan.rounding)

    return left(raw[key]) - left(before)
