"""Quotas that fit what people sold, so that some fall short, some just make it and some fly past every tier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.world.company import Person, Staff
from sandbox.world.dates import MONTHS_A_YEAR, add_months, fiscal_year, months
from sandbox.world.money import MICROS
from sandbox.world.ownership import Credit
from sandbox.world.rates import Rates

QUOTA_OF_ROLE = {"AE": "new_acv", "AM": "growth_acv", "MANAGER": "team_new_acv"}
EXPANDING = frozenset({"new_business", "upsell", "cross_sell"})
RAMP = (20, 30, 45, 60, 75, 90)
"""Percent of a full quota in a joiner's first months."""
FULL = 100
ATTAINMENTS = (55, 70, 85, 95, 105, 115, 130, 150, 220)
"""Percent of quota that people are to have reached."""
LEAST_DOLLARS, STEP_DOLLARS = 3_000, 100


@dataclass(frozen=True, slots=True)
class Quota:
    """A month's target in whole dollars."""

    person: Person
    name: str
    month: date
    dollars: int


def counts_for(credit: Credit, role: str) -> bool:
    """Whether a credit counts towards the quota of somebody in this role."""
    if role == "AM":
        return credit.kind == "direct"
    wanted = "direct" if role == "AE" else "rollup"
    return credit.kind == wanted and credit.deal.motion in EXPANDING


def set_quotas(rng: Random, staff: Staff, credited: Iterable[Credit], rates: Rates, until: date) -> list[Quota]:
    """Monthly quotas for everybody whose plan needs one, until the end of the running fiscal year."""
    sold = _sold(credited, rates)
    end = add_months(fiscal_year(until), MONTHS_A_YEAR)
    out: list[Quota] = []
    for seat, tenure in staff.tenures:
        if seat.role not in QUOTA_OF_ROLE:
            continue
        held = list(months(tenure.since, min(tenure.until or end, end)))
        percent = dict(zip(held, RAMP, strict=False)) if tenure.ramps else {}
        for year in dict.fromkeys(fiscal_year(month) for month in held):
            rows = {month: percent.get(month, FULL) for month in held if fiscal_year(month) == year}
            weight = sum(share for month, share in rows.items() if month < until)
            full = _full_quota(sold[tenure.person, year], weight, rng.choice(ATTAINMENTS))
            out += _quotas(tenure.person, QUOTA_OF_ROLE[seat.role], full, rows)
    return out


def _sold(credited: Iterable[Credit], rates: Rates) -> Counter[tuple[Person, date]]:
    """What counted for each person and fiscal year, in micro-dollars."""
    sold: Counter[tuple[Person, date]] = Counter()
    for credit in credited:
        seat = credit.payee.seat
        if seat and seat.role in QUOTA_OF_ROLE and counts_for(credit, seat.role):
            deal = credit.deal
            dollars = rates.corporate(credit.acv_micros, deal.currency, deal.closes)
            sold[credit.payee, fiscal_year(deal.closes)] += dollars
    return sold


def _full_quota(sold_micros: int, weight: int, attainment: int) -> int:
    """Whole dollars a month for which what was sold, over months of so much weight, is that attainment."""
    dollars = sold_micros * FULL * FULL // (max(weight, 1) * attainment * MICROS)
    return max(LEAST_DOLLARS, dollars // STEP_DOLLARS * STEP_DOLLARS)


def _quotas(person: Person, name: str, full: int, rows: Mapping[date, int]) -> Iterator[Quota]:
    """A person's rows of a fiscal year: the full quota, less in a joiner's first months."""
    for month, share in rows.items():
        yield Quota(person, name, month, full * share // FULL)
