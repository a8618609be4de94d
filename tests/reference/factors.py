"""Factors: what gates, multipliers, matrices, the deal itself and its split make of a payout."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from tests.reference.cases import case_of
from tests.reference.curve import MissingQuotaError
from tests.reference.entries import Entry
from tests.reference.facts import Facts
from tests.reference.gauges import UnknownGaugeError, cell, factor
from tests.reference.participants import Participant

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


def times_of(who: Participant, component: Component, entry: Entry, earned: Earnings) -> Fraction | None:
    """All that an entry's payout is multiplied by; None where nobody knows."""
    try:
        found = factor(component, who, entry, earned) * _by_deal(component, entry, earned.facts)
        if shares_money(component) and entry.share is not None:
            found *= entry.share
        of_matrix = cell(component, who, entry, earned)
    except (UnknownGaugeError, MissingQuotaError):
        return None
    return found * of_matrix if of_matrix is not None and component.matrix and component.matrix.factors else found


def shares_money(component: Component) -> bool:
    """Whether a split divides what is paid, and not what is achieved."""
    return component.split_of == "money"


def _by_deal(component: Component, entry: Entry, facts: Facts) -> Fraction:
    """What the deal itself multiplies its payout by."""
    case = case_of(component.by_deal, entry, facts)
    return Fraction(1) if case is None else Fraction(case.value.at(entry.day))
