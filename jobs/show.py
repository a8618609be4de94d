"""How answers look in a terminal; the same data as JSON on request."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from connectors.check import Check
from engine.telling.wording import counted
from jobs.cycle import Cycle
from jobs.pull import Progress as OnPage

WRITES_SHOWN = 20
WIDTH_OF_FILES = 1_000


def console() -> Console:
    """Standard output; CRM text is escaped wherever it is printed. A file or a pipe gets one line a row, to search."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_OF_FILES
    return Console(highlight=False, soft_wrap=True, width=width)


def as_data(data: Any) -> None:
    """Print data as JSON, dates and instants as ISO text."""
    readable = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    print(json.dumps(data, indent=2, ensure_ascii=not readable, default=str))  # noqa: T201  # this is the command's output


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """A plain table; `right` names the columns of numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", title_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(escape(str("" if cell is None else cell)) for cell in row))
    return made


def show_cycle(cycle: Cycle) -> None:
    """One line on what a cycle did."""
    computed = cycle.computed
    sent = ", ".join(f"{count} {verdict}" for verdict, count in sorted(cycle.sent.items())) or "0 written"
    console().print(
        f"{counted(cycle.records, 'record')} read; {counted(computed.deals, 'deal')} and "
        f"{counted(computed.payees, 'payee')} computed; {counted(computed.postings.height, 'posting')}; "
        f"CRM records: {sent}; {counted(len(computed.issues), 'issue')} found."
    )
    for issue in cycle.unsent:
        console().print(f"! {escape(str(issue))}", style="yellow")


def show_setup(steps: Sequence[str], *, applied: bool, removed: bool = False) -> None:
    """What set-up (or its removal) did, or would do."""
    out = console()
    for step in steps:
        out.print(f"  {escape(step)}")
    if not steps:
        out.print("Nothing of ours is there; nothing to do." if removed else "The org is ready; nothing to do.")
    elif not applied:
        command = "setup --remove --apply" if removed else "setup --apply"
        out.print(f"Nothing was changed. Run {command} with an administrator's credentials to do this.")


def show_checks(checks: Sequence[Check], *, as_json: bool) -> bool:
    """The doctor's findings; true where all is well."""
    if as_json:
        as_data([{"name": c.name, "ok": c.ok, "message": c.message, "remedy": c.remedy} for c in checks])
    else:
        out = console()
        for check in checks:
            mark = "[green]ok[/green]  " if check.ok else "[red]fail[/red]"
            message = f"{check.message.rstrip('.')}. {check.remedy}" if check.remedy else check.message
            out.print(f"{mark} {escape(check.name)}: {escape(message)}")
    return all(check.ok for check in checks)


@contextmanager
def progress_bar() -> Iterator[OnPage]:
    """A bar per object with count, rate and time left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def on_page(name: str, records: int, expected: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=expected)
            bars.update(tasks[name], completed=records, total=expected)

        yield on_page


class _Rate(TextColumn):
    """Records a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Any) -> Any:
        """Text such as `1,250/s`."""
        return Text(f"{int(task.speed):,}/s" if task.speed else "")
