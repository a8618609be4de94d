"""Why a line was not paid more, and what more pay would take: both read off the payout curve it was computed on.

`needed` is F's inverse from where the payee stands; walking that far on the same curve pays what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.documents.measures.measure import Unit
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.curve import ZERO, Curve, Piece, inverse, pieces, scaled, value_at
from engine.payees.curves.factors import factor_of, paying_factor_of
from engine.payees.curves.shape import curve_of, uncapped
from engine.telling.drawing import pace
from engine.telling.settled import SETTLED
from engine.telling.steps import Steps, before_rounding, steps_of
from engine.telling.wording import money, percent
from engine.telling.wording import pieces as counted

HUNDREDTH = MICROS // 100
"""The step in which counts and percentages are said."""


HAIR = Fraction(1, 10**18)
"""Less than the steps of any pay."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a payee stands on a component's curve after a line; x and quota in micro-units of the measure."""

    plan: Plan
    component: Component
    curve: Curve
    quota: int
    x: int
    day: date
    unrounded: int | None = None
    """What was achieved, where attainments are paid in steps and it is known; x is what is paid."""

    @property
    def steps(self) -> Steps | None:
        """The steps in which the attainment is paid, where the component has them."""
        return steps_of(self.component, self.quota)

    @property
    def achieved(self) -> int | None:
        """Exactly what was achieved; None where only what it was rounded to is known."""
        return self.x if self.component.rounded_attainment is None else self.unrounded

    def paid_as(self, achieved: int) -> Fraction | int:
        """The place on the curve as which so much is paid."""
        return self.steps.paid_as(achieved) if self.steps is not None else achieved

    @property
    def unit(self) -> Unit:
        """What the component's measure is counted in."""
        return self.plan.measures[self.component.measure].unit

    @property
    def step(self) -> int:
        """What an achievement is a multiple of, where a person says it: the minor unit of money, else a hundredth."""
        if self.unit == "percent":
            return self._hundred // 100 or 1
        return minor_unit_micros(self.plan.currency) if self.unit == "amount" else HUNDREDTH

    @property
    def _hundred(self) -> int:
        """What 100 % of a measured percentage is."""
        return self.quota if self.plan.measures[self.component.measure].divides_whole else MICROS

    def worth(self, micros: Fraction | int) -> str:
        """An achievement in the unit of the measure."""
        if self.unit == "amount":
            return money(micros, self.plan.currency)
        return percent(Fraction(micros) / self._hundred) if self.unit == "percent" else counted(micros)

    def apart(self, micros: Fraction) -> str:
        """How far a place on the curve is ahead: money that is enough, or parts of the quota where these are paid."""
        if self.steps is not None:
            return percent(micros / (self.quota or MICROS))
        return self.worth(_up(micros, self.step) if self.unit == "amount" else micros)

    def rounded(self, pay: Fraction) -> int:
        """A pay as lines are rounded."""
        return round_ratio(pay.numerator, pay.denominator, self.plan.unit_micros, self.plan.rounding)

    def before_rounding(self, pay: int) -> Fraction:
        """The least that is rounded to this pay: half a unit less, or a hair above that where the half goes down."""
        unit = self.plan.unit_micros
        count = -(-pay // unit)
        if self.plan.rounding == "down" or count <= 0:
            return Fraction(count * unit)
        goes_up = self.plan.rounding == "half_up" or count % 2 == 0
        return Fraction(count * unit) - Fraction(unit, 2) + (0 if goes_up else HAIR)


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
    at = Position(plan, component, curve, quota, x, line["rated_on"], achieved)
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
        if jump > 0 or (piece.slope > every[here].slope and jump == 0):
            return Tier(piece.start, piece.open, piece.segment, piece.slope, jump)
    return None


def needed_for(tier: Tier, at: Position) -> int:
    """The least additional achievement, in micro-units and whole steps, that reaches the tier."""
    if at.steps is not None:
        return _until(at.steps.first(tier.start, is_open=tier.open), at.steps, at)
    more = int(_up(tier.start - at.x, at.step))
    return more + at.step if tier.open and at.x + more == tier.start else more


def needed(
    curve: Curve, x: Fraction | int, payout: Fraction | int, quota: int = 0, step: Fraction | int = 1
) -> Fraction | int | None:
    """The least multiple of `step` to be achieved beyond `x` for F to be at least `payout`; None where F never is.

    Where F falls again between two steps, the search goes on behind: each round ends in a later part of the curve.
    """
    more: Fraction | int = 0
    while value_at(curve, x + more, quota) < payout:
        reached = inverse(_onwards(curve, x + more, quota), payout, quota)
        if reached is None:
            return None
        more = _up(reached - x, step)
    return more


def needed_to_earn(amount: int, earned: int, at: Position) -> int | None:
    """The least additional achievement that brings what the window paid, `earned` so far, to `amount` (micro-units).

    By the rates of the position's day: what was paid by other rates before stays paid.
    """
    so_far = at.rounded(value_at(at.curve, at.x, at.quota))
    payout = so_far + amount - earned
    if at.steps is not None:
        return _needed_in_steps(at, at.steps, payout)
    if at.rounded(value_at(at.curve, at.x, at.quota)) >= payout:
        return 0
    more = needed(at.curve, at.x, at.before_rounding(payout), at.quota, at.step)
    return None if more is None else int(more)


def _needed_in_steps(at: Position, steps: Steps, payout: int) -> int | None:
    """As `needed`, where only whole steps are paid: the last one counts as its line is rounded."""
    if at.rounded(value_at(at.curve, at.x, at.quota)) >= payout:
        return 0
    here = steps.nearest(at.x)
    more = needed(at.curve, here * steps.width, Fraction(payout), at.quota, steps.width)
    if more is None:
        return None
    last = here + int(more / steps.width)
    before = at.rounded(value_at(at.curve, (last - 1) * steps.width, at.quota))
    return _until(last - 1 if last - 1 > here and before >= payout else last, steps, at)


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
    now, then = (pace(slope, at.unit, at.plan.currency) for slope in (here[_reached(here, at.x)].slope, tier.slope))
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
    more = at.worth(needed_for(tier, at))
    pays = f"pays {pace(tier.slope, at.unit, at.plan.currency)}" if tier.slope else "pays by reaching it"
    adds = f" and adds {money(at.rounded(tier.jump), at.plan.currency)} at once" if tier.jump else ""
    return f"{more} more in {window} reaches the tier from {tier_text(at, tier.segment)}, which {pays}{adds}."


def how_to_earn(amount: int, earned: int, at: Position, window: str) -> str:
    """Such as `53,333.34 USD more in FY2027 brings its pay from 9,000.00 USD to 15,000.00 USD.`, as a sentence."""
    goal, now = money(amount, at.plan.currency), money(earned, at.plan.currency)
    more = needed_to_earn(amount, earned, at)
    if more is None:
        return f"No achievement in {window} brings its pay from {now} to {goal}."
    if not more:
        return f"It pays {now} in {window}, no less than {goal}, already."
    return f"{at.worth(more)} more in {window} brings its pay from {now} to {goal}."


def tier_text(at: Position, segment: int) -> str:
    """Where a part of the curve begins, as the plan writes it."""
    part, rows = at.curve.segments[segment], at.component.rows
    in_percent = bool(rows) and rows[0].from_share is not None
    return percent(part.from_share) if in_percent else at.worth(part.start(at.quota))


def tier_reached(at: Position) -> int:
    """Which segment of its curve the payee has reached."""
    return at.curve.place(at.x, at.quota)


def _reached(every: list[Piece], x: int) -> int:
    """The place of the part that holds x; before the first start, the first."""
    holds = (place for place, piece in enumerate(every) if piece.start < x or (piece.start == x and not piece.open))
    return max(holds, default=0)


def _onwards(curve: Curve, x: Fraction | int, quota: int) -> Curve:
    """The curve from x on."""
    here = curve.place(x, quota)
    first = replace(curve.segments[here], from_share=ZERO, from_micros=Fraction(x), open=False)
    return replace(curve, segments=(first, *curve.segments[here + 1 :]))


def _up(value: Fraction, step: Fraction | int) -> Fraction | int:
    return -(-value // step) * step
