"""How the report of an experiment looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from jobs.show import as_data, console, table


def show_experiment(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """A row for each arm, and what can be said by now."""
    if as_json:
        as_data(answer)
        return
    out = console()
    name = escape(answer["experiment"])
    out.print(f"[bold]{name}[/bold], {answer['from']} until {answer['until']}: n = {answer['n']} accounts")
    if answer["question"]:
        out.print(escape(answer["question"]))
    columns = ("arm", "drawn", "renewed", "lost", "undecided", "not due", "rate", "from", "to", "cost", "per decided")
    rows = [_row(arm) for arm in answer["arms"]]
    out.print(table("", columns, rows, right=columns[1:]))
    for each in answer["differences"]:
        interval = f"{each['interval'][0]} to {each['interval'][1]}; " if each["interval"] else ""
        out.print(f"{escape(each['arms'])}: {interval}{each['says']}.")
    strata = [(row["stratum"], row["arm"], row["accounts"]) for row in answer["strata"]]
    out.print(table("\nStrata", ("stratum", "arm", "accounts"), strata, right=("accounts",)))
    out.print(f"\n{answer['defined']}\n{answer['method']}", style="dim")


def _row(arm: Mapping[str, Any]) -> tuple[object, ...]:
    low, high = arm["interval"] or ("", "")
    costs, each = (", ".join(f"{amount} {c}" for c, amount in arm[key].items()) for key in ("cost", "cost_per_decided"))
    counts = (arm["drawn"], arm["renewed"], arm["lost"], arm["undecided"], arm["not_due"])
    return (arm["arm"], *counts, arm["rate"] or "not yet", low, high, costs, each)
