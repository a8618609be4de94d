"""The made-up world in which a plan is tried: quotas, days, and how much a deal has to be to count for so much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from engine.book import Rules
from engine.calendar import Period, period_of
from engine.documents.curves.gauge import Gauge
from engine.documents.measures.measure import Measure, Unit
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.plans.plan_cap import PlanCap
from engine.linting.made_up import OF_OTHERS, SAMPLE, deal, in_percent, line_of, number, sample_amount
from engine.linting.reach import cells_of, deal_reaching
from engine.linting.way import Fact
from engine.model import MICROS
from engine.money import minor_unit_micros
from engine.payees.curves.curve import Curve
from engine.payees.curves.shape import curve_of, versions
from engine.payees.measures.measure import measured_column
from engine.payees.measures.precedence import counting_of
from engine.periods import MONTHS, PeriodKind
from engine.scenario.quotas import windows_of_quotas

NOTIONAL: dict[Unit, int] = {
    "amount": SAMPLE,
    "deals": 10 * MICROS,
    "number": 10 * MICROS,
    "percent": MICROS,
}
"""The quota of the shortest window that is compared with it."""
TARGET = 10_000 * MICROS
"""A payee's own target for the shortest window."""
PROMISED: dict[str, int] = {
    "base_salary": 60_000 * MICROS,
    "variable": 40_000 * MICROS,
    "ote": 100_000 * MICROS,
}
"""What people data promises each payee for a year."""
TIMES_PAY = 10
"""How many times as large as the pay for reaching it a quota is."""
MOST_DEALS = 40
"""Counted deals that a way may hold: curves of counts bend early."""
UNIT_PRICE = 1_000
PERIODS: tuple[PeriodKind, ...] = ("week", "two_weeks", "half_month", "month", "quarter", "half", "year")
PLAIN = ("amount", "acv", "arr", "tcv", "mrr", "first_month", "margin", "units")
"""Values that a deal has by itself."""


@dataclass(frozen=True, slots=True)
class Days:
    """Where the deals of a component are dated: a window of it, from the first day on which all of it is in force."""

    first: date
    last: date
    next_first: date | None
    """First day of the next window, where the component is still in force then."""
    next_last: date | None = None


