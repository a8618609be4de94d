"""What a drawing of a payout curve shows: straight stretches, corners with exact values, axes with round numbers.

Pure and exact; `drawing_text` and `drawing_svg` beside it put the same picture on a terminal and on a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import count

from engine.documents.measures.measure import Measure, Unit
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import MICROS
from engine.payees.curves.cases import otherwise_of
from engine.payees.curves.curve import Curve, pieces, scaled, value_at
from engine.payees.curves.matrix import factor_of_cell
from engine.payees.curves.shape import curve_of, versions
from engine.telling.wording import money, multiple, percent, plain
from engine.telling.wording import pieces as counted

NOTIONAL: dict[Unit, int] = {
    "amount": 100_000 * MICROS,
    "deals": 100 * MICROS,
    "number": 100 * MICROS,
    "percent": MICROS,
}
"""The quota, or where nothing else says so the range, of a drawing for which none is given."""
TICKS = 5
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A straight part of the curve, both ends as they are approached from inside; all micro-units."""

    start: Fraction
    end: Fraction
    from_pay: Fraction
    to_pay: Fraction

    @property
    def slope(self) -> Fraction:
        """Pay for each micro-unit of the measure."""
        return (self.to_pay - self.from_pay) / (self.end - self.start)


@dataclass(frozen=True)
class Picture:
    """A component's curve on a day for a quota, from zero to `until` (micro-units of the measure)."""

    title: str
    curve: Curve
    quota: int
    until: Fraction
    unit: Unit
    currency: str
    of_quota: bool
    measure: str
    whole: str = "quota"
    """What 100 % is called."""

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The straight parts in order; where one ends at another pay than the next begins, the curve jumps."""
        return tuple(_stretches(self.curve, self.quota, self.until))

    @cached_property
    def corners(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Where stretches begin, and the right edge: x and the exact pay there."""
        at = [*(stretch.start for stretch in self.stretches), self.until]
        return tuple((x, self.pay(x)) for x in at)

    @cached_property
    def range(self) -> tuple[Fraction, Fraction]:
        """The least and the largest pay to show; zero is always in, and the two always differ."""
        pays = [Fraction(0), *(pay for part in self.stretches for pay in (part.from_pay, part.to_pay))]
        low, high = min(pays), max(pays)
        return (low, high) if high > low else (low, low + MICROS)

    def pay(self, x: Fraction) -> Fraction:
        """F(x), exact."""
        return value_at(self.curve, x, self.quota)

    def x_ticks(self) -> list[tuple[Fraction, str]]:
        """Round places of the achievement axis."""
        if not self.of_quota:
            return [(x, self.x_text(x)) for x in round_steps(Fraction(0), self.until)]
        return [(x * self.quota, percent(x)) for x in round_steps(Fraction(0), self.until / self.quota)]

    def pay_ticks(self) -> list[tuple[Fraction, str]]:
        """Round places of the pay axis."""
        return [(pay, plain(pay, self.currency)) for pay in round_steps(*self.range)]

    def x_text(self, x: Fraction) -> str:
        """An achievement in the unit of the measure."""
        if self.unit == "amount":
            return plain(x, self.currency)
        return percent(x / MICROS) if self.unit == "percent" else counted(x)

    @property
    def x_label(self) -> str:
        """What the achievement axis shows."""
        if self.of_quota:
            return f"{self.measure}, % of {self.whole}"
        return f"{self.measure}, {self.currency}" if self.unit == "amount" else self.measure

    def legend(self) -> list[str]:
        """A sentence for each corner: where it is, what is paid there and just below, at which pace it goes on."""
        parts = self.stretches
        paces = [
            f", then {pace(part.slope, self.unit, self.currency) if part.slope else 'nothing more'}" for part in parts
        ]
        sides = [self._sides(before, after) for before, after in zip([None, *parts], [*parts, None], strict=True)]
        every = zip(marks(), self.corners, sides, [*paces, ""], strict=False)
        return [
            f"{mark}  {self._place(x)} pays {money(pay, self.currency)}{beside}{then}"
            for mark, (x, pay), beside, then in every
        ]

    def _place(self, x: Fraction) -> str:
        share = f"{percent(x / self.quota)} of {self.whole}: " if self.of_quota else ""
        return share + self.x_text(x)

    def _sides(self, before: Stretch | None, after: Stretch | None) -> str:
        """What is paid just beside a corner, where that is another amount."""
        if before is None or after is None or before.to_pay == after.from_pay:
            return ""
        below = self.pay(after.start) != before.to_pay
        other = money(before.to_pay if below else after.from_pay, self.currency)
        return f" ({other} just {'below' if below else 'above'})"


