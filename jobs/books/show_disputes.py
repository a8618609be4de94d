"""How disputes look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.show import as_data, console


def show_disputes(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Each dispute with what was expected, what is computed and how it was settled."""
    if as_json:
        as_data(list(found))
        return
    for row in found:
        console().print(_said(row), markup=False)
    if not found:
        console().print("There are no open disputes.")


def _said(row: Mapping[str, Any]) -> str:
    about = f"{row['payee']}, {row['period']}" + (f", deal {row['deal_id']}" if row["deal_id"] else "")
    amounts = f"expected {row['expected']} {row['currency']}, computed {row['computed']}"
    said = f"{row['dispute']}: {about}: {amounts}: {row['why']}"
    if row["settled_by"] is None:
        return said
    end = "as expected" if row["comes_to"] == row["expected"] else f"{row['difference']} from what was expected"
    how = {"data": "a data fix", "plan": "a plan fix", "refusal": "refusal"}[row["settled_by"]]
    return f"{said}\n  settled by {row['settled_with']} by {how}: {row['reason']} (now {row['comes_to']}, {end})"
