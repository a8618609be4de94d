"""Answer key: what each payee is paid each month under the demo company's plans.

The plans, told once more in plain integers: rates in hundredths of a percent, money in micro-dollars, results in cents.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.world.company import PLAN_OF_ROLE, Person
from sandbox.world.dates import first_of_month, fiscal_quarter, fiscal_year
from sandbox.world.deals import WINDOW_DAYS, Deal
from sandbox.world.money import CENTS, MICROS, MICROS_A_CENT, WHOLE, half_up
from sandbox.world.ownership import Credit
from sandbox.world.quotas import Quota, counts_for
from sandbox.world.rates import Rates

ACCELERATOR_RAISED = date(2025, 8, 1)
SPIFF_FROM, SPIFF_UNTIL = date(2025, 5, 1), date(2026, 11, 1)
SPIFF_MONTHS = 36
SPIFF_RATE = 100
RENEWAL_RATE, EXPANSION_RATE = 75, 250
SOURCED_CENTS = 250 * CENTS

Curve = Callable[[int, int], int]
"""What is earned, in micro-dollars times `WHOLE`, once so much is achieved against a quota."""


@dataclass(frozen=True, slots=True)
class Payout:
    """One payee's result of one component in one month, in cents."""

    payee: Person
    plan: str
    component: str
    month: date
    earned_cents: int
    clawed_back_cents: int


