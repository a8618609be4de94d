"""How the findings of lint look in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from engine.documents.findings import KINDS
from jobs.show import as_data, console

Row = Mapping[str, Any]


def show_findings(answer: Row, *, as_json: bool) -> None:
    """Each finding with its place, what it means, and the plan test that proves it; then what was accepted."""
    if as_json:
        as_data(answer)
        return
    out = console()
    for finding in answer["findings"]:
        _show(out, finding)
    for skipped in answer["skipped"]:
        out.print(f"{escape(skipped['file'])}: {escape(skipped['component'])} pays on what no deal can be made up for.")
    notes = sum(finding["severity"] == "note" for finding in answer["findings"])
    accepted = sum(finding["accepted"] is not None for finding in answer["findings"])
    out.print(f"{answer['open']} open warnings, {notes} notes, {accepted} accepted.")


def _show(out: Console, finding: Row) -> None:
    kind = KINDS[finding["id"]]
    colour = "green" if finding["accepted"] else "red" if finding["open"] else "yellow"
    word = "accepted" if finding["accepted"] else finding["severity"]
    part = f" {escape(finding['part'])}" if finding["part"] else ""
    out.print(f"[{colour}]{word}[/{colour}] {escape(finding['where'])}:{part} [bold]{finding['id']}[/bold]")
    out.print(f"  {escape(finding['sentence'])}")
    if finding["accepted"]:
        out.print(f"  Accepted: {escape(finding['accepted'])}\n")
        return
    out.print(f"  {kind.means} {kind.mend}", style="dim")
    for line in (finding["example"] or "").splitlines():
        out.print(f"    {escape(line)}", style="dim")
    out.print()
