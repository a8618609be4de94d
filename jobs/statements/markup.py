"""HTML and SVG as a tree that cannot forget to escape: text is escaped where it enters, markup is a type of its own."""

from __future__ import annotations

import re
from html import escape

NOT_IN_A_PAGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows: a name must not rewrite an amount."""
EMPTY = ("meta", "line", "circle", "rect", "path")
"""Elements that are written without an end."""


class Html(str):
    """Markup that is safe to be put into a page as it is."""

    __slots__ = ()


def el(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; children that are no markup are escaped text, None and False leave an attribute or child out.

    `class_` writes `class`, and `_` in other attributes `-`.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in EMPTY:
        return Html(f"<{name}{given}/>")
    return Html(f"<{name}{given}>{''.join(map(_child, children))}</{name}>")


def joined(*parts: object) -> Html:
    """Several children as one."""
    return Html("".join(map(_child, parts)))


def text(value: object) -> Html:
    """A value as escaped text; what a page cannot hold becomes the sign for an unknown character."""
    return Html(escape(NOT_IN_A_PAGE.sub("\N{REPLACEMENT CHARACTER}", str(value))))


def _child(value: object) -> str:
    if isinstance(value, Html):
        return str(value)
    return "" if value is None or value is False else text(value)
