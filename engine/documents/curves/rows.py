"""What is wrong with the rows of a curve: brackets leave no gap, points make a line, and both climb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.documents.curves.bracket import Bracket, Point, Row
from engine.documents.problems import Problem

Ends = tuple[str | None, str | None]
"""What is said of below the first point, and of beyond the last."""


def row_problems(
    brackets: Sequence[Bracket], points: Sequence[Point], tiers: str | None, ends: Ends
) -> Iterator[Problem]:
    """Rows climb, in one unit and one way; brackets leave no gap, and points say what lies beyond them."""
    rows: Sequence[Bracket | Point] = brackets or points
    if not rows:
        return
    name, key = ("brackets", "from") if isinstance(rows[0], Bracket) else ("points", "at")
    if len({row.way for row in rows}) > 1:
        yield Problem((name,), "pay in different ways.", "Write every row alike, each way in its own component.")
    if len({row.from_share is None for row in rows}) > 1:
        yield Problem((name,), "mixes percentages of quota and amounts.", "Start every bracket in one unit.")
        return
    yield from _bracket_problems(brackets, tiers) if brackets else _point_problems(points, *ends)
    for position, (lower, upper) in enumerate(pairwise(rows), start=1):
        if upper.start <= lower.start:
            yield Problem((name, position, key), *_falls(rows[position]))


def _bracket_problems(brackets: Sequence[Bracket], tiers: str | None) -> Iterator[Problem]:
    """Brackets begin at zero, and say for what a rate pays."""
    if brackets[0].start != 0:
        zero = "0" if brackets[0].from_share is None else "0%"
        remedy = f"Begin at {zero}, even if the rate there is 0%, so that no gap is left."
        yield Problem(("brackets", 0, "from"), f"the first bracket does not begin at {zero}.", remedy)
    pays_whole_rows = bool({row.way for row in brackets} & {"share", "lump"})
    if len(frozenset[int]().union(*(row.signs for row in brackets))) > 1:
        message = "some brackets pay, and others take off."
        yield Problem(("brackets",), message, "Write a component that pays, and one that takes off.")
    if tiers is None and not pays_whole_rows:
        yield Problem(
            (), "brackets without tiers.", "Add tiers: marginal or tiers: whole; an amount for a whole row is a lump."
        )
    if tiers is not None and pays_whole_rows:
        message = "rows that pay a percentage of the target, or a lump, pay it for the whole row."
        yield Problem(("tiers",), message, "Remove tiers, or write a rate in each bracket.")


def _point_problems(points: Sequence[Point], below: str | None, beyond: str | None) -> Iterator[Problem]:
    """A line needs two points, and its ends are said."""
    if points[0].start < 0:
        yield Problem(("points", 0, "at"), "the first point lies below zero.", "Begin at 0 or above.")
    if len(points) == 1:
        yield Problem(("points",), "one point makes no curve.", "Write at least two points.")
    if below is None and points[0].start != 0:
        remedy = "Add below: none, flat or continue, or a point at 0."
        yield Problem((), "what is paid below the first point is not said.", remedy)
    if beyond is None:
        yield Problem((), "what is paid beyond the last point is not said.", "Add beyond: flat or continue.")


def _falls(row: Row) -> tuple[str, str]:
    kind = "bracket" if isinstance(row, Bracket) else "point"
    return f"does not begin above the {kind} before it.", f"Write {kind}s in climbing order, each once."
