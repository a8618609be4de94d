"""Prints late changes and their prices for people."""

from __future__ import annotations

import json
from typing import Any

import typer


def show_drifts(found: list[dict[str, Any]], *, as_json: bool) -> None:
    """Each change: what changed, what it moves for whom, and what the lines said and would say."""
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if not found:
        typer.echo("No change waits.")
    for each in found:
        decided = f" by {each['decided_by']}: {each['reason']}" if each["decided_by"] else ""
        typer.echo(f"Drift {each['drift']} ({each['state']}{decided}): {each['object']} {each['record']}")
        for change in each["changes"]:
            typer.echo(f"  {change}")
        for effect in each["effects"]:
            told = f"{effect['payee']}, {effect['period']}, {effect['account']}"
            typer.echo(f"  {told}: {effect['amount']} {effect['currency']}")
        for line in each["lines"]:
            typer.echo(f"    {line['payee']}: {line['was'] or 'nothing'}")
            typer.echo(f"      becomes: {line['becomes'] or 'nothing'}")