def marginal(brackets: Sequence[tuple[int, int]]) -> Curve:
    """Each rate pays for its own slice. Brackets are (percent of quota, rate), the lowest first."""

    def earned(achieved: int, quota: int) -> int:
        total = 0
        floors = [quota * percent // 100 for percent, _ in brackets]
        ceilings = [*floors[1:], max(achieved, floors[-1])]
        for floor, ceiling, (_, rate) in zip(floors, ceilings, brackets, strict=True):
            total += max(0, min(achieved, ceiling) - floor) * rate
        return total

    return earned


def whole(brackets: Sequence[tuple[int, int]]) -> Curve:
    """The rate reached pays for everything."""

    def earned(achieved: int, quota: int) -> int:
        return achieved * [rate for percent, rate in brackets if achieved * 100 >= quota * percent][-1]

    return earned


BASE_BEFORE = marginal(((0, 800), (100, 1200), (125, 1500)))
BASE_SINCE = marginal(((0, 800), (100, 1200), (125, 1600)))
GROWTH = whole(((0, 300), (80, 450), (110, 600)))
OVERRIDE = marginal(((0, 100), (100, 150)))


WINDOWS = {"AE": fiscal_year, "AM": fiscal_quarter, "MANAGER": fiscal_quarter}
"""Over which days a role's attainment adds up before it starts again."""
COMPONENTS = {"AE": "base", "AM": "growth", "MANAGER": "override"}

Entry = tuple[str, Deal, int]
"""Component, deal and cents of one line."""


class Payroll:
    """Works out everybody's lines from their credits and quotas."""

    def __init__(self, rates: Rates, quotas: Iterable[Quota]) -> None:
        self._rates = rates
        self._quotas: Counter[tuple[Person, date]] = Counter()
        for quota in quotas:
            window = WINDOWS[_role(quota.person)](quota.month)
            self._quotas[quota.person, window] += quota.dollars * MICROS

    def payouts(self, credited: Iterable[Credit]) -> list[Payout]:
        """Earned and clawed back by payee, component and month; nothing where both are zero."""
        mine: defaultdict[Person, list[Credit]] = defaultdict(list)
        for credit in credited:
            if credit.payee.seat:
                mine[credit.payee].append(credit)
        out: list[Payout] = []
        for payee in sorted(mine, key=lambda person: person.number):
            in_order = sorted(mine[payee], key=lambda credit: (credit.deal.closes, credit.deal.id))
            flat = [*self._by_deal(payee, in_order), *_bonuses(payee, in_order)]
            out += _by_month(payee, [*self._accumulated(payee, in_order), *flat])
        return out

    def _accumulated(self, payee: Person, credited: Sequence[Credit]) -> Iterator[Entry]:
        """Lines on a payout curve: its height after the credit less its height before."""
        role = _role(payee)
        if role not in WINDOWS:
            return
        achieved: Counter[date] = Counter()
        for credit in (credit for credit in credited if counts_for(credit, role)):
            day = credit.deal.closes
            window = WINDOWS[role](day)
            before = achieved[window]
            achieved[window] += self._dollars(credit)
            curve, quota = _curve(role, day), self._quotas[payee, window]
            cents = _cents(curve(achieved[window], quota)) - _cents(curve(before, quota))
            yield COMPONENTS[role], credit.deal, cents

    def _by_deal(self, payee: Person, credited: Sequence[Credit]) -> Iterator[Entry]:
        """Flat rates, rounded once a deal however many credits of it a payee has."""
        dollars: Counter[tuple[str, int, Deal]] = Counter()
        for credit in credited:
            flat = _flat_rate(_role(payee), credit)
            if flat:
                dollars[*flat, credit.deal] += self._dollars(credit)
        for (component, rate, deal), micros in dollars.items():
            yield component, deal, _cents(micros * rate)

    def _dollars(self, credit: Credit) -> int:
        """Micro-dollars of a credit at the rate of its close date."""
        return self._rates.corporate(credit.acv_micros, credit.deal.currency, credit.deal.closes)


def clawed_back_on(deal: Deal) -> date | None:
    """The day a deal's commission is taken back: its contract was cancelled inside the window."""
    cancelled = deal.contract.cancelled if deal.contract else None
    return cancelled if cancelled and (cancelled - deal.closes).days < WINDOW_DAYS else None


def _role(payee: Person) -> str:
    return payee.seat.role if payee.seat else ""


def _curve(role: str, day: date) -> Curve:
    if role == "AE":
        return BASE_SINCE if day >= ACCELERATOR_RAISED else BASE_BEFORE
    return GROWTH if role == "AM" else OVERRIDE


def _cents(micros_by_rate: int) -> int:
    return half_up(micros_by_rate, WHOLE * MICROS_A_CENT)


def _flat_rate(role: str, credit: Credit) -> tuple[str, int] | None:
    """The component that pays a plain share of the credit, and its rate."""
    motion, kind = credit.deal.motion, credit.kind
    if role == "AE" and kind == "direct" and _earns_spiff(credit.deal):
        return "multi-year", SPIFF_RATE
    if role == "CSM" and kind in {"direct", "overlay"} and motion == "renewal":
        return "renewal", RENEWAL_RATE
    if role == "CSM" and kind == "direct" and motion in {"upsell", "cross_sell"}:
        return "expansion", EXPANSION_RATE
    return None


def _earns_spiff(deal: Deal) -> bool:
    long = deal.motion == "new_business" and (deal.months or 0) >= SPIFF_MONTHS
    return long and SPIFF_FROM <= deal.closes < SPIFF_UNTIL


def _bonuses(payee: Person, credited: Iterable[Credit]) -> Iterator[Entry]:
    """A bonus for each deal an SDR sourced."""
    for credit in credited:
        if _role(payee) == "SDR" and credit.kind == "overlay" and credit.deal.motion == "new_business":
            yield "sourced", credit.deal, SOURCED_CENTS


def _by_month(payee: Person, entries: Iterable[Entry]) -> Iterator[Payout]:
    """Totals of a payee's lines; only the AE plan has a clawback."""
    earned: Counter[tuple[str, date]] = Counter()
    clawed: Counter[tuple[str, date]] = Counter()
    for component, deal, cents in entries:
        earned[component, first_of_month(deal.closes)] += cents
        taken = clawed_back_on(deal) if _role(payee) == "AE" else None
        if taken:
            clawed[component, first_of_month(taken)] -= cents
    for component, month in sorted(earned.keys() | clawed.keys()):
        cents, back = earned[component, month], clawed[component, month]
        if cents or back:
            yield Payout(payee, PLAN_OF_ROLE[_role(payee)], component, month, cents, back)
