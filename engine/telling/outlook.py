"""Why a line was not paid more, and what lies ahead: both read off the payout curve it was computed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

from engine.documents.measures.measure import ROLL_UPS, Unit
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.curve import ZERO, Curve, Piece, pieces, scaled, value_at
from engine.payees.curves.factors import factor_of, paying_factor_of
from engine.payees.curves.shape import curve_of, uncapped
from engine.telling.drawing import pace
from engine.telling.facts import earners_of, multiplying
from engine.telling.settled import SETTLED
from engine.telling.steps import Steps, before_rounding, steps_of
from engine.telling.wording import money, multiple, number, percent, roughly
from engine.telling.wording import pieces as counted

HUNDREDTH = MICROS // 100
"""The step in which counts and percentages are said."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a payee stands on a component's curve after a line; x and quota in micro-units of the measure.

    Of what is counted in parts of a 100 % of its own, this is a million, and x may be no whole number of it.
    """

    plan: Plan
    component: Component
    curve: Curve
    quota: int
    x: Fraction | int
    day: date
    unrounded: Fraction | int | None = None
    """What was achieved, where attainments are paid in steps and it is known; x is what is paid."""
    times: Fraction = Fraction(1)
    """What multipliers make of the curve, which holds them already."""

    @property
    def steps(self) -> Steps | None:
        """The steps in which the attainment is paid, where the component has them."""
        return steps_of(self.component, self.quota)

    @property
    def achieved(self) -> Fraction | int | None:
        """Exactly what was achieved; None where only what it was rounded to is known."""
        return self.x if self.component.rounded_attainment is None else self.unrounded

    def paid_as(self, achieved: Fraction | int) -> Fraction | int:
        """The place on the curve as which so much is paid."""
        return self.steps.paid_as(achieved) if self.steps is not None else achieved

    @property
    def unit(self) -> Unit:
        """What the component's measure is counted in."""
        return self.plan.measures[self.component.measure].unit

    @property
    def step(self) -> int:
        """What an achievement is a multiple of, where a person says it: the minor unit of money, else a hundredth.

        Deals are whole ones, and of percentages it is a hundredth of a point.
        """
        if self.unit == "amount":
            return minor_unit_micros(self.plan.currency)
        return MICROS if self.of_customers else {"percent": HUNDREDTH // 100, "deals": MICROS}.get(self.unit, HUNDREDTH)

    @property
    def of_customers(self) -> bool:
        """Whether customers who stay are counted, of whom there are no parts."""
        kept = self.plan.measures[self.component.measure].retention
        return kept is not None and kept.kind == "logos"

    @property
    def farthest(self) -> int | None:
        """So much more can be achieved: of a rate without expansion, up to what there was at the start."""
        kept = self.plan.measures[self.component.measure].retention
        if kept is None or kept.kind == "net":
            return None
        return max(int(self.quota / (kept.goal or 1) - self.x), 0)

    @property
    def lowest(self) -> int | None:
        """So much less a result may come to; None of what is sold, which nobody would undo."""
        imported = self.plan.measures[self.component.measure].imported
        return None if imported is None or self.component.accumulates == "transaction" else max(int(self.x), 0)

    def worth(self, micros: Fraction | int) -> str:
        """An achievement in the unit of the measure."""
        if self.unit == "amount":
            return money(micros, self.plan.currency)
        if self.unit == "percent":
            return roughly(Fraction(micros) / MICROS)
        if self.of_customers:
            return f"{counted(micros)} customer{'' if micros == MICROS else 's'}"
        return f"{counted(micros)} deal{'' if micros == MICROS else 's'}" if self.unit == "deals" else counted(micros)

    def further(self, micros: Fraction | int) -> str:
        """So much more of it; percentages grow by points."""
        if self.unit != "percent":
            return self.worth(micros)
        points = number(Fraction(micros) / MICROS * 100)
        return f"{points} percentage point{'' if points == '1' else 's'}"

    def apart(self, micros: Fraction) -> str:
        """How far a place on the curve is ahead, to what is enough; parts of the quota where these are paid."""
        if self.steps is not None:
            return percent(micros / (self.quota or MICROS))
        return self.further(_up(micros, self.step))

    def pace(self, slope: Fraction) -> str:
        """How fast pay grows, as the plan writes it: `8 %`, or `8 % x 50 %` where it is multiplied."""
        if self.times in (0, 1):
            return pace(slope, self.unit, self.plan.currency)
        return f"{pace(slope / self.times, self.unit, self.plan.currency)} x {multiple(self.times)}"

    def rounded(self, pay: Fraction) -> int:
        """A pay as lines are rounded."""
        return round_ratio(pay.numerator, pay.denominator, self.plan.unit_micros, self.plan.rounding)


@dataclass(frozen=True, slots=True)
class Tier:
    """A later part of the curve that pays better: by its rate, by what reaching it adds at once, or both."""

    start: Fraction
    open: bool
    """Whether its start itself still belongs to the part below."""
    segment: int
    slope: Fraction
    jump: Fraction


def position_of(line: Mapping[str, Any], plan: Plan, bases: Iterable[int] = ()) -> Position | None:
    """Where a line (a row of `Lines`) of this plan left its payee; None for a clawback or draw, which move nobody.

    The curve is the one that paid the line, with what gates and multipliers made of it, and what its cap has left.
    `bases` are what the lines of its window added up to it, and say what was achieved where attainments are rounded.
    """
    if line["kind"] in SETTLED:
        return None
    component = next(part for part in plan.components if part.id == line["component"])
    curve = scaled(curve_of(component, line["rated_on"], line["target_micros"]), paying_factor_of(line["factors"]))
    quota, x = line["quota_micros"] or 0, line["after_micros"]
    achieved = before_rounding(component, x, quota, bases)
    times = prod(multiplying(line["factors"], component), start=Fraction(1))
    at = Position(plan, component, curve, quota, x, line["rated_on"], achieved, times)
    if plan.measures[component.measure].divides_whole and quota:
        parts = Fraction(MICROS, quota)
        at = replace(at, quota=MICROS, x=x * parts, unrounded=None if achieved is None else achieved * parts)
    if curve.limit is None or line["limit_micros"] is None or component.cap is None or component.cap.per == "deal":
        return at
    return replace(at, curve=replace(curve, limit=replace(curve.limit, micros=_height(at, line))))


def _height(at: Position, line: Mapping[str, Any]) -> Fraction:
    """Where the curve meets the cap: as far above what it pays here as the lines of the window have left."""
    curve, quota = replace(at.curve, limit=None), at.quota
    paid = scaled(uncapped(at.component, line["rated_on"], line["target_micros"]), factor_of(line["factors"]))
    first, last = (at.rounded(value_at(paid, line[x], quota)) for x in ("before_micros", "after_micros"))
    return Fraction(at.rounded(value_at(curve, at.x, quota)) + line["limit_micros"] - (last - first))


def next_tier(at: Position) -> Tier | None:
    """The nearest part ahead that pays better than the one reached; None where nothing ahead does."""
    every = pieces(at.curve, at.quota)
    here = _reached(every, at.x)
    for before, piece in pairwise(every[here:]):
        jump = piece.value(piece.start) - before.value(piece.start)
        if jump > 0 or (piece.slope > max(every[here].slope, ZERO) and jump == 0):
            return Tier(piece.start, piece.open, piece.segment, piece.slope, jump)
    return None


def needed_for(tier: Tier, at: Position) -> int:
    """The least additional achievement, in micro-units and whole steps, that reaches the tier."""
    if at.steps is not None:
        return _until(at.steps.first(tier.start, is_open=tier.open), at.steps, at)
    more = int(_up(tier.start - at.x, at.step))
    return more + at.step if tier.open and at.x + more == tier.start else more


def _until(nth: int, steps: Steps, at: Position) -> int:
    """How much more is paid as the step; where what was achieved is not known, as seen from what it was rounded to."""
    achieved = at.x if at.achieved is None else at.achieved
    return int(_up(steps.paid_from(nth) - achieved, at.step))


def why_not_more(at: Position) -> str | None:
    """`8 %, not 12 %: 4,200.00 USD short of the tier from 100 % on 2026-05-15.`; None in the best tier."""
    tier = next_tier(at)
    if tier is None:
        return None
    here = pieces(at.curve, at.quota)
    now, then = (at.pace(slope) for slope in (here[_reached(here, at.x)].slope, tier.slope))
    rates = f"{now}, not {then}: " if now != then else ""
    short, start = at.apart(tier.start - at.x), tier_text(at, tier.segment)
    gap = f"not beyond {start}, {short} away" if tier.open else f"{short} short of the tier from {start}"
    adds = f"; reaching it adds {money(at.rounded(tier.jump), at.plan.currency)} at once" if tier.jump else ""
    return f"{rates}{gap} on {at.day}{adds}."


def how_to_reach_the_next_tier(at: Position, window: str) -> str | None:
    """`4,200.00 USD more in FY2027 reaches the tier from 100 %, which pays 12 %.`; None in the best tier."""
    tier = next_tier(at)
    if tier is None:
        return None
    more = f"{at.further(needed_for(tier, at))} more{of_whom(at)}"
    said = [f"pays {at.pace(tier.slope)}"] if tier.slope else []
    said += [f"adds {money(at.rounded(tier.jump), at.plan.currency)} at once"] if tier.jump else []
    reaches = f"reaches the tier from {tier_text(at, tier.segment)}, which {' and '.join(said)}"
    return f"{more} in {window} {reaches}."


def of_whom(at: Position) -> str:
    """Of whom, or of what, more is needed, where it is not the payee's own."""
    measure = at.plan.measures[at.component.measure]
    if measure.across is not None:
        return " of everybody together"
    if measure.of:
        return f" of what {' and '.join(earners_of(measure, at.plan))} pay{'' if len(measure.of) > 1 else 's'}"
    if measure.members is not None:
        return " of the mean of your team" if measure.is_mean else " of your team's members"
    if measure.retention is not None:
        return " kept"
    if measure.imported is not None or measure.unit == "percent" or measure.ratio is not None:
        return f" of {measure.imported or at.component.measure}"
    return " of your team" if set(measure.credits) & {*ROLL_UPS, "team"} else ""


def tier_text(at: Position, segment: int) -> str:
    """Where a part of the curve begins, as the plan writes it."""
    part, rows = at.curve.segments[segment], at.component.rows
    in_percent = bool(rows) and rows[0].from_share is not None
    return percent(part.from_share) if in_percent else at.worth(part.start(at.quota))


def tier_reached(at: Position) -> int:
    """Which segment of its curve the payee has reached."""
    return at.curve.place(at.x, at.quota)


def _reached(every: list[Piece], x: Fraction | int) -> int:
    """The place of the part that holds x; before the first start, the first."""
    holds = (place for place, piece in enumerate(every) if piece.start < x or (piece.start == x and not piece.open))
    return max(holds, default=0)


def _up(value: Fraction, step: Fraction | int) -> Fraction | int:
    return -(-value // step) * step
