"""Components: the ways to earn, each a payout curve over a measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr

from engine.documents.company.compensation import Promise, promise_rows
from engine.documents.curves.bracket import Bracket, Point
from engine.documents.curves.cap import Cap, Floor
from engine.documents.curves.carry import Carry
from engine.documents.curves.cases import TABLES, Case, FactorCase, RateCase, dated_cases
from engine.documents.curves.gauge import LISTED, Gate, Multiplier, Over
from engine.documents.curves.matrix import Matrix
from engine.documents.curves.rate_by import RateBy
from engine.documents.curves.rounded import RoundedAttainment
from engine.documents.document import Document, MeasureName
from engine.documents.plans.component_fit import unfit
from engine.documents.plans.release import STEPS, ReleaseStep
from engine.documents.plans.residual import Residual
from engine.documents.problems import Loc, Problem
from engine.documents.values import Count, Dated, FlatRate, Micros, Name, Pay, Share, Times, Window, YesNo

Accumulation = Over
Kind = Literal["commission", "spiff", "bonus", "manager_override"]
Tiers = Literal["marginal", "whole", "overage_cliff", "previous_cliff"]
DRAW, ADJUSTMENT = "draw", "adjustment"
"""How lines name the plan's draw, and what people adjust of pay: as if they were components."""