@dataclass(frozen=True, slots=True)
class World:
    """A plan with quotas; `scales` say how much a deal of 1 counts for in a measure, and from which amount on."""

    plan: Plan
    rules: Rules
    scales: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=lambda: MappingProxyType({}))

    def measure(self, name: str) -> Measure:
        """The measure of this name."""
        return self.plan.measures[name]

    def quotas(self) -> dict[str, tuple[int, str]]:
        """Amount and period of every quota and target that the plan names."""
        kinds = windows_of_quotas(self.rules)
        targets = {part.targets for part in self.plan.components}
        return {
            name: (TARGET if name in targets else self._aim(name), min(found, key=MONTHS.get))  # type: ignore[arg-type]
            for name, found in kinds.items()
        }

    def _aim(self, quota: str) -> int:
        """A usual quota, and of money no less than ten times what reaching it pays."""
        unit = self._unit_of_quota(quota)
        paid = [part.target for part in self.plan.components if part.quota == quota and part.target is not None]
        targets = [amount for target in paid for _, amount in target.steps]
        return max([NOTIONAL[unit], *(TIMES_PAY * amount for amount in targets if unit == "amount")])

    def _unit_of_quota(self, name: str) -> Unit:
        for part in self.plan.components:
            if part.quota == name:
                return self.measure(part.measure).unit
            for gauge in part.gauges():
                if gauge.quota == name and gauge.measure is not None:
                    return self.measure(gauge.measure).unit
        return "amount"

    def over(self, name: str | None, accumulates: str) -> int:
        """A quota or target over a window, in micro-units; 1 for a percentage without a quota."""
        if name is None:
            return MICROS
        amount, per = self.quotas()[name]
        return amount * MONTHS[accumulates] // MONTHS[per] if accumulates in MONTHS else amount  # type: ignore[index]

    def curve(self, part: Component) -> tuple[Curve, int]:
        """The component's newest curve, and the quota that it is for."""
        return curve_of(part, self.days(part).first, self._own_target(part)), self.over(part.quota, part.accumulates)

    def promised(self, cap: PlanCap) -> int:
        """The height of a cap that is a share of what people data promises."""
        whole = PROMISED[cap.of or "variable"] * MONTHS[cap.per] // MONTHS["year"]
        return int(whole * (cap.share or 0))

    def _own_target(self, part: Component) -> int | None:
        """The payee's own target over a window, where targets are that."""
        if part.target_of is not None and part.accumulates != "transaction":
            return PROMISED[part.target_of] * MONTHS[part.accumulates] // MONTHS["year"]
        return self.over(part.targets, part.accumulates) if part.targets else None

    def step(self, measure: str) -> int:
        """The least that is achieved at once: the minor unit of money, one deal or piece, a hundredth of a percent."""
        unit = self.measure(measure).unit
        return {"amount": minor_unit_micros(self.plan.currency), "percent": MICROS // 10_000}.get(unit, MICROS)

    def caps(self, part: Component) -> tuple[str, ...]:
        """The caps of the plan that cover the component: their lines belong to what it pays."""
        return tuple(cap.id for cap in self.plan.caps if cap.covers(part.id))

    def days(self, part: Component) -> Days:
        """A window of the component in which its newest values are in force."""
        first, end = self._life(part)
        kind = self._window(part)
        if kind is None:
            return Days(first, min(end, first + timedelta(days=28)) - timedelta(days=1), None)
        company = self.rules.company
        period = period_of(first, kind, company)
        after = period_of(period.ends_on, kind, company)
        beyond = period_of(after.ends_on, kind, company)
        if period.starts_on < first and beyond.starts_on < end:
            period, after = after, beyond
        return _days(max(first, period.starts_on), min(end, period.ends_on), after, end)

    def _window(self, part: Component) -> PeriodKind | None:
        """The window of the component, of its gates or of the plan's caps, at whose end anything starts again."""
        capped = [cap.per for cap in self.plan.caps if cap.covers(part.id)]
        kinds = [part.accumulates, *(over for _, over, *_ in self.gauges(part)), *capped]
        return next((kind for kind in PERIODS if kind in kinds), None)

    def _life(self, part: Component) -> tuple[date, date]:
        """From when on the component has its newest values, and until when; a year where it is open."""
        lives = [life for life in (self.plan.effective, part.effective) if life is not None]
        first = max(life.from_on for life in lives)
        ends = [life.until_on for life in lives if life.until_on is not None]
        for test in self.measure(part.measure).when.tests:
            if test.field == "closed_on":
                first = max(first, *(bound for bound in (test.min, test.above) if isinstance(bound, date)), first)
                ends += [bound for bound in (test.max, test.below) if isinstance(bound, date)]
        end = min(ends, default=first + timedelta(days=3 * 366))
        newest = [day for day in versions(part) if day < end]
        return max([first, *newest]), max(end, first + timedelta(days=1))

    def sold(self, name: str, worth: int, on: date) -> tuple[Fact, ...]:
        """What makes a payee achieve so much in a measure on a day."""
        measure = self.measure(name)
        if measure.imported is not None:
            return (self._result(measure, worth, on),)
        if "direct" not in measure.credits:
            said = {"measure": name, "on": on, "amount": number(worth)}
            return (Fact("achieved", MappingProxyType(said)),)
        if measure.count is not None:
            return (self._with_lines(deal(measure, sample_amount(measure), on)),) * min(worth // MICROS, MOST_DEALS)
        if measure.sum == "units":
            made = deal(measure, worth * UNIT_PRICE, on)
            (line,) = made.said["products"]
            return (made.with_said(products=[{**line, "quantity": number(worth)}]),)
        return (self._with_lines(deal(measure, self._amount(name, worth), on)),)

    def _with_lines(self, made: Fact) -> Fact:
        """The deal with a line, where another measure looks at lines: a deal without any would be held for all."""
        looking = next((measure for measure in self.plan.measures.values() if measure.looks_at_lines), None)
        if looking is None or "products" in made.said:
            return made
        return made.with_said(products=[{"amount": made.said["amount"], **line_of(looking)}])

    def _amount(self, name: str, worth: int) -> int:
        """The amount of a deal that counts for so much, to the minor unit, rounded up."""
        scale, less = self.scales.get(name, (Fraction(1), Fraction(0)))
        step = minor_unit_micros(self.plan.currency)
        return int(-((-worth / scale - less) // step) * step) if scale > 0 else worth

    def _result(self, measure: Measure, worth: int, on: date) -> Fact:
        value = in_percent(worth) if measure.unit == "percent" else number(worth)
        month = period_of(on, "month", self.rules.company)
        said = {"result": measure.imported, "value": value, "period": month.label}
        return Fact("results", MappingProxyType(said))

    def known(self, name: str) -> bool:
        """Whether something can be made up that the measure counts."""
        measure = self.measure(name)
        if measure.sum in ("cash", "earnings") or measure.of_a_window is not None:
            return False
        return measure.imported is not None or "direct" in measure.credits or measured_column(measure) is not None

    def plainly_counted(self, part: Component) -> bool:
        """Whether a made-up deal that passes the tests is sure to count, so that not being paid says something.

        Where a gate looks at what cannot be made up, nobody knows whether it would open; of components that are
        compared another may pay; and of results where less is better the best one is not made up.
        """
        measure = self.measure(part.measure)
        stated = all(test.field not in OF_OTHERS for test in measure.when.tests)
        by_deals = measure.count is not None or measure.sum in PLAIN or measure.imported is not None
        return (
            stated
            and by_deals
            and all(self.known(name) for name, *_ in self.gauges(part))
            and not any(part.id in each.names for each in self.plan.alternatives)
            and part.at_zero is None
            and not self._may_be_left(part)
            and measure.dated_by == "closed_on"
            and part.residual is None
        )

    def _may_be_left(self, part: Component) -> bool:
        """Whether components before it take some of its deals, so that made-up ones may be theirs, and not all."""
        takers = counting_of(self.plan, part)
        if not takers.whole_deals and not takers.lines:
            return False
        always = [taker.counts.when for taker in takers.whole_deals if taker.effective is None]
        own = self.measure(part.measure).when
        return deal_reaching(own, always, cells_of([own, *always])) is not None

    def gauges(self, part: Component) -> Iterator[tuple[str, str, Gauge, int]]:
        """For each gauge the measure behind it, its window, and the quota that its percentages are of."""
        by_id = {each.id: each for each in self.plan.components}
        for gauge in part.gauges():
            read = by_id.get(gauge.attainment_of or gauge.payout_of or "")
            if read is not None:
                yield read.measure, read.accumulates, gauge, self.over(read.quota, read.accumulates)
            elif gauge.measure is not None:
                over = gauge.over or part.accumulates
                yield gauge.measure, over, gauge, self.over(gauge.quota, over) * (gauge.trailing or 1)


def _days(first: date, end: date, after: Period, life_end: date) -> Days:
    last = end - timedelta(days=1)
    if after.starts_on >= life_end or after.starts_on != end:
        return Days(first, last, None)
    return Days(first, last, after.starts_on, min(after.ends_on, life_end) - timedelta(days=1))


def as_facts(quotas: Mapping[str, tuple[int, str]], payee: str) -> list[dict[str, Any]]:
    """The quotas of a payee as a plan test states them."""
    return [
        {"payee": payee, "quota": name, "amount": number(amount), "per": per} for name, (amount, per) in quotas.items()
    ]
