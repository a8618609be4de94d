"""Draws: what a payee is paid at least in a statement period, and how advances come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.plans.draw import Draw
from engine.documents.plans.plan import Plan
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
    who: Participant
    """On the plan file that is asked."""
    number: int
    """0 for the one in which the payee was enrolled."""
    rule: Draw | None
    """The draw whose turn it is, of those that follow one another; None where the file has none."""
    begins: int
    """The number of its first period."""
    drawn: int | None
    """None: there is no draw in it."""


class UnknownDrawError(Exception):
    """People data promises nothing for a period, so that nobody knows what a share of it is."""


def drawn(
    payee: str, files: Sequence[Plan], came_by: Mapping[str, int], through: date, earned: Earnings
) -> Iterator[Line]:
    """A line for each period in which the draw adds something, or what was advanced is recovered.

    `came_by` is what was earned (or became payable) by statement period, by all files of the plan. The draw that was
    paid last says how it is recovered: periods count from the first that was paid, or from the turn of one that
    follows another. What is open goes on from file to file.
    """
    owed, first_draw, last = 0, None, None
    for period in _periods(payee, files, through, earned):
        came, least = came_by.get(period.span.label, 0), period.drawn
        if least is not None:
            first_draw = period.begins or (period.number if first_draw is None else first_draw)
            last = (period.who, period.rule)
        if last is None or (draw := last[1]) is None:
            continue
        since = 0 if first_draw is None else period.number - first_draw
        if draw.recovers.ends_after is not None and since >= draw.recovers.ends_after:
            owed = 0
        unit = last[0].plan.unit_micros
        advance = 0 if least is None else least if draw.on_top else max(least - came, 0)
        if advance:
            most = draw.most_open
            if most is not None:
                advance = min(advance, max(rounded(Fraction(most), unit, "down") - owed, 0))
            owed += advance if draw.kind == "recoverable" else 0
            if advance:
                yield _line(last[0], period, "draw_advance", advance)
        elif owed and since >= draw.recovers.starts_after:
            above = max(came - (least or 0), 0)
            back = min(owed, rounded(above * draw.recovers.max_share, unit, "down"))
            owed -= back
            if back:
                yield _line(last[0], period, "draw_recovery", -back)


def _periods(payee: str, files: Sequence[Plan], through: date, earned: Earnings) -> Iterator[Period]:
    """From the one in which the payee was enrolled, as far as they are over; the last file of a period counts."""
    first = Participant(payee, files[0])
    pays, company = STATEMENTS[files[0].pays], earned.company
    day, number = min(row["from_on"] for row in enrolments_of(first, earned.facts)), 0
    while (span := span_of(day, pays, company)).end <= through:
        days = [span.first + timedelta(days=place) for place in range(span.days)]
        on = [
            who
            for who in (Participant(payee, plan) for plan in files)
            if any(is_on(who, each, earned.facts) for each in days)
        ]
        who = on[-1] if on else first
        draw = who.plan.draw if on else None
        rule, begins = (None, 0) if draw is None else _turn(draw, number)
        least = None if rule is None else _draw_of(who, rule, span, number - begins, earned)
        yield Period(span, who, number, rule, begins, least)
        day, number = span.end, number + 1


def _turn(draw: Draw, number: int) -> tuple[Draw, int]:
    """The draw of a payee's how-many-eth period, and the number of the first of its periods."""
    length = len(draw.amounts) if draw.amounts is not None else draw.first_periods
    if draw.then is None or length is None or number < length:
        return draw, 0
    rule, begins = _turn(draw.then, number - length)
    return rule, begins + length


def _draw_of(who: Participant, draw: Draw, span: Span, number: int, earned: Earnings) -> int | None:
    """The draw of a period in which the payee is on the plan file on any day, rounded as lines are."""
    if draw.effective is not None and not draw.effective.covers(span.first):
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
