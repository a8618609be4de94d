"""Commission plans (DESIGN 5, `config/plans/*.yaml`): measures and the components that pay on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr

from engine.documents.company.compensation import Promise, promise_rows
from engine.documents.document import Policy
from engine.documents.findings import Accepted
from engine.documents.measures.measure import Measure
from engine.documents.plans.absence import Leave, Leavers
from engine.documents.plans.alternatives import Alternatives, alternatives_in
from engine.documents.plans.bonus_pool import BonusPool
from engine.documents.plans.clawback import Clawback
from engine.documents.plans.component import Component
from engine.documents.plans.draw import Draw
from engine.documents.plans.exchanging import Exchanging
from engine.documents.plans.looks import looks
from engine.documents.plans.plan_cap import PlanCap
from engine.documents.plans.plan_fit import unfit
from engine.documents.plans.precedence import Precedence, before
from engine.documents.plans.ramp import RampMonth
from engine.documents.plans.release import STEPS, ReleaseStep, Reserve
from engine.documents.problems import Loc, Problem
from engine.documents.values import FILLED, Currency, Name, Pay, Window
from engine.money import minor_unit_micros


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
    """Credits dated in this window follow this file. It ends with a window of whatever is paid by whole windows: to
    date, by everybody's total, by a rate of retention or members at quota, and from bonus pools."""
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
    def clawed_back(self) -> tuple[str, ...]:
        """The components whose earnings its clawback takes back: those that it names, or all."""
        if self.clawback is None:
            return ()
        return self.clawback.applies_to or tuple(component.id for component in self.components)

    def clawed_back_at(self, position: int) -> Loc:
        """Where that component of these is named, or the clawback that names none."""
        named = self.clawback is not None and self.clawback.applies_to
        return ("clawback", "applies_to", position) if named else ("clawback",)

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
        return unfit(self)
