"""Matrices: the cell that two numbers of a payee reach, as a factor of the component's curve (DESIGN 5.11)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from engine.documents.matrix import Matrix
from engine.model import MICROS
from engine.payees.curve import ONE, ZERO, Segment


def in_cells(rows: pl.DataFrame, columns: pl.DataFrame, matrix: Matrix) -> Iterator[pl.DataFrame]:
    """What both axes found, their places replaced by factors: that of the cell stands with the columns."""
    cells = {
        (str(row), str(column)): str(factor_of_cell(cell))
        for row, of_row in enumerate(matrix.cells)
        for column, cell in enumerate(of_row)
    }
    named = pl.DataFrame(
        [(*place, factor) for place, factor in cells.items()],
        schema=dict.fromkeys(("row", "column", "factor"), pl.String),
        orient="row",
    )
    places = pl.DataFrame({"row": rows["factor"], "column": columns["factor"]})
    reached = places.join(named, on=["row", "column"], how="left", maintain_order="left")
    yield rows.with_columns(factor=pl.lit("1"))
    yield columns.with_columns(reached["factor"])


def factor_of_cell(cell: Fraction | int) -> Fraction:
    """The cell in parts of what the curve pays: of one unit of the currency, of the target, or of the measure."""
    return Fraction(cell, MICROS) if isinstance(cell, int) else cell


def segments_of(matrix: Matrix, target: Fraction) -> list[Segment]:
    """The curve that a matrix scales where it says how much: all of the measure, or one unit or target at once."""
    if matrix.rates:
        return [Segment(ONE)]
    return [Segment(ZERO), Segment(ZERO, at_micros=target if matrix.in_percent else Fraction(MICROS), open=True)]
