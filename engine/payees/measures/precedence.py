"""Precedence: what of a credit is left for a component, once those before it have taken theirs (DESIGN 5.21).

A component takes a deal on the days of its life if the deal passes its measure's `when`, and of it the lines that pass
its `lines`; whether it then pays for it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from engine.documents.measures.measure import Measure
from engine.documents.measures.worth import LinesTest
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.matching import fits


@dataclass(frozen=True, slots=True)
class Taker:
    """A component that takes what it counts before another one."""

    component: str
    measure: str
    counts: Measure
    effective: Window | None

    def alive(self) -> pl.Expr:
        """Whether it is in force on the row's day (`dated_on`)."""
        day = pl.col("dated_on")
        if self.effective is None:
            return pl.lit(value=True)
        begun = day >= self.effective.from_on
        return begun if self.effective.until_on is None else begun & (day < self.effective.until_on)


@dataclass(frozen=True, slots=True)
class Counting:
    """What is added up: a measure, less what others take. `name` is what its columns are called by."""

    name: str
    measure: Measure
    whole: str = ""
    """The measure's name, where something is left out of it."""
    whole_deals: tuple[Taker, ...] = ()
    """Those that take deals with all their lines."""
    lines: tuple[Taker, ...] = ()
    """Those that take some lines of a deal."""

    @property
    def brings_columns(self) -> bool:
        """Whether what a credit counts for is another number than for the measure by itself."""
        return not self.whole or bool(self.lines)

    @property
    def is_plain(self) -> bool:
        """Whether a credit counts for exactly what one of its columns holds."""
        return self.measure.is_plain and not self.lines


def counting_of(plan: Plan, component: Component) -> Counting:
    """What a component of a plan adds up."""
    measure = plan.measures[component.measure]
    before = plan.before(component.id)
    takers = [Taker(part.id, part.measure, plan.measures[part.measure], part.effective) for part in before]
    if not takers:
        return Counting(component.measure, measure)
    whole = tuple(taker for taker in takers if taker.counts.lines is None)
    lines = tuple(taker for taker in takers if taker.counts.lines is not None)
    return Counting(f"{component.measure} of {component.id}", measure, component.measure, whole, lines)


def countings(plan: Plan) -> Iterator[Counting]:
    """Every measure by itself, and everything that a component adds up less what others take."""
    yield from (Counting(name, measure) for name, measure in plan.measures.items())
    for component in plan.components:
        counting = counting_of(plan, component)
        if counting.whole:
            yield counting


def taken_lines(takers: Sequence[Taker]) -> pl.Expr:
    """Whether one of the components takes a line; columns of the line, and those of `taking` for its deal."""
    return reduce(
        or_,
        [pl.col(_taking(nth)) & passes(taker.counts.lines) for nth, taker in enumerate(takers)],
        pl.lit(value=False),
    )


def taking(takers: Sequence[Taker]) -> dict[str, pl.Expr]:
    """For a classified deal which of the components take lines of it."""
    return {_taking(nth): fits(taker.counts.when) & taker.alive() for nth, taker in enumerate(takers)}


def any_taking(takers: Sequence[Taker]) -> pl.Expr:
    """Whether any of them takes lines of the deal."""
    return reduce(or_, [pl.col(_taking(nth)) for nth in range(len(takers))], pl.lit(value=False))


def _taking(nth: int) -> str:
    return f"taking {nth}"


def passes(lines: LinesTest | None) -> pl.Expr:
    """Whether a line passes the tests of its product; one without the text passes none."""
    found = pl.lit(value=True)
    for test in lines.tests if lines else ():
        column = pl.col(test.field)
        found &= column.is_in(test.any_of) if test.any_of else ~column.is_in(test.none_of)
    return found.fill_null(value=False)
