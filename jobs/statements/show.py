"""How a summary of statements looks in a terminal; the same data as JSON on request."""

from __future__ import annotations

from typing import Any

from jobs.show import as_data, console, table
from jobs.statements.everybody import FIGURES


def show_summary(answer: dict[str, Any], *, as_json: bool) -> None:
    """A row for each payee and currency, the sums, and what the ledger says."""
    if as_json:
        as_data(answer)
        return
    out = console()
    names = [name.replace("_", " ") for name in FIGURES]
    approved = ("approved",) if any(row["approved"] for row in answer["payees"]) else ()
    payees = [*answer["payees"], *({"payee": "Total"} | row for row in answer["totals"])]
    shown = ("payee", *FIGURES, "currency", "attainment", *approved)
    rows = [[row.get(name, "") for name in shown] for row in payees]
    shut = answer["closed"]
    title = f"{answer['period']}, closed {shut['at'][:10]} by {shut['by']}" if shut else f"{answer['period']}, open"
    out.print(table(title, ("payee", *names, "", "attainment", *approved), rows, right=names))
    for row in answer["due_beside"]:
        whom = f"{row['payees']} more, for whom nothing shows in {answer['period']}"
        out.print(f"{row['due']} {row['currency']} is due to {whom}.")
    booked = ", ".join(f"{row['earned']} {row['currency']}" for row in answer["ledger"]) or "nothing"
    out.print(f"\nThe ledger holds {booked} for them in {answer['period']}.")
