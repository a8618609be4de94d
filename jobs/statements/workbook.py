"""A workbook of several sheets: amounts as decimal numbers, everything else as text that nothing computes."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl
import xlsxwriter

from jobs.exports.files import plain
from jobs.statements.tables import AMOUNT

DIGITS = 38
AS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # the same data is the same file, whenever it is written
WIDTHS = {"why": 700, "sentence": 700, "deal": 260, "step": 300, "figure": 160, AMOUNT: 110}
"""Pixels of the columns that need other than the usual ones."""


def workbook(sheets: Mapping[str, Sequence[Mapping[str, str]]], amounts: Collection[str] = (AMOUNT,)) -> bytes:
    """The file; the columns named as amounts are text of plain digits."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        book.set_properties({"created": MADE})
        for name, rows in sheets.items():
            _sheet(book, name, rows, amounts)
    return out.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, rows: Sequence[Mapping[str, str]], amounts: Collection[str]) -> None:
    places = max(_places(row[column]) for row in rows for column in amounts)
    exact = pl.Decimal(DIGITS, places)
    columns = {
        column: pl.Series([Decimal(row[column]) for row in rows], dtype=exact)
        if column in amounts
        else pl.Series([plain(row[column]) for row in rows], dtype=pl.String)
        for column in rows[0]
    }
    pl.DataFrame(columns).write_excel(
        book,
        name,
        dtype_formats={exact: f"#,##0.{'0' * places}".rstrip(".")},
        column_widths={column: WIDTHS[column] for column in columns if column in WIDTHS},
        freeze_panes=(1, 0),
    )


def _places(amount: str) -> int:
    return len(amount.partition(".")[2])
