"""How adjustments look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.books.adjusted import told_correction
from jobs.show import as_data, console


def show_adjustments(found: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Each adjustment in a line."""
    if as_json:
        as_data(list(found))
        return
    for row in found:
        console().print(f"{row['adjustment']}: {row['payee']}: {told_correction(row)}", markup=False)
    if not found:
        console().print("There are no adjustments.")


def show_adjusted(answer: dict[str, Any], *, as_json: bool) -> None:
    """What became of a command."""
    if as_json:
        as_data(answer)
        return
    console().print(f"Adjustment {answer['adjustment']}: {told_correction(answer)}", markup=False)
