"""How a preview looks in a terminal: what would be booked, what would be written, and what would be wrong."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape

from engine.telling.wording import counted
from jobs.show import WRITES_SHOWN, as_data, console, table

Row = dict[str, Any]


def show_preview(answer: Row, *, as_json: bool) -> None:
    """What the next cycle would change."""
    if as_json:
        as_data(answer)
        return
    out = console()
    columns = ("payee", "period", "lines", "change")
    out.print(table("Per payee", columns, _changes(answer["payees"]), right=("lines", "change")))
    if answer["payable"]:
        out.print(table("\nPayable", columns, _changes(answer["payable"]), right=("lines", "change")))
    _show_writes(answer["writes"], out)
    _show_owners(answer["owners"], out)
    _show_records(answer["records"], out)
    if answer["issues"]:
        out.print(f"\n{counted(len(answer['issues']), 'issue was', 'issues were')} found; --json lists all.")
    for issue in answer["issues"][:WRITES_SHOWN]:
        out.print(f"! {escape(issue)}", style="yellow")
    writes = len(answer["writes"]) + len(answer["owners"]) + _records(answer["records"])
    both = f"{counted(len(answer['payees']), 'statement')} and {counted(writes, 'CRM record')}"
    out.print(f"\n{both} would change. Nothing was changed.")


def _changes(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(row["payee"], row["period"], row["lines"], f"{row['change']} {row['currency']}") for row in rows]


def _show_writes(writes: list[Row], out: Console) -> None:
    shown = [
        (write["record"], ", ".join(f"{field}={value}" for field, value in write["fields"].items()))
        for write in writes[:WRITES_SHOWN]
    ]
    out.print(table(f"\nCRM records to write: {len(writes)}", ("record", "fields"), shown))
    _more(writes, out)


def _show_owners(owners: list[Row], out: Console) -> None:
    if owners:
        columns = ("record", "field", "from", "to", "rule")
        rows = [tuple(row[name] or "" for name in columns) for row in owners[:WRITES_SHOWN]]
        out.print(table(f"\nOwners, team members and splits to set: {len(owners)}", columns, rows))
        _more(owners, out)


def _show_records(records: list[Row], out: Console) -> None:
    if records:
        rows = [
            (row["payee"], row["period"], _told(row["statements"]), _told(row["lines"]))
            for row in records[:WRITES_SHOWN]
        ]
        title = f"\nStatements and lines to write: {_records(records)}"
        out.print(table(title, ("payee", "period", "statements", "lines"), rows))
        _more(records, out)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} to {how}" for how, count in counts.items() if count)


def _records(records: list[Row]) -> int:
    return sum(sum(row[kind].values()) for row in records for kind in ("statements", "lines"))


def _more(rows: list[Row], out: Console) -> None:
    if len(rows) > WRITES_SHOWN:
        out.print(f"... and {len(rows) - WRITES_SHOWN} more; --json lists all.")
