"""A summary as CSV and as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jobs.exports.files import csv_text
from jobs.statements.everybody import FIGURES

COLUMNS = ("payee_id", "payee", "attainment", *FIGURES, "currency", "approved")


def _rows(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    """A row for each payee and currency, amounts as plain digits."""
    return [
        {name: row[name].replace(",", "") if name in FIGURES else str(row[name] or "") for name in COLUMNS}
        for row in answer["payees"]
    ]


def _as_csv(answer: Mapping[str, Any]) -> bytes:
    return csv_text(COLUMNS, [[row[name] for name in COLUMNS] for row in _rows(answer)], FIGURES).encode()


def _as_workbook(answer: Mapping[str, Any]) -> bytes:
    from jobs.statements.workbook import workbook  # noqa: PLC0415  # only whoever wants one needs its library

    return workbook({"Summary": _rows(answer)}, FIGURES)


FORMS: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = MappingProxyType({"csv": _as_csv, "xlsx": _as_workbook})
"""By the ending of its file."""