def _curve(component: Component, day: date) -> Curve:
    """The curve; of rates by deal, that of what no case names or of the first point; of a matrix, the last cell."""
    rate = otherwise_of(component)
    curve = curve_of(component, day)
    if component.rate_by is not None:
        return scaled(curve, component.rate_by.points[0].rate.at(day) or Fraction(0))
    if component.matrix is not None:
        return scaled(curve, factor_of_cell(component.matrix.cells[-1][-1]))
    return curve if rate is None else scaled(curve, rate.at(day) or Fraction(0))


def picture(plan: Plan, component: Component, day: date | None = None, quota: int | None = None) -> Picture:
    """The component's curve on a day (else with its newest rates) for a quota in micro-units (else a notional one).

    ValueError where the component has no rate on that day, or the quota is not positive.
    """
    if quota is not None and quota <= 0:
        msg = "a quota is more than 0"
        raise ValueError(msg)
    measure, drawn_on = plan.measures[component.measure], day or versions(component)[-1]
    unit, kept = measure.unit, measure.retention
    curve, of_quota = (
        _curve(component, drawn_on),
        (component.quota is not None or kept is not None) and unit != "percent",
    )
    aim, whole = quota or NOTIONAL[unit], called_whole(measure)
    said = [component.title or component.id]
    said += [f"{whole} {money(aim, plan.currency) if unit == 'amount' else counted(aim)}"] if of_quota else []
    said += [f"rates of {drawn_on}"] if drawn_on != date.min else []
    said += ["last cell of the matrix"] if component.matrix is not None else []
    said += ["before gates and multipliers"] if component.gauges() or component.by_deal else []
    said += ["deals at the first point of the rate"] if component.rate_by is not None else []
    said += ["deals that no case names"] if component.rates else []
    return Picture(
        title=", ".join(said),
        curve=curve,
        quota=aim,
        until=until(pieces(curve, aim)[-1].start, aim, of_quota=of_quota),
        unit=unit,
        currency=plan.currency,
        of_quota=of_quota,
        measure=component.measure,
        whole=whole,
    )


def called_whole(measure: Measure) -> str:
    """What 100 % of the measure is called."""
    kept = measure.retention
    return "quota" if kept is None else "the goal" if kept.goal else "the start"


def pace(slope: Fraction, unit: Unit, currency: str) -> str:
    """How fast pay grows: `8 %` of money, an amount for each deal, piece or percentage point."""
    if unit == "amount":
        return multiple(slope)
    each = {"deals": "a deal", "number": "each", "percent": "a percentage point"}[unit]
    return f"{money(slope * (MICROS // 100 if unit == 'percent' else MICROS), currency)} {each}"


def marks() -> Iterator[str]:
    """A letter for each corner, and a diamond for those beyond the alphabet."""
    yield from LETTERS
    yield from ("◆" for _ in count())


def round_steps(low: Fraction, high: Fraction) -> list[Fraction]:
    """Multiples of 1, 2 or 5 times a power of ten between the two, about `TICKS` of them."""
    least = (high - low) / TICKS
    step = Fraction(1, 10**6)
    while step * 10 <= least:
        step *= 10
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor >= least)
    return [step * place for place in range(-(-low // step), high // step + 1)]


def _stretches(curve: Curve, quota: int, until: Fraction) -> Iterator[Stretch]:
    parts = pieces(curve, quota)
    for part, end in zip(parts, [*(part.start for part in parts[1:]), until], strict=True):
        if part.start < end:
            yield Stretch(part.start, end, part.value(part.start), part.value(end))


def until(last: Fraction, aim: int, *, of_quota: bool) -> Fraction:
    """How far a drawing goes: half as far again as the last corner and the quota."""
    if of_quota:
        return max(last, Fraction(aim)) * Fraction(3, 2)
    return last * Fraction(3, 2) or Fraction(aim)
