"""Whom the people files name, as they name them; what is wrong with a file is told when it is read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

COLUMNS = ("payee", "manager")


def named_payees(files: Mapping[str, str]) -> frozenset[str]:
    """E-mail addresses and ids in the columns that name people."""
    rows = (row for text in files.values() for _, row in rows_of(text))
    return frozenset(name for row in rows for column in COLUMNS if (name := row.get(column)))


def rows_of(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a people file with their lines, as far as it is CSV."""
    lines = csv.reader(StringIO(text, newline=""))
    try:
        header = [cell.strip() for cell in next(lines, [])]
        for cells in lines:
            yield lines.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except csv.Error:
        return