class Component(Document):
    """One way to earn: a payout curve F over what was achieved so far.

    Exactly one of `rate`, `rates`, `rate_by`, `times`, `pays`, `brackets` and `points` says how much. A deal that takes
    the achievement of its window from x to y earns F(y) - F(x), each rounded: the curve for all that was achieved, less
    what was already paid. So "year-to-date less already paid" is `accumulates: year`, and the total of a window does
    not depend on the order of its deals. They count by day, and those of one day by the id of the deal. Nothing
    achieved pays nothing, whatever the first row says: F(0) is 0. Below zero the first rate goes on; rows that pay a
    percentage of the target or a lump, and points, pay nothing there.

    With brackets of 5 % from 0 %, 8 % from 80 %, 10 % from 100 % and 12 % from 120 % of a quota of 100,000, an
    achievement of 130,000 pays by `tiers`:

    - `marginal`: each rate for its own slice. 80,000 x 5 % + 20,000 x 8 % + 20,000 x 10 % + 10,000 x 12 % = 8,800
    - `whole`: the rate reached for everything (retroactive). 130,000 x 12 % = 15,600
    - `overage_cliff`: the rate reached for everything above the first threshold, here 80 %; up to there the first rate.
      80,000 x 5 % + 50,000 x 12 % = 10,000
    - `previous_cliff`: the rate reached for everything above the threshold before it, here 100 %; up to there as
      marginal. 80,000 x 5 % + 20,000 x 8 % + 30,000 x 12 % = 9,200

    With `accumulates: month` and `to_date: year` each month is judged by the year to date, when it is over: by what was
    achieved in the year's months so far, and by the quotas and targets of these months together (a month without a
    quota has no target). It pays what that is worth less what the months before were paid, which may take back. With a
    quota of 100 and a `target` of 1,000 a month, of which 50 % is paid from 80 % and all of it from 100 %: 70 in
    January (70 %) pay nothing; with 100 in February the year stands at 170 of 200 (85 %), 50 % of 2,000 = 1,000; with
    140 in March at 310 of 300 (103 %), 3,000 - 1,000 = 2,000. Gates and multipliers are each month's own: a gate that
    is closed in April takes back the 3,000 that were paid, and once it is open again the year is paid. A rate that
    changes by date counts for all of the year so far, from the window on whose last day it is in force; a `target`
    adds up month by month. A cap `per:
    window` is the most that the year so far is worth. Months count in which payee and component are there, or in which
    something counts; while something is held, or a month has achievements and the year no quota so far, so is the pay.

    With a `target` (the pay for 100 %: variable pay, or a part of it) brackets may pay percentages of it for the whole
    row (`{from: 80%, pays: 50%}`), or be multiples of the target rate (`{from: 100%, times: 1.5}`: each 1 % of
    attainment pays 1.5 % of the target), and points may be percentages of it (`{at: 80%, pays: 50%}`), between which
    the pay is interpolated.
    """

    id: Name = Field(examples=["base"])
    """How lines and clawbacks name the component."""
    title: StrictStr = Field(default="", examples=["Commission on new annual contract value"])
    """What statements call it."""
    kind: Kind = Field(examples=["commission"])
    """How the earning is booked. `manager_override` pays on the team's credits."""
    measure: MeasureName = Field(examples=["new_acv"])
    """What it pays on."""
    rate: Dated[FlatRate] | None = Field(default=None, examples=["8%"])
    """A flat share of the measure; over 100 % too. Below zero it takes off: `rate: -6%` on `sum: earnings` is a fee of
    6 % of what other components paid, and `rate: -100%` takes off what was paid before."""
    rates: tuple[RateCase, ...] = Field(
        default=(),
        examples=["[{when: {segment: Enterprise}, rate: 8%}, {when: {motion: renewal}, rate: 2%}, {otherwise: 10%}]"],
    )
    """A flat rate, or amount for each unit, by what the deal is: the first case that fits decides. Where the lines of
    one deal have rates of their own, by product or family, write `rate: 100%` on a measure with `weights`."""
    rate_by: RateBy | None = Field(
        default=None, examples=["{deal: discount_percent, points: [{at: 0%, rate: 10%}, {at: 40%, rate: 4%}]}"]
    )
    """A rate that follows the deal's discount, margin, uplift or growth in a straight line between points."""
    times: Dated[Times] | None = Field(default=None, examples=["1"])
    """A flat multiple of the target rate, which is target / quota, kept exact: a rate derived from variable pay."""
    pays: Dated[Micros] | None = Field(default=None, examples=["250"])
    """An amount of the plan's currency for each unit that is counted, or for each `per` of the measure. Below zero it
    is a fee: `pays: -300` on a count of deals takes 300 off for each."""
    per: Pay | None = Field(default=None, examples=["1_000"])
    """What an amount of `pays` is for: `pays: 100` and `per: 1_000` pay 100 for each 1,000 of the measure, and a part
    of it for a part of 1,000."""
    only_full: YesNo = Field(default=False, examples=["true"])
    """With `per`: only what is full counts. `pays: 500` and `per: 10_000` pay 1,500 for 37,000, and 500 more with the
    next 3,000."""
    brackets: tuple[Bracket, ...] = Field(default=(), examples=["[{from: 0%, rate: 8%}, {from: 100%, rate: 12%}]"])
    """Tiers that begin at 0 and climb; rates may fall (a decelerator) and may be 0."""
    tiers: Tiers | None = Field(default=None, examples=["marginal"])
    """Which part of the achievement the rate of a bracket pays for; see the list above. It has no default: brackets
    with `rate`, `times` or an amount for each unit need it. Rows that pay a percentage of the target or a lump pay it
    for the whole row and have no tiers."""
    boundary: Literal["lower", "upper"] = Field(default="lower", examples=["lower"])
    """Which bracket owns the point where two meet. `lower`: a bracket's lower bound is in, so exactly 100 % is in the
    bracket from 100 %. `upper`: a bracket's upper bound is in, so that takes more than 100 %."""
    points: tuple[Point, ...] = Field(default=(), examples=["[{at: 80%, pays: 50%}, {at: 100%, pays: 100%}]"])
    """Points of the curve in climbing order; between two of them the pay runs straight (interpolated)."""
    below: Literal["none", "flat", "continue"] | None = Field(default=None, examples=["none"])
    """What is paid below the first point. `none`: nothing. `flat`: as much as at the first point, for any achievement.
    `continue`: the first line goes on downwards until it reaches zero. It has no default: a first point above 0
    needs it."""
    beyond: Literal["flat", "continue"] | None = Field(default=None, examples=["flat"])
    """What is paid beyond the last point. `flat`: no more than there. `continue`: the last line goes on. It has
    no default: points need it."""
    at_zero: Literal["nothing", "first_row"] | None = Field(default=None, examples=["first_row"])
    """What an imported result of exactly 0 pays, where the first row or point is at 0: `nothing`, or what is written
    there (`first_row`), such as the best bonus for no accident. Where less is better, the plan has to say it."""
    target: Dated[Pay] | None = Field(default=None, examples=["12_500"])
    """What 100 % pays in an accumulation window: the variable pay of a quarter if it accumulates by quarter. It is the
    same for everybody, and stays whole for who joins, leaves or is on leave in the window, whose quota shrinks;
    `targets` and `target_of` shrink with it."""
    targets: Name | None = Field(default=None, examples=["variable_pay"])
    """In place of `target`: rows of the quota file that hold each payee's own, added up over the window."""
    target_of: Promise | None = Field(default=None, examples=["variable"])
    """In place of `target`: what `config/people/people.csv` promises the payee for the days of the window, `variable`
    pay, `base_salary` or `ote`. A twelfth of the year belongs to each fiscal month; the plan's `proration` counts.
    With `weight: 20%` it is 20 % of that, such as a bonus of 20 % of base; with `times: 1` the rate is variable pay
    over quota."""
    weight: Dated[Share] | None = Field(default=None, examples=["40%"])
    """The part of the target that this component carries, where several share one variable pay."""
    rate_decimals: Count | None = Field(default=None, examples=["2"])
    """Decimals, in per cent, to which the target rate (target / quota) is rounded half up before it is used: 2 makes
    12.3456 % 12.35 %. Without it the rate is exact."""
    rounded_attainment: RoundedAttainment | None = Field(default=None, examples=["{to: 1%}"])
    """Steps in which attainments are paid, such as whole per cent; without it, they are exact."""
    cap: Cap | None = Field(default=None, examples=["{per: window, amount: 75_000}"])
    """The most it pays."""
    floor: Floor | None = Field(default=None, examples=["{amount: 250}"])
    """The least that a deal pays which pays anything."""
    quota: Name | None = Field(default=None, examples=["new_acv"])
    """Rows of the quota file that percentages of brackets and points, and the target rate, refer to. Those whose days
    lie in a window are added up; a row that reaches over its edge leaves the window without a quota."""
    split_of: Literal["credit", "money"] = Field(default="credit", examples=["money"])
    """What a split divides. `credit`: each payee's total grows by the share of the deal, and is paid at its own rate.
    `money`: each payee's total grows by the whole deal; its pay is computed as if nobody shared it, with the payee's
    own rates, and the payee is paid that share of it."""
    accumulates: Accumulation = Field(default="transaction", examples=["year"])
    """How long what was achieved adds up before it starts again at 0; `transaction`: each deal by itself. Weeks,
    stretches of two weeks and half-months are those of statements (see `pays`)."""
    since: Literal["fiscal_year", "enrolment"] = Field(default="fiscal_year", examples=["enrolment"])
    """From when windows are counted: `fiscal_year`: they are fiscal periods; `enrolment`: calendar months from each
    payee's first day on the plan, so that with `accumulates: year` tiers begin again on anniversaries. A window's quota
    is that of the rows of the quota file whose days lie in it. A plan file cuts a window where it ends."""
    for_each: Literal["account"] | None = Field(default=None, examples=["account"])
    """Adds up each customer's deals by themselves: tiers begin again with every customer, and a cap per window is of
    one customer. Percentages are of the payee's quota of the whole window; what gates and multipliers look at is of all
    customers together."""
    to_date: Literal["quarter", "half", "year"] | None = Field(default=None, examples=["year"])
    """Each window looks at all of the fiscal year (half, quarter) so far: see the list above."""
    overpaid: Literal["taken_back", "kept"] = Field(default="taken_back", examples=["kept"])
    """With `to_date`: what becomes of what windows were paid when the year so far is worth less: it is `taken_back`, or
    `kept` until the year is worth more again."""
    carry: Carry | None = Field(default=None, examples=["{surplus: ahead, deficit: behind}"])
    """What of a window's achievement above or below its quota counts in the next one; without it, each window begins
    at 0."""
    only_if: Annotated[tuple[Gate, ...], *LISTED] = Field(default=(), examples=["{attainment_of: base, min: 80%}"])
    """Gates, one or a list of them: while one is closed, the component pays nothing."""
    only_if_any: Annotated[tuple[Gate, ...], *LISTED] = Field(
        default=(), examples=["[{measure: bookings, quota: bookings, min: 100%}, {measure: logos, min: 10}]"]
    )
    """Gates of which one is enough, beside those of `only_if`: while all of them are closed, it pays nothing. One
    with `each_of` is open once all its measures are. What is held decides only while no other gate is open."""
    multiplied_by: Annotated[tuple[Multiplier, ...], *LISTED] = Field(
        default=(),
        examples=["{attainment_of: base, brackets: [{from: 0%, factor: 100%}, {from: 120%, factor: 150%}]}"],
    )
    """Accelerators and decelerators, one or a list of them: factors of all that the component pays. A cap counts after
    them."""
    by_deal: tuple[FactorCase, ...] = Field(
        default=(), examples=["[{when: {term_months: {min: 36}}, factor: 125%}, {otherwise: 100%}]"]
    )
    """Multiplies what each deal pays by what the deal is: the first case that fits decides. It leaves what is achieved
    alone; `multiply` of a measure makes deals count for more."""
    matrix: Matrix | None = Field(
        default=None,
        examples=["{rows: {measure: new, from: [0]}, columns: {measure: grr, from: [0%]}, pays: [[5_000]]}"],
    )
    """Amounts, rates or factors by two numbers at once. Amounts and rates say how much in place of the other ways."""
    residual: Residual | None = Field(default=None, examples=["{for_months: 24, starts_after_months: 3}"])
    """Pays the earning of a deal again for every month while the customer stays; what is measured is then the value of
    one month."""
    release: Annotated[tuple[ReleaseStep, ...], *STEPS] = Field(
        default=(), examples=["[{share: 50%, on: booking}, {share: 50%, on: cash}]"]
    )
    """When what it earned becomes payable, in one step or several; without it, as the plan says."""
    effective: Window | None = Field(default=None, examples=["{from: 2026-05-01, until: 2026-08-01}"])
    """A shorter life than the plan's."""

    @property
    def rows(self) -> Sequence[Bracket | Point]:
        """The table of the curve, if it has one."""
        return self.brackets or self.points

    @property
    def row_ways(self) -> frozenset[str]:
        """How its rows pay; of a sound component there is at most one."""
        return frozenset(row.way for row in self.rows)

    @property
    def takes_off(self) -> bool:
        """Whether it takes off by its own terms: a fee, or what was paid before."""
        flat = self.rate or self.pays
        of_rows = any(-1 in row.signs for row in self.brackets)
        return of_rows or (flat is not None and any(value < 0 for _, value in flat.steps))

    @property
    def has_target(self) -> bool:
        """Whether there is a target, one for all or each payee's own."""
        return self.target is not None or self.own_targets is not None

    @property
    def own_targets(self) -> str | None:
        """The rows that hold each payee's own target, where targets are that."""
        return promise_rows(self.target_of) if self.target_of is not None else self.targets

    @property
    def pays_each(self) -> bool:
        """Whether it pays an amount for each unit, or for each `per`."""
        by_case = any(not case.in_percent for case in self.rates)
        return self.pays is not None or "each" in self.row_ways or by_case

    @property
    def cap_on_curve(self) -> bool:
        """Whether its cap bends the curve where all deals of a window pay by the same terms, as it is drawn."""
        cap = self.cap
        return (
            cap is None or cap.per == "window" or (self.accumulates == "transaction" and cap.applies == "after_split")
        )

    @property
    def over_quota(self) -> bool:
        """Whether it pays by the target rate, which is target / quota."""
        return self.times is not None or "times" in self.row_ways

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """A gate, multiplier or release that stands by itself has no place in a list."""
        single = {"only_if", "only_if_any", "multiplied_by", "release"}
        alone = len(loc) > 1 and loc[0] in single and isinstance(written.get(loc[0]), dict | str)
        return (loc[0], *loc[2:]) if alone else loc

    def gauges(self) -> tuple[Gate | Multiplier, ...]:
        """Every number that decides whether and how much it pays: gates, multipliers, then those of its matrix."""
        axes = self.matrix.axes if self.matrix is not None else ()
        return (*self.needed, *self.enough, *self.multiplied_by, *axes)

    @property
    def needed(self) -> tuple[Gate, ...]:
        """The gates of which each must be open."""
        return tuple(gate for written in self.only_if for gate in written.single())

    @property
    def enough(self) -> tuple[Gate, ...]:
        """Of the gates of which one must be open, all that they look at."""
        return tuple(gate for written in self.only_if_any for gate in written.single())

    @property
    def tables(self) -> tuple[tuple[Case, ...], ...]:
        """Its cases by deal: rates, and factors."""
        return tuple(cases for key in TABLES if (cases := getattr(self, key)))

    def problems(self) -> Iterator[Problem]:
        """One way to say how much, and everything that way needs."""
        return unfit(self)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], Dated[Any]]]:
        """Every value that may change by date, and where it is written."""
        for name in ("rate", "times", "pays", "target", "weight"):
            if getattr(self, name) is not None:
                yield (name,), getattr(self, name)
        name = "brackets" if self.brackets else "points"
        for position, row in enumerate(self.rows):
            yield from (((name, position, key), value) for key, value in row.dated())
        if self.cap is not None:
            yield from ((("cap", key), value) for key, value in self.cap.dated())
        if self.floor is not None:
            yield ("floor", "amount"), self.floor.amount
        if self.rate_by is not None:
            yield from ((("rate_by", *at), value) for at, value in self.rate_by.dated())
        for key in TABLES:
            yield from dated_cases(key, getattr(self, key))
