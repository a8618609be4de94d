"""How recorded payments and exports look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from engine.telling.wording import counted
from jobs.show import as_data, console, table


def show_recorded(done: Mapping[str, Any], *, as_json: bool) -> None:
    """How many payments were recorded, and what they add up to."""
    if as_json:
        as_data(done)
        return
    totals = ", ".join(f"{amount} {currency}" for currency, amount in done["totals"].items())
    recorded = f"{counted(done['recorded'], 'payment')} recorded"
    console().print(escape(f"{recorded}: {totals} ({', '.join(done['references'])})."))


def show_exported(done: Mapping[str, Any], *, as_json: bool) -> None:
    """The file, and how it ties to the ledgers."""
    if as_json:
        as_data(done)
        return
    marked = " PRELIMINARY: what is due may still change." if done["preliminary"] else ""
    console().print(escape(f"{done['file']} is written.{marked}"))
    show_ties(done["ties"])
    console().print(f"SHA-256 {done['sha256']}", style="dim")


def show_ties(ties: Sequence[Mapping[str, str]]) -> None:
    """Every sum of the file beside the ledgers' own."""
    columns = ("what", "exported", "booked", "difference", "currency")
    console().print(
        table("Tie-out", columns, [tuple(tie[name] for name in columns) for tie in ties], right=columns[1:4])
    )
