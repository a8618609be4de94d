"""Sentences on rates of retention: the customers at the start, what became of their revenue, and the rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine.model import MICROS
from engine.telling.wording import money, percent, roughly

RATES = {"gross": "gross revenue retention", "net": "net revenue retention", "logos": "logo retention"}
RENEWAL_RATES = {"gross": "renewal rate", "net": "renewal rate with expansion", "logos": "logo renewal rate"}


def told_of_cohort(known: Mapping[str, Any]) -> str:
    """The rate of a line and the numbers that make it, each of which can be added up again."""
    cohort, retention = known["cohort"], known["retention"]
    names = RENEWAL_RATES if retention["cohort"] == "due" else RATES
    first, last = cohort["from_on"], date.fromisoformat(cohort["until_on"]) - timedelta(days=1)
    by_number = retention["kind"] == "logos"
    whole = cohort["customers"] * MICROS if by_number else cohort["start"]
    told = "; ".join(_customers(cohort) if by_number else _revenue(known))
    rate = roughly(Fraction(known["after_micros"], whole))
    return f"Your {names[retention['kind']]} from {first} to {last} was {rate}: {told}{_goal(known)}"


def _goal(known: Mapping[str, Any]) -> str:
    """How much of the goal that is, where there is one."""
    goal = known["retention"].get("goal")
    if goal is None:
        return ""
    return (
        f"; {roughly(Fraction(known['after_micros'], known['quota_micros']))} of the goal of {percent(Fraction(goal))}"
    )


def _customers(cohort: Mapping[str, Any]) -> Iterator[str]:
    """Customers by number."""
    kept = cohort["customers"] - cohort["left"]
    yield f"of {cohort['customers']} {_noun(cohort['customers'])} at the start {kept} stayed and {cohort['left']} left"


def _revenue(known: Mapping[str, Any]) -> Iterator[str]:
    """Annual revenue, from what there was to what was kept."""
    cohort, retention = known["cohort"], known["retention"]
    start, lost, shrunk, expanded, kept = (
        money(micros, known["currency"])
        for micros in (*(cohort[name] for name in ("start", "lost", "shrunk", "expanded")), known["after_micros"])
    )
    was = "was due" if retention["cohort"] == "due" else "at the start"
    yield f"{start} {was} ({cohort['customers']} {_noun(cohort['customers'])})"
    yield f"{lost} lost ({cohort['left']} left)"
    yield f"{shrunk} shrunk"
    yield f"{expanded} expanded" + ("" if retention["kind"] == "net" else ", which does not count")
    yield f"{kept} kept"


def _noun(customers: int) -> str:
    return "customer" if customers == 1 else "customers"
