"""Strict CSV: a header of known columns, one fact a row, and the line of every cell that is wrong.

People keep these files in spreadsheets, which turn commas into semicolons and days into local dates; both are told.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from engine.documents.problems import Problems, nearest
from engine.model import Issue, Severity

CHARACTERS_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, and how a cell of it is read. A cell may be empty only where that is said."""

    name: str
    read: Callable[[str], Any]
    may_be_empty: bool = False
    may_be_absent: bool = False
    """Whether the file may do without the column."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one file as they are read, and what was wrong with the others."""

    file: str
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Cells of every row without a problem, by line."""
    issues: list[Issue] = field(default_factory=list)
    written: dict[int, dict[str, str]] = field(default_factory=dict)
    """The cells of these rows as people wrote them, by which messages name what they are about."""

    def report(self, line: int, message: str, remedy: str) -> None:
        """Something wrong on a line of the file."""
        self.issues.append(Issue("people", Severity.HOLDS, f"{self.file}:{line}", message, remedy))

    def drop(self, line: int, message: str, remedy: str) -> None:
        """Take a row out and say why."""
        del self.rows[line]
        self.report(line, message, remedy)


def read_table(text: str, file: str, columns: Sequence[Column]) -> Table:
    """Every row whose cells are all right; the others are issues."""
    table = Table(file)
    if len(text) > CHARACTERS_MAX:
        table.report(1, f"the file has {len(text)} characters; at most {CHARACTERS_MAX} are read.", "Split it.")
        return table
    lines = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header: list[str] = []
    try:
        for written in lines:
            cells = [cell.strip() for cell in written]
            if not any(cells):
                continue
            if header:
                _take(table, lines.line_num, dict(zip(header, cells, strict=False)), len(cells) - len(header), columns)
            elif not _is_header(table, lines.line_num, cells, columns):
                return table
            else:
                header = cells
    except csv.Error as error:
        table.report(lines.line_num, f"not CSV: {error}.", "Check the quotes on and above this line.")
    if not header and not table.issues:
        table.report(1, "the file is empty.", f"Write the header {','.join(column.name for column in columns)}.")
    return table


def _is_header(table: Table, line: int, cells: list[str], columns: Sequence[Column]) -> bool:
    """Whether the first row names the columns, each once, in any order."""
    names = [column.name for column in columns]
    if len(cells) == 1 and len(names) > 1 and (";" in cells[0] or "\t" in cells[0]):
        table.report(line, "columns are not separated by commas.", "Save the file as CSV with commas.")
        return False
    for position, name in enumerate(cells):
        if name not in names:
            table.report(line, f"unknown column {name or '(without a name)'}.", nearest(name, names))
        elif name in cells[:position]:
            table.report(line, f"column {name} is there twice.", "Keep one of them.")
    for name in (column.name for column in columns if not column.may_be_absent):
        if name not in cells:
            table.report(line, f"column {name} is missing.", f"The header is {','.join(names)}.")
    return not table.issues


def _take(table: Table, line: int, cells: dict[str, str], too_many: int, columns: Sequence[Column]) -> None:
    if too_many:
        message = f"{abs(too_many)} cell{'s' if abs(too_many) > 1 else ''} too {'many' if too_many > 0 else 'few'}."
        table.report(line, message, "Put a cell that contains a comma in quotes.")
        return
    found: list[tuple[str, str]] = []
    row = {column.name: _cell(column, cells.get(column.name, ""), found) for column in columns}
    for message, remedy in found:
        table.report(line, message, remedy)
    if not found:
        table.rows[line], table.written[line] = row, cells


def _cell(column: Column, text: str, found: list[tuple[str, str]]) -> Any:
    if not text:
        if not column.may_be_empty:
            found.append((f"{column.name}: empty.", f"Write the {column.name}."))
        return None
    try:
        return column.read(text)
    except Problems as caught:
        found += [(f"{column.name}: {problem.message}", problem.remedy) for problem in caught.problems]
        return None
