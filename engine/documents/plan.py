"""Commission plans (DESIGN 5, `config/plans/*.yaml`): measures and the components that pay on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr

from engine.documents.absence import Leave, Leavers
from engine.documents.alternatives import Alternatives, alternative_problems, alternatives_in
from engine.documents.bonus_pool import BonusPool
from engine.documents.cash_fit import unfit_cash
from engine.documents.clawback import Clawback
from engine.documents.compensation import Promise, promise_rows
from engine.documents.component import Component
from engine.documents.dependencies import problems_in_plan
from engine.documents.document import Policy
from engine.documents.draw import Draw
from engine.documents.exchanging import Exchanging
from engine.documents.findings import Accepted
from engine.documents.looks import looks
from engine.documents.measure import Measure, Unit
from engine.documents.plan_cap import PlanCap
from engine.documents.precedence import Precedence, before, precedence_problems
from engine.documents.problems import Loc, Problem
from engine.documents.ramp import RampMonth
from engine.documents.release import STEPS, ReleaseStep, Reserve, share_problems
from engine.documents.retention_fit import unfit_ratios, unfit_weights, unfit_windows
from engine.documents.values import FILLED, Currency, Dated, Name, Pay, Window
from engine.documents.windows_fit import (
    unfit_clawback,
    unfit_for_each,
    unfit_rounding,
    unfit_since,
    unfit_to_date,
    unfit_trailing,
    unfit_zero,
)
from engine.money import minor_unit_micros

NOUNS: dict[Unit, str] = {"amount": "money", "deals": "deals", "number": "pieces", "percent": "percent"}
"""What messages call the unit of a measure."""

DRAW, ADJUSTMENT = "draw", "adjustment"
"""How lines name the plan's draw, and what people adjust of pay: as if they were components."""


