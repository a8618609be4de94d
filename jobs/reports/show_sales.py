"""How a report looks in a terminal: every table under its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from jobs.show import as_data, console, table


def show_report(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """Each table with its definition above and what it leaves out below."""
    if as_json:
        as_data({**answer, "tables": [{k: v for k, v in each.items() if k != "told"} for each in answer["tables"]]})
        return
    out = console()
    out.print(
        f"[bold]{escape(answer['period'])}[/bold], {answer['from']} until {answer['until']}, as of {answer['as_of']}"
    )
    for each in answer["tables"]:
        columns = [column["name"] for column in each["columns"]]
        numbers = [column["name"] for column in each["columns"] if column["unit"] != "text"]
        out.print(f"\n[bold]{escape(each['title'])}[/bold]")
        out.print(escape(each["definition"]), style="dim")
        out.print(table("", columns, each["told"], right=numbers) if each["told"] else "Nothing to show.")
        for note in each["notes"]:
            out.print(escape(note), style="yellow")
