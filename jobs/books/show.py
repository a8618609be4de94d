"""How closings look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.show import as_data, console


def show_closings(done: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Each closed period with its statements and its seal."""
    if as_json:
        as_data({"closed": list(done)})
        return
    for one in done:
        console().print(f"{one['period']} is closed: {one['statements']} statements sealed. Seal {one['seal']}")
    console().print("Keep the last seal outside this database: with it, nobody can cut history off unseen.")


def show_reopened(done: dict[str, Any], *, as_json: bool) -> None:
    """That the period is open again."""
    if as_json:
        as_data(done)
        return
    console().print(f"{done['period']} is open again; run sync, then close it again.")
