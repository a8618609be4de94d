"""A payout curve as a picture that stands by itself: SVG without scripts, fonts or links, readable at 400 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from html import escape
from itertools import pairwise

from engine.telling.drawing import Picture, marks
from engine.telling.wording import number

WIDTH, LEFT, RIGHT, TOP, PLOT, LINE = 400, 84, 16, 46, 190, 14
"""Pixels: the whole width, what is left free beside and above the plot, the plot's height, a line of text."""
CHARACTERS, OF_TITLE = 66, 52
"""What fits into one line of the legend, and of the title."""

STYLE = (
    "text{font:10px sans-serif;fill:#222}.title{font-weight:bold;font-size:12px}.tick{stroke:#ddd}"
    ".axis{stroke:#222}.curve{stroke:#0b5cad;stroke-width:2;fill:none}.jump{stroke:#0b5cad;stroke-dasharray:3 3}"
    ".corner{fill:#0b5cad}.left{fill:#fff;stroke:#0b5cad}.mark{font-weight:bold}"
)


def as_svg(picture: Picture) -> str:
    """The picture, its title above, its corners in words below."""
    titles, said = _wrapped(picture.title, OF_TITLE), [line for text in picture.legend() for line in _wrapped(text)]
    top = TOP + LINE * (len(titles) - 1)
    below = top + PLOT + 3 * LINE
    height = below + LINE * (len(said) + 1)
    body = [
        *(_text(10, 18 + LINE * place, line, "title") for place, line in enumerate(titles)),
        _text(LEFT - 6, top - 10, f"pay, {picture.currency}", anchor="end"),
        f'<g transform="translate(0 {top})">',
        *_axes(picture),
        *_curve(picture),
        "</g>",
        *(_text(10, below + LINE * (place + 1), line) for place, line in enumerate(said)),
    ]
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    described = f"<title>{escape(picture.title)}</title><desc>{escape('; '.join(picture.legend()))}</desc>"
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, described, f"<style>{STYLE}</style>", ground, *body, "</svg>", ""])


def _axes(picture: Picture) -> Iterator[str]:
    """Grid lines at round numbers, their labels, and what the axes show."""
    bottom = _y(picture, picture.range[0])
    for pay, text in picture.pay_ticks():
        yield _line("tick", (str(LEFT), _y(picture, pay)), (str(WIDTH - RIGHT), _y(picture, pay)))
        yield _text(LEFT - 6, f"{_y(picture, pay)}", text, anchor="end", lower=3)
    free = 0
    for x, text in picture.x_ticks():
        yield _line("tick", (_x(picture, x), "0"), (_x(picture, x), bottom))
        middle, half = round(_px(picture, x)), 3 * len(text)
        if middle - half >= free and middle + half <= WIDTH:
            yield _text(middle, PLOT + LINE, text, anchor="middle")
            free = middle + half
    yield _line("axis", (str(LEFT), "0"), (str(LEFT), bottom))
    yield _line("axis", (str(LEFT), bottom), (str(WIDTH - RIGHT), bottom))
    yield _text(WIDTH - RIGHT, PLOT + 2 * LINE, picture.x_label, anchor="end")


def _curve(picture: Picture) -> Iterator[str]:
    """The stretches; between two that do not meet a dotted upright, open where the value is not taken."""
    for part in picture.stretches:
        yield _line("curve", _at(picture, part.start, part.from_pay), _at(picture, part.end, part.to_pay))
    for before, after in pairwise(picture.stretches):
        ends = {before.to_pay, after.from_pay}
        if len(ends) == 2:  # noqa: PLR2004  # a jump has two ends
            low, high = (_at(picture, after.start, pay) for pay in sorted(ends))
            yield _line("jump", low, high)
            yield from (_dot("left", _at(picture, after.start, pay)) for pay in ends - {picture.pay(after.start)})
    for mark, (x, pay) in zip(marks(), picture.corners, strict=False):
        yield _dot("corner", _at(picture, x, pay))
        anchor = "end" if x == picture.until else "middle"
        yield _text(_x(picture, x), _y(picture, pay), mark, "mark", anchor=anchor, lower=-6)


def _wrapped(text: str, most: int = CHARACTERS) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > most:
            lines.append("   ")
        lines[-1] += f"{word} "
    return [line.rstrip() for line in lines]


Point = tuple[str, str]


def _line(kind: str, start: Point, end: Point) -> str:
    return f'<line class="{kind}" x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"/>'


def _dot(kind: str, at: Point) -> str:
    return f'<circle class="{kind}" cx="{at[0]}" cy="{at[1]}" r="3"/>'


def _text(x: object, y: object, said: str, kind: str = "", *, anchor: str = "start", lower: int = 0) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x}" y="{y}" dy="{lower}" text-anchor="{anchor}">{escape(said)}</text>'


def _at(picture: Picture, x: Fraction, pay: Fraction) -> Point:
    return _x(picture, x), _y(picture, pay)


def _px(picture: Picture, x: Fraction) -> Fraction:
    return LEFT + x / picture.until * (WIDTH - LEFT - RIGHT)


def _x(picture: Picture, x: Fraction) -> str:
    return _pixels(_px(picture, x))


def _y(picture: Picture, pay: Fraction) -> str:
    low, high = picture.range
    return _pixels(PLOT - (pay - low) / (high - low) * PLOT)


def _pixels(value: Fraction) -> str:
    """To a tenth of a pixel."""
    return number(Fraction(round(value * 10), 10))
