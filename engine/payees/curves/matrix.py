"""Matrices: the cell that two numbers of a payee reach, as a factor of the component's curve (DESIGN 5.11)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from engine.documents.curves.matrix import Matrix
from engine.model import MICROS
from engine.payees.curves.curve import ONE, ZERO, Segment


def in_cells(rows: pl.DataFrame, columns: pl.DataFrame, matrix: Matrix) -> Iterator[pl.DataFrame]:
    """What both axes found, their places replaced by factors: that of the cell stands with the columns."""
    places = pl.DataFrame({"row": rows["factor"], "column": columns["factor"]})
    asked = places.drop_nulls().unique()
    cells = [str(cell_at(matrix, Fraction(row), Fraction(column))) for row, column in asked.iter_rows()]
    named = asked.with_columns(factor=pl.Series(cells, dtype=pl.String))
    reached = places.join(named, on=["row", "column"], how="left", maintain_order="left")
    yield rows.with_columns(factor=pl.lit("1"))
    yield columns.with_columns(reached["factor"])


def cell_at(matrix: Matrix, row: Fraction, column: Fraction) -> Fraction:
    """What a place is worth, rows and columns from 1 on: between cells on the lines that join them, below 1 nothing."""
    if not row or not column:
        return ZERO
    return sum(
        (
            of_row * of_column * factor_of_cell(matrix.cells[nth][at])
            for nth, of_row in _around(row)
            for at, of_column in _around(column)
        ),
        start=ZERO,
    )


def _around(place: Fraction) -> Iterator[tuple[int, Fraction]]:
    """The rows (from 0) that a place lies at or between, and how much each of them counts."""
    nth, beyond = divmod(place - 1, 1)
    yield int(nth), 1 - beyond
    if beyond:
        yield int(nth) + 1, beyond


def factor_of_cell(cell: Fraction | int) -> Fraction:
    """The cell in parts of what the curve pays: of one unit of the currency, of the target, or of the measure."""
    return Fraction(cell, MICROS) if isinstance(cell, int) else cell


def segments_of(matrix: Matrix, target: Fraction) -> list[Segment]:
    """The curve that a matrix scales where it says how much: all of the measure, or one unit or target at once."""
    if matrix.rates:
        return [Segment(ONE)]
    return [Segment(ZERO), Segment(ZERO, at_micros=target if matrix.in_percent else Fraction(MICROS), open=True)]
