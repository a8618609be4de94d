"""How a reassignment looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape

from jobs.show import as_data, console, table


def show_reassignment(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """What changes for whom, and in which files."""
    if as_json:
        as_data(answer)
        return
    out = console()
    columns = ("payee", "role", "accounts", "then", "ARR", "then", "quota", "pay since", "then", "difference")
    rows = [row for payee in answer["payees"] for row in _rows(payee)]
    out.print(table(f"From {answer['on']} on", columns, rows, right=columns[2:]))
    if not rows:
        out.print("Nobody's book, quota or pay changes.")
    for held in answer["held"]:
        out.print(f"! newly held: {escape(held)}", style="yellow")
    for opened in answer["opened"]:
        out.print(f"! new: {escape(opened)}", style="yellow")
    files = ", ".join(answer["files"])
    said = f"Written: {files}. Look at worker.py preview, then sync." if answer["written"] else f"Would change {files}."
    out.print(f"\n{escape(said)} Quotas stay as they are in people/quotas.csv.")


def _rows(payee: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """One row a role; quota and pay stand in the first."""
    quota = ", ".join(f"{name} {amount}" for name, amount in payee["quota"]["new"].items())
    pay = [[f"{each[side]} {code}" for code, each in payee["pay"].items()] for side in ("old", "new", "difference")]
    rest: tuple[object, ...] = (quota, *(", ".join(each) for each in pay))
    for book in payee["books"] or [None]:
        of_book = ("", "", "", "", "")
        if book is not None:
            of_book = (book["role"], *book["accounts"].values(), *book["arr"].values())
        yield (payee["payee"], *of_book, *rest)
        rest = ("", "", "", "")
