"""How a comparison of two configurations looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape

from jobs.show import as_data, console, table

AMOUNTS = ("old", "new", "difference")
HELD_SHOWN = 20
NOTHING_TO_COMPARE = (
    "Neither pays anything there, so this says nothing about the plans: run worker.py sync, or another --over."
)

Row = Mapping[str, Any]


def show_diff(answer: Row, *, as_json: bool) -> None:
    """Who gains and who loses, which components make the difference, who changes tiers, and the total cost."""
    if as_json:
        as_data(answer)
        return
    out = console()
    out.print(_amounts("Per payee", ("payee",), answer["payees"]))
    out.print(_amounts("\nPer component", ("plan", "component"), answer["components"]))
    tiers = ("payee", "plan", "component", "window", "old", "new")
    if answer["tiers"]:
        out.print(table("\nOther tiers", tiers, ([row[name] for name in tiers] for row in answer["tiers"])))
    out.print(_amounts("\nTotal", (), answer["totals"]))
    if not answer["totals"]:
        out.print(NOTHING_TO_COMPARE, style="yellow")
    for title, held in (("Newly held", answer["held"]), ("No longer held", answer["no_longer_held"])):
        for text in held[:HELD_SHOWN]:
            out.print(f"{title}: {escape(text)}", style="yellow")
        if len(held) > HELD_SHOWN:
            out.print(f"... and {len(held) - HELD_SHOWN} more; --json lists all.")
    out.print("\nNothing was changed.")


def _amounts(title: str, names: tuple[str, ...], rows: Iterable[Row]) -> Any:
    """Only what differs in the detail; totals always."""
    shown = [row for row in rows if not names or row["old"] != row["new"]]
    columns = (*names, *AMOUNTS, "currency")
    made = title if shown else f"{title}: no difference"
    return table(made, columns, ([row[name] for name in columns] for row in shown), right=AMOUNTS)
