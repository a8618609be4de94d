"""The forms in which a statement leaves the terminal, each made from the one plain-data statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jobs.exports.files import csv_text
from jobs.statements.page import page
from jobs.statements.tables import AMOUNT, ENTRIES, entries, sheets


def _as_page(answer: Mapping[str, Any]) -> bytes:
    return page(answer).encode()


def _as_csv(answer: Mapping[str, Any]) -> bytes:
    rows = ([row[name] for name in ENTRIES] for row in entries(answer))
    return csv_text(ENTRIES, rows, [AMOUNT]).encode()


def _as_workbook(answer: Mapping[str, Any]) -> bytes:
    from jobs.statements.workbook import workbook  # noqa: PLC0415  # only whoever wants one needs its library

    return workbook(sheets(answer))


FORMS: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = MappingProxyType(
    {"html": _as_page, "csv": _as_csv, "xlsx": _as_workbook}
)
"""By the ending of its file."""
