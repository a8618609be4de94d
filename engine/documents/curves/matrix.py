"""Matrices: what is paid by two numbers at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from engine.documents.curves.factors import FactorBracket, FactorPoint
from engine.documents.curves.gauge import Gauge, Multiplier
from engine.documents.curves.threshold import Threshold
from engine.documents.document import Document
from engine.documents.problems import Loc, Problem
from engine.documents.values import FILLED, Payout, Rate, Times

CELLS = ("pays", "rates", "factors")


class Axis(Gauge):
    """The rows or columns of a matrix: a number of the payee, and where each of them begins, or lies.

    Exactly one of `from` and `at`.
    """

    starts: Annotated[tuple[Threshold, ...], *FILLED] = Field(default=(), alias="from", examples=["[0%, 80%, 100%]"])
    """Where rows (or columns) begin, from 0 on and climbing; the lower bound is in."""
    at: Annotated[tuple[Threshold, ...], *FILLED] = Field(default=(), examples=["[90%, 100%, 110%]"])
    """In place of `from`: where rows (or columns) lie. Between two of them the cells run straight; below the first
    nothing is paid, and beyond the last as much as there."""

    @property
    def lines(self) -> tuple[Threshold, ...]:
        """Where each begins or lies."""
        return self.starts or self.at

    def problems(self) -> Iterator[Problem]:
        """Rows leave no gap and climb."""
        yield from super().problems()
        if bool(self.starts) == bool(self.at):
            message = "says both where steps begin and where points lie." if self.at else "says not where they begin."
            yield Problem((), message, "Write from for steps, or at for straight lines.")
            return
        if self.starts and self.starts[0] != 0:
            yield Problem(("from", 0), "the first does not begin at 0.", "Begin at 0% or 0.")
        if len(self.at) == 1:
            yield Problem(("at",), "one point makes no line.", "Write at least two, or from.")
        for position, (lower, upper) in enumerate(pairwise(self.lines), start=1):
            if upper <= lower:
                message = "does not begin above the one before it."
                yield Problem((self._key, position), message, "Write them in climbing order, each once.")

    @property
    def _key(self) -> str:
        return "at" if self.at else "from"

    def thresholds(self) -> Iterator[tuple[Loc, Fraction | int]]:
        """Where each begins or lies."""
        yield from (((self._key, position), start) for position, start in enumerate(self.lines))

    def places(self) -> Multiplier:
        """A multiplier whose factor is the place of the row that is reached, from 1; between two rows a fraction.

        Of places that equals share it looks at the best.
        """
        number = {name: getattr(self, name) for name in Gauge.model_fields}
        if self.ranked is not None and self.ranked.ties == "shared":
            number["ranked"] = self.ranked.model_copy(update={"ties": "best"})
        nths = [(line, Fraction(nth)) for nth, line in enumerate(self.lines, start=1)]
        if self.at:
            points = tuple(FactorPoint(at=at, factor=factor) for at, factor in nths)
            return Multiplier(**number, points=points, below="none")
        return Multiplier(**number, brackets=tuple(FactorBracket(since=since, factor=nth) for since, nth in nths))


class Matrix(Document):
    """What is paid by two numbers of the payee: one list of cells for each row, one cell for each column.

    Exactly one of `pays`, `rates` and `factors` holds the cells. With `rows: {measure: new, quota: new, from: [0%, 80%,
    100%]}`, `columns: {measure: grr, from: [0%, 90%]}` and `pays: [[0, 0], [2_000, 4_000], [5_000, 10_000]]` an
    attainment of 85 % and a retention of 93 % pay 4,000 in the component's window, once. With `at` in the place of
    `from` cells are interpolated, in both directions where both axes say so: with rows `at: [90%, 100%]`, columns `at:
    [80%, 100%]` and `pays: [[1_000, 2_000], [3_000, 6_000]]`, 95 % and 90 % pay 3,000, the middle of all four.
    """

    rows: Axis = Field(examples=["{measure: new, quota: new, from: [0%, 80%, 100%]}"])
    """The number that decides the row."""
    columns: Axis = Field(examples=["{measure: grr, from: [0%, 90%]}"])
    """The number that decides the column."""
    pays: tuple[tuple[Payout, ...], ...] = Field(default=(), examples=["[[0, 0], [2_000, 4_000], [5_000, 10_000]]"])
    """Amounts, or percentages of the component's target, for the whole window (with `accumulates: transaction` for each
    deal) in which the component's measure adds up to more than nothing."""
    rates: tuple[tuple[Rate, ...], ...] = Field(default=(), examples=["[[2%, 3%], [4%, 6%], [5%, 8%]]"])
    """Shares of the component's measure."""
    factors: tuple[tuple[Times, ...], ...] = Field(default=(), examples=["[[50%, 80%], [80%, 100%], [100%, 130%]]"])
    """What is multiplied with what the component pays by its rate, brackets or points."""

    @property
    def cells(self) -> Sequence[Sequence[Fraction | int]]:
        """The cells, whatever they are."""
        return self.pays or self.rates or self.factors

    @property
    def in_percent(self) -> bool:
        """Whether it pays percentages of a target."""
        return any(isinstance(cell, Fraction) for row in self.pays for cell in row)

    @property
    def axes(self) -> tuple[Multiplier, Multiplier]:
        """What finds the row, and what finds the column."""
        return self.rows.places(), self.columns.places()

    def problems(self) -> Iterator[Problem]:
        """Every row has a cell for every column, all of one kind."""
        written = [name for name in CELLS if getattr(self, name)]
        if len(written) != 1:
            message = "has no cells." if not written else "has cells of two kinds."
            yield Problem((), message, f"Write one of {', '.join(CELLS)}.")
            return
        (key,) = written
        if len(self.cells) != len(self.rows.lines):
            message = f"{len(self.cells)} rows, but rows begin at {len(self.rows.lines)} places."
            yield Problem((key,), message, "Write one list of cells for each row.")
        for position, row in enumerate(self.cells):
            if len(row) != len(self.columns.lines):
                message = f"{len(row)} cells, but columns begin at {len(self.columns.lines)} places."
                yield Problem((key, position), message, "Write one cell for each column.")
        if len({isinstance(cell, Fraction) for row in self.pays for cell in row if cell != 0}) > 1:
            yield Problem(("pays",), "mixes percentages and amounts.", "Write all cells alike.")
