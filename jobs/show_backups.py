"""Prints what was backed up and restored."""

from __future__ import annotations

import json
from typing import Any

import typer

from engine.telling.wording import counted
from jobs.backups import Held, Restored, told


def show_backup(held: Held, *, as_json: bool) -> None:
    """What the backup holds, and the hashes to keep apart from it."""
    if as_json:
        typer.echo(json.dumps(_held(held), indent=2))
        return
    typer.echo(f"{held.file}: everything up to run {held.last_run}, proved.")
    for name, (number, last) in held.heads.items():
        typer.echo(f"  {name}: {counted(number, 'posting')}, the newest {last}")


def show_restored(done: Restored, *, as_json: bool) -> None:
    """What is there now, what was lost, and where the database is that was there."""
    if as_json:
        answer = _held(done.held) | {"kept": str(done.kept) if done.kept else None, "lost": dict(done.lost)}
        typer.echo(json.dumps(answer, indent=2))
        return
    typer.echo(f"The database is that of {done.held.file}: everything up to run {done.held.last_run}.")
    if done.kept:
        typer.echo(f"What was there is kept as {done.kept}" + (f": {told(done.lost)} more." if done.lost else "."))
    typer.echo("The next cycle reads what has changed since, and asks the CRM what it says before it writes anything.")


def _held(held: Held) -> dict[str, Any]:
    ledgers = {name: {"postings": number, "hash": last} for name, (number, last) in held.heads.items()}
    return {"file": str(held.file), "last_run": held.last_run, "ledgers": ledgers}
