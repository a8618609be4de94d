"""The two drawings of a statement: the bars from base to payout, and the payout curve with where the payee stands.

SVG from the plain data of the statement, in the colours of the page: it is readable in the dark and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from jobs.statements.markup import Html, el

BAR = 1_000
"""Width of a bar's field; it is stretched to what the page has."""
WIDTH, LEFT, RIGHT, TOP, PLOT, LINE = 400, 70, 14, 22, 150, 14
"""Of a curve, in pixels: the whole width, what is free around the plot, the plot's height, a line of text."""
CHARACTER = 6
NEAR_THE_EDGE = 600
"""Thousandths of the width beyond which what stands beside a point is written to its left."""

Bar = tuple[int, int, str]
"""From where to where a bar goes, in thousandths, and what it is."""


def bars(steps: Sequence[Mapping[str, Any]]) -> list[Html]:
    """A bar for each step of a waterfall, each beginning where the one before it ended."""
    return [_bar(*bar) for bar in _placed(steps)]


def _placed(steps: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    """Where each bar lies: all from the least to the largest running total, zero among them."""
    reached, ends = Fraction(0), []
    for step in steps:
        amount = _exact(step["amount"])
        before, reached = (Fraction(0), amount) if step["total"] else (reached, reached + amount)
        ends.append((before, reached, "total" if step["total"] else "less" if amount < 0 else "more"))
    places = [place for before, after, _ in ends for place in (before, after)]
    low, high = min(Fraction(0), *places), max(Fraction(0), *places)
    width = (high - low) or Fraction(1)
    for before, after, kind in ends:
        first, last = sorted(round((place - low) / width * BAR) for place in (before, after))
        yield first, max(last, first + 3), kind


def _bar(first: int, last: int, kind: str) -> Html:
    shape = el("rect", x=first, y=1, width=last - first, height=8, class_=kind)
    return el("svg", shape, viewBox=f"0 0 {BAR + 3} 10", preserveAspectRatio="none", class_="bar", aria_hidden="true")


def curve(drawing: Mapping[str, Any], title: str) -> Html:
    """The curve with `you are here`."""
    here = drawing["here"]
    said = f"{title}: you are here, at {here['at']}; the curve pays {here['pays']} there"
    height = TOP + PLOT + 3 * LINE
    parts = (
        el("title", said),
        _text(LEFT - 6, TOP - 10, drawing["y_label"], anchor="end"),
        *_axes(drawing),
        *(_line("curve", *ends) for ends in drawing["lines"]),
        *(_line("jump", *one[2:], *other[:2]) for one, other in pairwise(drawing["lines"]) if one[2:] != other[:2]),
        *_here(here),
    )
    return el("svg", *parts, viewBox=f"0 0 {WIDTH} {height}", role="img", class_="plot")


def _axes(drawing: Mapping[str, Any]) -> Iterator[Html]:
    for up, label in drawing["y_ticks"]:
        yield _line("tick", 0, up, BAR, up)
        yield _text(LEFT - 6, _y(up), label, anchor="end", lower=3)
    free = 0
    for across, label in drawing["x_ticks"]:
        yield _line("tick", across, 0, across, BAR)
        middle, half = round(_px(across)), CHARACTER * len(label) // 2
        if middle - half >= free and middle + half <= WIDTH:
            yield _text(middle, TOP + PLOT + LINE, label, anchor="middle")
            free = middle + half + CHARACTER
    yield _line("axis", 0, 0, BAR, 0)
    yield _line("axis", 0, 0, 0, BAR)
    yield _text(WIDTH - RIGHT, TOP + PLOT + 2 * LINE + 2, drawing["x_label"], anchor="end")


def _here(here: Mapping[str, Any]) -> Iterator[Html]:
    """An upright to the axis, a point, and what it is."""
    left = here["x"] > NEAR_THE_EDGE
    low = here["y"] < BAR // 4
    yield _line("upright", here["x"], 0, here["x"], here["y"])
    yield el("circle", cx=_x(here["x"]), cy=_y(here["y"]), r=5, class_="here")
    place = {"anchor": "end" if left else "start", "kind": "here"}
    across = _x(here["x"], -9 if left else 9)
    yield _text(across, _y(here["y"]), "You are here", lower=-18 if low else -4, **place)
    yield _text(across, _y(here["y"]), here["at"], lower=-5 if low else 9, **place)


def _line(kind: str, x1: int, y1: int, x2: int, y2: int) -> Html:
    return el("line", class_=kind, x1=_x(x1), y1=_y(y1), x2=_x(x2), y2=_y(y2))


def _text(x: object, y: object, said: str, *, kind: str | None = None, anchor: str = "start", lower: int = 0) -> Html:
    return el("text", said, x=x, y=y, dy=lower or None, text_anchor=anchor, class_=kind)


def _px(across: int) -> Fraction:
    return LEFT + Fraction(across * (WIDTH - LEFT - RIGHT), BAR)


def _x(across: int, more: int = 0) -> str:
    return _tenths(_px(across) + more)


def _y(up: int) -> str:
    return _tenths(TOP + PLOT - Fraction(up * PLOT, BAR))


def _tenths(pixels: Fraction) -> str:
    whole, rest = divmod(round(pixels * 10), 10)
    return f"{whole}.{rest}"


def _exact(amount: str) -> Fraction:
    return Fraction(amount.replace(",", ""))
