"""Draws: what a payee is paid at least in a statement period, and how advances come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.plans.draw import Draw
from tests.reference.calendar import STATEMENTS, Span, span_of
from tests.reference.earn import Earnings
from tests.reference.entries import Line
from tests.reference.leave import share_of_draw
from tests.reference.money import rounded
from tests.reference.participants import Participant, enrolments_of, is_on
from tests.reference.quotas import promised

DRAW = "draw"


@dataclass(frozen=True)
class Period:
    """A statement period that is over, and its draw."""

    span: Span
    number: int
    """0 for the one in which the payee was enrolled."""
    rule: Draw
    """The draw whose turn it is, of those that follow one another."""
    begins: int
    """The number of its first period."""
    drawn: int | None
    """None: there is no draw in it."""


class UnknownDrawError(Exception):
    """People data promises nothing for a period, so that nobody knows what a share of it is."""


def drawn(who: Participant, came_by: Mapping[str, int], through: date, earned: Earnings) -> Iterator[Line]:
    """A line for each period in which the draw adds something, or what was advanced is recovered.

    `came_by` is what was earned (or became payable) by statement period. The draw that was paid last says how it is
    recovered: periods count from the first that was paid, or from the turn of one that follows another.
    """
    draw = who.plan.draw
    assert draw is not None
    owed, first_draw = 0, None
    for period in _periods(who, draw, through, earned):
        came, least = came_by.get(period.span.label, 0), period.drawn
        if least is not None:
            first_draw = period.begins or (period.number if first_draw is None else first_draw)
            draw = period.rule
        since = 0 if first_draw is None else period.number - first_draw
        if draw.recovers.ends_after is not None and since >= draw.recovers.ends_after:
            owed = 0
        advance = 0 if least is None else least if draw.on_top else max(least - came, 0)
        if advance:
            most = draw.most_open
            if most is not None:
                advance = min(advance, max(rounded(Fraction(most), who.plan.unit_micros, "down") - owed, 0))
            owed += advance if draw.kind == "recoverable" else 0
            if advance:
                yield _line(who, period, "draw_advance", advance)
        elif owed and since >= draw.recovers.starts_after:
            above = max(came - (least or 0), 0)
            back = min(owed, rounded(above * draw.recovers.max_share, who.plan.unit_micros, "down"))
            owed -= back
            if back:
                yield _line(who, period, "draw_recovery", -back)


def _periods(who: Participant, draw: Draw, through: date, earned: Earnings) -> Iterator[Period]:
    """From the one in which the payee was enrolled, as far as they are over."""
    starts = [max(row["from_on"], who.plan.effective.from_on) for row in enrolments_of(who, earned.facts)]
    day, number = min(starts, default=through), 0
    while (span := span_of(day, STATEMENTS[who.plan.pays], earned.company)).end <= through:
        rule, begins = _turn(draw, number)
        yield Period(span, number, rule, begins, _draw_of(who, rule, span, number - begins, earned))
        day, number = span.end, number + 1


def _turn(draw: Draw, number: int) -> tuple[Draw, int]:
    """The draw of a payee's how-many-eth period, and the number of the first of its periods."""
    length = len(draw.amounts) if draw.amounts is not None else draw.first_periods
    if draw.then is None or length is None or number < length:
        return draw, 0
    rule, begins = _turn(draw.then, number - length)
    return rule, begins + length


def _draw_of(who: Participant, draw: Draw, span: Span, number: int, earned: Earnings) -> int | None:
    """The draw of a period in which the payee is on the plan on any day, rounded as lines are."""
    days = (span.first + timedelta(days=place) for place in range(span.days))
    if draw.effective is not None and not draw.effective.covers(span.first):
        return None
    if not any(is_on(who, day, earned.facts) for day in days):
        return None
    if draw.amounts is not None:
        amount = draw.amounts[number] if number < len(draw.amounts) else None
    else:
        amount = draw.amount if draw.first_periods is None or number < draw.first_periods else None
    if amount is None:
        return None
    if draw.of is not None:
        whole = promised(who, draw.of, span, earned.facts, earned.company)
        if whole is None:
            raise UnknownDrawError
        return rounded(amount * whole, who.plan.unit_micros, who.plan.rounding)
    part = share_of_draw(who.payee, span, who.plan, earned.facts, earned.company)
    return rounded(amount * part, who.plan.unit_micros, who.plan.rounding)


def waiting(who: Participant, through: date) -> Line:
    """The draw of a payee of whose earnings on the plan some are held: it is held with them."""
    return Line(who.plan.plan, DRAW, who.payee, "", DRAW, DRAW, DRAW, None, through, None)


def _line(who: Participant, period: Period, kind: str, amount: int) -> Line:
    return Line(
        plan=who.plan.plan,
        component=DRAW,
        payee=who.payee,
        period=period.span.label,
        source=DRAW,
        part=kind,
        kind=kind,
        deal=None,
        day=period.span.end - timedelta(days=1),
        amount=amount,
    )
