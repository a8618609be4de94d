"""Caps: on what the lines of a window come to, or on each deal by itself."""

from __future__ import annotations

from fractions import Fraction

from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from tests.reference.curve import Terms
from tests.reference.entries import Entry
from tests.reference.money import rounded


def within_cap(
    component: Component, entry: Entry, terms: Terms, amount: int, *, plan: Plan, raw: dict[str, int]
) -> int:
    """What the cap leaves of an amount, after what its deal or window came to before (`raw`, uncapped)."""
    assert component.cap is not None
    if component.cap.per == "deal":
        return _within_deal_cap(component, entry, terms, amount, plan=plan, raw=raw)
    before = raw.get("window", 0)
    raw["window"] = before + amount
    paid = [of_sum(component, terms, total, plan) for total in (before, before + amount)]
    return paid[1] - paid[0]


def of_sum(component: Component, terms: Terms, total: int, plan: Plan) -> int:
    """What a window pays that comes to so much: at most the cap; of what lies above it, the part that is still paid."""
    most = rounded(height(component, terms), plan.unit_micros, plan.rounding)
    above = max(total - most, 0) * _paid_above(component, terms)
    return min(total, most) + rounded(above, plan.unit_micros, plan.rounding)


def _within_deal_cap(
    component: Component, entry: Entry, terms: Terms, amount: int, *, plan: Plan, raw: dict[str, int]
) -> int:
    """What the cap on the deal leaves of an amount, after what the deal earned before (`raw`, uncapped).

    A deal that takes back does not take back more than the cap either. Before the split, each credit has its own share
    of the cap.
    """
    assert component.cap is not None
    most, key = height(component, terms), entry.deal.id if entry.deal is not None else entry.source
    if component.cap.applies == "before_split" and entry.share is not None:
        most, key = most * entry.share, entry.source
    before, after = raw.get(key, 0), raw.get(key, 0) + amount
    raw[key] = after
    inside = max(min(max(before, after), most) - max(min(before, after), -most), 0)
    size = inside + (abs(amount) - inside) * _paid_above(component, terms)
    return rounded(Fraction(size if amount >= 0 else -size), plan.unit_micros, plan.rounding)


def height(component: Component, terms: Terms) -> Fraction:
    """The cap, in micro-units."""
    cap = component.cap
    assert cap is not None
    if cap.amount is not None:
        return Fraction(terms.value(cap.amount))
    return terms.value(cap.of_target) * terms.target(component)


def _paid_above(component: Component, terms: Terms) -> Fraction:
    assert component.cap is not None
    return terms.value(component.cap.then_pays) if component.cap.then_pays is not None else Fraction(0)