class Plan(Policy):
    """One plan file: in force for credits dated in its window, for the payees enrolled in it."""

    plan: Name = Field(examples=["ae"])
    """The name that enrolments use; files of one name with other windows are its other years."""
    title: StrictStr = Field(default="", examples=["Account Executive"])
    """What people call it."""
    document: StrictStr = Field(default="", examples=["Sales compensation handbook, section 3"])
    """Where the payee signed for it."""
    currency: Currency = Field(examples=["USD"])
    """What it pays in."""
    exchange: Exchanging = Field(default=Exchanging(), examples=["{fixed: {EUR: 1.15}}"])
    """By which rates deals in other currencies are paid."""
    effective: Window = Field(examples=["{from: 2026-02-01, until: 2027-02-01}"])
    """Credits dated in this window follow this file."""
    pays: Literal["weekly", "two_weekly", "half_monthly", "monthly", "quarterly", "half_yearly", "yearly"] = Field(
        default="monthly", examples=["monthly"]
    )
    """How often there is a statement, by the company's calendar. Its periods are written `2026-W05`, `2026-W05-W06`
    (two weeks), `2026-03-H1` (the first fifteen days of a month; `H2` the rest), `2026-03`, `FY2026-Q1`, `FY2026-H1`
    and `FY2026`. How long is accumulated is another question: what a month adds up may be paid week by week."""
    rounding: Literal["half_up", "half_even", "down"] = Field(default="half_up", examples=["half_up"])
    """How each line is rounded; `down` is towards zero."""
    rounding_unit: Pay | None = Field(default=None, examples=["1"])
    """To what each line is rounded: `1` is to whole dollars. Without it, to the currency's minor unit."""
    measures: dict[Name, Measure] = Field(examples=["{new_acv: {sum: acv}}"])
    """What is added up, by name."""
    components: Annotated[tuple[Component, ...], *FILLED] = Field(
        default=(), examples=["[{id: base, kind: commission, measure: new_acv, rate: 8%}]"]
    )
    """The ways to earn. There is at least one, or one of `bonus_pools`."""
    precedence: Precedence = Field(default=(), examples=["[hero, platform, base]"])
    """Components in an order, of which the first that takes a deal, or lines of one, takes it alone: what it counts is
    left out of all that stand behind it, of their totals and attainment too. A component takes the deals that pass its
    measure's `when` on the days of its own life, and of these the lines that pass `lines` (all of them, where it has
    none); whether it then pays for them does not matter. So the most specific rule stands first, and products of a
    SPIFF in front of the base commission are not paid twice. Several orders are a list of lists."""
    greatest_of: Precedence = Field(default=(), examples=["[by_revenue, by_margin]"])
    """Components of which only the one that pays most is paid, to each payee in each of their windows: with
    `accumulates: transaction` deal by deal, with `accumulates: month` by the month. Who has nothing in one of them
    comes to nothing there; of equals the first that is written is paid. The lines of the others stay, at nothing, but
    for those of floors. While anything of a window is held, all of it is, in each of them. Several choices are a list
    of lists."""
    least_of: Precedence = Field(default=(), examples=["[commission, ceiling]"])
    """The same, of which only the one that pays least is paid."""
    clawback: Clawback | None = Field(
        default=None, examples=["{when: {cancelled: {within_days: 180}}, takes_back: all, applies_to: [base]}"]
    )
    """What is taken back when a customer leaves."""
    caps: tuple[PlanCap, ...] = Field(default=(), examples=["[{id: year, per: year, amount: 250_000}]"])
    """The most that several components pay together; each in the order in which they are written."""
    bonus_pools: tuple[BonusPool, ...] = Field(
        default=(), examples=["[{id: se-pool, per: quarter, amount: 30_000, divided_by: headcount}]"]
    )
    """Amounts for everybody on the plan together, and how they are divided."""
    draw: Draw | None = Field(
        default=None, examples=["{kind: recoverable, amount: 4_000, first_periods: 3, recovery: {max_share: 50%}}"]
    )
    """What is paid at least, and how advances come back."""
    release: Annotated[tuple[ReleaseStep, ...], *STEPS] = Field(
        default=(), examples=["[{share: 50%, on: booking}, {share: 50%, on: cash}]"]
    )
    """When what components earned becomes payable, for those that do not say so themselves; without it, on booking. A
    plan without any `release` and `reserve` makes what is earned payable in the same statement."""
    reserve: Reserve | None = Field(default=None, examples=["{share: 10%, after_months: 12}"])
    """What is held back of everything that becomes payable."""
    ramp: tuple[RampMonth, ...] = Field(default=(), examples=["[{month: 1, quota: 25%}, {month: 2, quota: 50%}]"])
    """Shares of the quotas in a payee's first months in the plan, each month once from 1 on; from the month after the
    last on it is all of them. A quota of several months is divided evenly among them (by `proration: days`, and where a
    quota of weeks lies in two months, by their days)."""
    zero_quota: Literal["held", "unpaid"] = Field(default="held", examples=["unpaid"])
    """What becomes of deals in a window whose quota is 0, as in the first months of a ramp, where components pay by
    percentages of it. `held`: they are reported and wait for a quota. `unpaid`: they count and pay nothing, so that a
    guarantee (`draw`) can be paid in these months."""
    proration: Literal["none", "months", "days"] = Field(default="none", examples=["days"])
    """What becomes of the quota of who joins or leaves within its days, or whose plan changes: `none` leaves it whole;
    `months` counts the whole fiscal months in which the payee was enrolled (of a quota of weeks, its own days of the
    month); `days` counts the days."""
    leave: Leave = Field(default=Leave(), examples=["{quota: months, deals: unpaid}"])
    """What days of leave do; without it, quotas shrink by the days, and deals are paid."""
    leavers: Leavers | None = Field(default=None, examples=["{paid_for_days: 30}"])
    """Deals that close after a payee's last day on any plan."""
    accepted: Accepted = Field(
        default_factory=dict, examples=['{more-pays-less: "Cliff agreed with sales on 2026-01-10"}']
    )
    """Findings of `plan lint` that may stay, by their id (see plan-lint.md), and why."""

    @property
    def unit_micros(self) -> int:
        """What lines are rounded to, in micro-units."""
        return self.rounding_unit or minor_unit_micros(self.currency)

    @property
    def quotas(self) -> frozenset[str]:
        """The quotas that components, their gates and their multipliers refer to."""
        named = (look.quota for look in looks(self.components, self.measures))
        pooled = (quota for pool in self.bonus_pools for quota in pool.quotas)
        return frozenset(quota for quota in (*named, *pooled) if quota is not None)

    @property
    def company_quotas(self) -> frozenset[str]:
        """Of these quotas, those that all people together have to reach."""
        looked_at = [(look.measure, look.quota) for look in looks(self.components, self.measures)]
        looked_at += [(gate.measure, gate.quota) for pool in self.bonus_pools for gate in pool.only_if]
        across = {name for name, measure in self.measures.items() if measure.across is not None}
        return frozenset(quota for measure, quota in looked_at if quota is not None and measure in across)

    @property
    def promises(self) -> dict[Promise, str]:
        """What components pay of what people data promises, and how its rows are called."""
        named = (*(component.target_of for component in self.components), *(cap.of for cap in self.caps))
        named = (*named, *(rule.of for rule in self.draws))
        return {promise: promise_rows(promise) for promise in named if promise is not None}

    @property
    def draws(self) -> tuple[Draw, ...]:
        """Its draw, and those that follow it."""
        found: list[Draw] = []
        rule = self.draw
        while rule is not None:
            found.append(rule)
            rule = rule.then
        return tuple(found)

    @property
    def ranks(self) -> bool:
        """Whether what one is paid depends on what everybody else in the plan achieved."""
        ranked = (gauge.ranked for component in self.components for gauge in component.gauges())
        return bool(self.bonus_pools) or any(of is not None for of in ranked)

    @property
    def defers(self) -> bool:
        """Whether anything that it pays becomes payable later than it is earned."""
        return bool(self.release or self.reserve or any(component.release for component in self.components))

    @property
    def days_after_leaving(self) -> int:
        """For how many days after a payee's last day on any plan deals still count."""
        return self.leavers.paid_for_days if self.leavers is not None else 0

    @property
    def alternatives(self) -> tuple[Alternatives, ...]:
        """Its choices between components."""
        return alternatives_in(self.greatest_of, self.least_of)

    def before(self, component: str) -> tuple[Component, ...]:
        """The components that take what they count before this one does."""
        return before(component, self.components, self.precedence)

    def release_of(self, component: Component) -> tuple[ReleaseStep, ...]:
        """When what a component earned becomes payable; no step: on booking."""
        return component.release or self.release

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """A release or an order that stands by itself has no place in a list."""
        alone = len(loc) > 1 and loc[0] == "release" and isinstance(written.get("release"), dict | str)
        orders = ("precedence", "greatest_of", "least_of")
        alone |= len(loc) > 1 and loc[0] in orders and isinstance(written[loc[0]][0], str)
        return (loc[0], *loc[2:]) if alone else loc

    def problems(self) -> Iterator[Problem]:
        """Components fit their measures and the plan's window, and ramps have no gap."""
        if not self.components and not self.bonus_pools:
            remedy = f"Add components, such as components: {self.examples()['components']}."
            yield Problem(("components",), "missing.", remedy)
        for position, step in enumerate(self.ramp):
            if step.month != position + 1:
                message = f"month {step.month} stands where month {position + 1} belongs."
                yield Problem(("ramp", position, "month"), message, "Write every month once, from 1 on.")
        if self.rounding_unit == 0:
            yield Problem(("rounding_unit",), "nothing is rounded to 0.", "Write more than 0, such as 1 or 0.05.")
        yield from self._unfit_draws()
        own = {ADJUSTMENT: "what people adjust", **({DRAW: "the plan's draw"} if self.draw else {})}
        for position, component in enumerate(self.components):
            place = ("components", position)
            if component.id in own:
                message = f"is how lines name {own[component.id]}."
                yield Problem((*place, "id"), message, "Give the component another id.")
            for problem in (*self._unfit(component), *self._outside(component)):
                yield Problem((*place, *problem.loc), problem.message, problem.remedy)
        yield from problems_in_plan(self.components, self.measures)
        yield from unfit_weights(self.measures)
        yield from unfit_ratios(self.measures)
        yield from precedence_problems(self.precedence, self.components, self.measures)
        choices = {key: getattr(self, key) for key in ("greatest_of", "least_of")}
        yield from alternative_problems(choices, self.components, self.measures)
        yield from self._exchange_problems()
        yield from self._residual_problems()
        yield from self._cap_problems()
        yield from self._pool_problems()
        for name, measure in self.measures.items():
            for at, value in measure.dated():
                yield from _begins_late(("measures", name, *at), value, self.effective)
        yield from share_problems(self.release)
        yield from self._release_problems()
        yield from unfit_cash(self)
        yield from unfit_clawback(self.clawback, self.components)

    def _release_problems(self) -> Iterator[Problem]:
        """What is earned without a deal can only wait for time, and what is given back waits for nothing."""
        if self.clawback is not None and self.clawback.paid_late == "given_back" and self.defers:
            message = "gives back at once, and what the plan pays waits for its release."
            yield Problem(("clawback", "paid_late"), message, "Remove paid_late, or release and reserve.")
        for position, part in enumerate(self.components):
            if part.floor is not None and part.floor.always and (self.release_of(part) or self.reserve):
                message = "what a loss takes off is payable at once, and what tops it up would wait for its release."
                yield Problem(("components", position, "floor", "always"), message, "Remove always, or release.")
            occasions = {step.on for step in self.release_of(part)} - {"booking"}
            measure = self.measures[part.measure]
            moved = part.carry is not None and part.carry.surplus == "moved"
            what = "moved surplus" if moved else "pay to date" if part.to_date else measure.of_a_window
            what = "an imported result" if measure.imported else what
            if occasions and what:
                message = f"{what} is of no deal, and waits for {' and '.join(sorted(occasions))}."
                yield Problem(("components", position, "release"), message, "Write release: booking.")

    def _exchange_problems(self) -> Iterator[Problem]:
        """Fixed rates are of other currencies, and there from the first day."""
        for currency, leaf in self.exchange.fixed.items():
            if currency == self.currency:
                yield Problem(("exchange", "fixed", currency), "is what the plan pays in.", "Remove it.")
            elif leaf.steps[0][0] > self.effective.from_on:
                message = f"has no value from {self.effective.from_on} until {leaf.steps[0][0]}."
                yield Problem(("exchange", "fixed", currency), message, f"Add a value from {self.effective.from_on}.")

    def _residual_problems(self) -> Iterator[Problem]:
        """A residual ends with the contract by itself, and is of deals."""
        residual = {part.id for part in self.components if part.residual is not None}
        for position, name in enumerate(self.clawback.applies_to if self.clawback else ()):
            if name in residual:
                message = f"{name} is a residual, which ends with the contract by itself."
                yield Problem(("clawback", "applies_to", position), message, f"Remove {name} here.")
        for position, part in enumerate(self.components):
            moved = part.carry is not None and part.carry.surplus == "moved"
            imported = self.measures[part.measure].imported is not None
            if part.id in residual and (moved or imported):
                what = "an imported result" if imported else "moved surplus"
                message = f"{what} is of no deal, so nobody stays or leaves."
                yield Problem(("components", position, "residual"), message, "Remove residual.")
        for name, measure in self.measures.items():
            for read in residual & set(measure.of):
                message = f"{read} is a residual: what it comes to is not known when this is added up."
                yield Problem(("measures", name, "of"), message, f"Remove {read}.")

    def _cap_problems(self) -> Iterator[Problem]:
        """Caps have names of their own, and nothing is capped by two of which neither covers the other."""
        taken = {DRAW, *(component.id for component in self.components), *(pool.id for pool in self.bonus_pools)}
        for position, cap in enumerate(self.caps):
            if cap.id in taken:
                yield Problem(("caps", position, "id"), f"{cap.id} is how other lines are named.", "Write another id.")
            covered = {part.id for part in self.components if cap.covers(part.id)}
            for earlier in self.caps[:position]:
                before = {part.id for part in self.components if earlier.covers(part.id)}
                if before & covered and not before <= covered:
                    message = f"caps some of what {earlier.id} caps, but not all of it."
                    remedy = f"Write it before {earlier.id}, or let it cover {', '.join(sorted(before - covered))} too."
                    yield Problem(("caps", position), message, remedy)

    def _pool_problems(self) -> Iterator[Problem]:
        """Pools have names of their own, their values from the first day, and measures of what each achieved."""
        taken = {DRAW, *(component.id for component in self.components)}
        for position, pool in enumerate(self.bonus_pools):
            place = ("bonus_pools", position)
            if pool.id in taken:
                yield Problem((*place, "id"), f"{pool.id} is how other lines are named.", "Write another id.")
            for key, leaf in pool.dated():
                yield from _begins_late((*place, key), leaf, self.effective)
            for problem in pool.unfit(self.measures):
                yield Problem((*place, *problem.loc), problem.message, problem.remedy)

    def _unfit_draws(self) -> Iterator[Problem]:
        """Promises are divided into fiscal months, and no further."""
        if self.pays in ("weekly", "two_weekly", "half_monthly") and any(rule.of for rule in self.draws):
            message = "people data promises by fiscal months, of which a shorter statement period is no part."
            yield Problem(("draw",), message, "Write amounts, or pays: monthly.")

    def _unfit(self, component: Component) -> Iterator[Problem]:
        """A share of what is no money, or an amount for each unit of money, is no pay."""
        measure = self.measures[component.measure]
        each = next((key,) for key in ("pays", "rates", "brackets") if getattr(component, key) or key == "brackets")
        if measure.unit == "amount" and not measure.brings_whole and component.per is None and component.pays_each:
            remedy = "Write a rate, add per (the amount that it is for), or let the measure count deals."
            yield Problem(each, f"{component.measure} adds up money, it does not count.", remedy)
        by_deal = component.rate_by or (component.rates and not component.pays_each)
        shares = component.rate or "rate" in component.row_ways or by_deal
        if measure.unit != "amount" and shares:
            message = f"{component.measure} is measured in {NOUNS[measure.unit]}; a percentage of that is no amount."
            yield Problem(("measure",), message, "Write pays with an amount for each (of percent: for 100 %).")
        if not measure.is_share or (component.quota is not None and not measure.brings_whole):
            yield from component.quota_problems(imported=measure.imported is not None)
        yield from unfit_windows(component, self.measures)
        yield from unfit_to_date(component, self.measures)
        yield from unfit_since(component, self.measures)
        yield from unfit_for_each(component, self.measures)
        yield from unfit_zero(component, self.measures)
        yield from unfit_rounding(component, measure)
        yield from unfit_trailing(component, self.measures)
        if component.tables and not measure.of_credits and measure.retention is None:
            key = "rates" if component.rates else "by_deal"
            yield Problem((key,), "an imported result is of no deal, so no case can fit.", f"Remove {key}.")
        if component.rate_by is not None and (not measure.of_credits or measure.of):
            message = f"{component.measure} does not add up deals, which have a percentage."
            yield Problem(("rate_by",), message, "Write rate, or give it a measure of deals.")
        if (
            component.floor
            and component.floor.always
            and (not measure.of_credits or measure.sum in ("cash", "earnings"))
        ):
            message = f"{component.measure} does not add up deals, of which one that is worth nothing could be found."
            yield Problem(("floor", "always"), message, "Remove always, or give it a measure of deals.")
        if component.split_of == "money" and not (measure.of_credits and set(measure.credits) <= {"direct", "overlay"}):
            message = f"{component.measure} adds up more than the payee's own shares of deals."
            yield Problem(("split_of",), message, "Remove split_of, or give it a measure of direct or overlay credits.")
        if component.kind == "manager_override" and not measure.of_the_team:
            message = f"an override pays on the team's credits, but {component.measure} adds up others."
            yield Problem(("measure",), message, "Give it a measure with credits: [rollup].")

    def _outside(self, component: Component) -> Iterator[Problem]:
        """A component lives inside its plan, and its values are there from its first day."""
        life = component.effective or self.effective
        if life.from_on < self.effective.from_on:
            message = f"begins before the plan, which is in force from {self.effective.from_on}."
            yield Problem(("effective", "from"), message, "Begin it with the plan, or later.")
        end = self.effective.until_on
        if end is not None and (life.until_on is None or life.until_on > end):
            message = f"ends after the plan, which is in force until {end}."
            yield Problem(("effective", "until"), message, f"Write until: {end} or earlier.")
        for place, value in component.dated():
            yield from _begins_late(place, value, life)


def _begins_late(place: Loc, value: Dated[Any], life: Window) -> Iterator[Problem]:
    """A dated value is there from the first day on."""
    first = value.steps[0][0]
    if first > life.from_on:
        message = f"has no value from {life.from_on} until {first}."
        yield Problem(place, message, f"Add a value from {life.from_on}.")
