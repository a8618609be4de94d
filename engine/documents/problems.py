"""Problems of a document as data: where in the document, what is wrong, what would be right.

Validators raise `Problems`; the reader turns each into an issue with `file:line`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from engine.documents.meant import meant

Loc = tuple[str | int, ...]

SHOWN_MAX = 60
"""Characters of a value that a message repeats: it stays one line of a terminal."""

KNOWN_MAX = 20
"""Names that a remedy lists; more would hide it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place; `loc` is relative to the object that found it."""

    loc: Loc
    message: str
    remedy: str


class Problems(ValueError):  # noqa: N818 - it carries findings; pydantic wants a ValueError to keep its place
    """Raised by a validator with everything it found, so that nobody mends a file one message at a time."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def wrong(message: str, remedy: str) -> Problems:
    """A single problem with the value at hand."""
    return Problems(Problem((), message, remedy))


ALMOST = 4 / 5
"""So alike that a name is misspelt, whatever else it may be."""


def nearest(name: str, names: Iterable[str], elsewhere: Sequence[str] = ()) -> str:
    """A remedy for a misspelt name: the one that was probably meant, by its letters or its sense, or all there are.

    `elsewhere` are places where the name is known.
    """
    known = sorted(names)
    if not known:
        return "None is defined yet: define it first."
    other = meant(name, known)
    if other is not None:
        return other
    if elsewhere and not get_close_matches(name, known, n=1, cutoff=ALMOST):
        return f"It belongs to: {', '.join(elsewhere)}."
    close = get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(known)}." if len(known) <= KNOWN_MAX else "Check how it is spelled."


def shown(value: Any) -> str:
    """A value as the file has it, on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, Decimal):
        return format(value, "f")
    text = " ".join((str(value).lower() if isinstance(value, bool) else str(value)).split())
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 3]}..."
