"""A payout curve for a terminal: at most 80 columns, corners as letters, jumps as dotted lines."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from engine.telling.drawing import Picture, marks

COLUMNS, ROWS = 80, 16
CURVE, JUMP, NOTHING = "•", "┊", " "


def as_text(picture: Picture) -> str:
    """The picture, its title above, its corners in words below."""
    labels = {_row(picture, pay): text for pay, text in picture.pay_ticks()}
    wide = max(len(text) for text in labels.values())
    canvas = _canvas(picture, COLUMNS - wide - 2)
    drawn = [
        f"{labels.get(row, ''):>{wide}} {'┤' if row in labels else '│'}{''.join(canvas[row])}".rstrip()
        for row in reversed(range(ROWS))
    ]
    pad = " " * (wide + 1)
    axis = [pad + line for line in _x_axis(picture, COLUMNS - wide - 2)]
    return "\n".join([picture.title, f"pay, {picture.currency}", *drawn, *axis, "", *picture.legend()])


def _canvas(picture: Picture, width: int) -> list[list[str]]:
    """Rows from the bottom; the curve, then the jumps, then the corners on top."""
    canvas = [[NOTHING] * width for _ in range(ROWS)]
    for stretch in picture.stretches:
        first, last = _column(picture, stretch.start, width), _column(picture, stretch.end, width)
        rows = [
            _row(
                picture, stretch.from_pay + (stretch.to_pay - stretch.from_pay) * Fraction(place, max(last - first, 1))
            )
            for place in range(last - first + 1)
        ]
        for place, row in enumerate(rows):
            _upright(canvas, first + place, rows[max(place - 1, 0)], row, CURVE)
    for before, after in pairwise(picture.stretches):
        if before.to_pay != after.from_pay:
            column = _column(picture, after.start, width)
            _upright(canvas, column, _row(picture, before.to_pay), _row(picture, after.from_pay), JUMP)
    for mark, (x, pay) in zip(marks(), picture.corners, strict=False):
        canvas[_row(picture, pay)][_column(picture, x, width)] = mark
    return canvas


def _upright(canvas: list[list[str]], column: int, before: int, after: int, sign: str) -> None:
    """Fill a column from the row after `before` to `after`, so that steep parts have no holes."""
    step = 1 if after >= before else -1
    for row in range(before + step, after, step):
        canvas[row][column] = sign
    if sign == CURVE:
        canvas[after][column] = sign


def _x_axis(picture: Picture, width: int) -> list[str]:
    """The axis with its ticks, their labels, and what it shows."""
    line, labels = ["─"] * width, [" "] * width
    free = 0
    for x, text in picture.x_ticks():
        column = _column(picture, x, width)
        line[column] = "┴"
        start = min(max(column - len(text) // 2, 0), width - len(text))
        if start >= free:
            labels[start : start + len(text)] = text
            free = start + len(text) + 1
    return [f"└{''.join(line)}", f" {''.join(labels)}".rstrip(), f" {picture.x_label:>{width}}"]


def _row(picture: Picture, pay: Fraction) -> int:
    low, high = picture.range
    return round((pay - low) / (high - low) * (ROWS - 1))


def _column(picture: Picture, x: Fraction, width: int) -> int:
    return round(x / picture.until * (width - 1))
