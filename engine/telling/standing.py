"""Where a payee stands on a payout curve, as a drawing in plain data that needs no plan to be shown again.

Places are thousandths of the plot's width and height, from the lower left; a sealed statement keeps them for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from engine.payees.curves.curve import pieces
from engine.telling.drawing import NOTIONAL, Picture, called_whole, until
from engine.telling.outlook import Position
from engine.telling.wording import attainment, money

WHOLE = 1_000
LEAST_ROOM = Fraction(11, 10)
"""The drawing goes at least a tenth beyond where the payee stands."""


def standing(at: Position) -> dict[str, Any]:
    """The curve that paid the last line, and `here`: how far the payee is and what the curve pays there."""
    shown = picture_at(at)
    pay = shown.pay(Fraction(at.x))
    said = {"at": _said(at, shown), "pays": money(at.rounded(pay), shown.currency)}
    return {
        "x_label": shown.x_label,
        "y_label": f"pay, {shown.currency}",
        "lines": [_stretch(shown, *ends) for ends in _ends(shown)],
        "x_ticks": _ticks([(_across(shown, x), text) for x, text in shown.x_ticks()]),
        "y_ticks": _ticks([(_up(shown, pay), text) for pay, text in shown.pay_ticks()]),
        "here": {**_point(shown, Fraction(at.x), pay), **said},
    }


def picture_at(at: Position) -> Picture:
    """The drawing of the curve on which the payee stands, as far as needed to see what lies ahead."""
    measure = at.plan.measures[at.component.measure]
    of_quota = at.quota > 0 and at.unit != "percent"
    aim = at.quota or NOTIONAL[at.unit]
    far = until(pieces(at.curve, at.quota)[-1].start, aim, of_quota=of_quota)
    return Picture(
        title=at.component.title or at.component.id,
        curve=at.curve,
        quota=at.quota,
        until=max(far, at.x * LEAST_ROOM),
        unit=at.unit,
        currency=at.plan.currency,
        of_quota=of_quota,
        measure=at.component.measure,
        whole=called_whole(measure),
    )


def _said(at: Position, shown: Picture) -> str:
    return f"{attainment(int(at.x), at.quota)} of {shown.whole}" if shown.of_quota else at.worth(at.x)


def _ends(shown: Picture) -> list[tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]]:
    return [((part.start, part.from_pay), (part.end, part.to_pay)) for part in shown.stretches]


def _stretch(shown: Picture, start: tuple[Fraction, Fraction], end: tuple[Fraction, Fraction]) -> list[int]:
    first, last = (_point(shown, *place) for place in (start, end))
    return [first["x"], first["y"], last["x"], last["y"]]


def _point(shown: Picture, x: Fraction, pay: Fraction) -> dict[str, int]:
    return {"x": max(0, _across(shown, x)), "y": _up(shown, pay)}


def _across(shown: Picture, x: Fraction) -> int:
    return round(x / shown.until * WHOLE)


def _up(shown: Picture, pay: Fraction) -> int:
    low, high = shown.range
    return round((min(max(pay, low), high) - low) / (high - low) * WHOLE)


def _ticks(places: Sequence[tuple[int, str]]) -> list[list[Any]]:
    return [[place, text] for place, text in places]
