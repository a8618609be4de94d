"""Prints differences and verdicts for people."""

from __future__ import annotations

import json
from typing import Any

import typer

from engine.telling.wording import counted


def show_difference(answer: dict[str, Any], *, as_json: bool) -> None:
    """Each cause with what it did to whom, then the sums."""
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    typer.echo(f"From what was known at {answer['from']} to what was known at {answer['to']}:")
    for cause in answer["causes"]:
        what = f" ({'; '.join(cause['changes'])})" if cause["changes"] else ""
        typer.echo(f"\n{cause['kind']}: {cause['subject']}{what}")
        for effect in cause["effects"]:
            told = f"{effect['payee']}, {effect['period']}, {effect['account']}"
            typer.echo(f"  {told}: {effect['amount']} {effect['currency']}")
    if not answer["causes"]:
        typer.echo("Nothing moved.")
    for total in answer["totals"]:
        typer.echo(f"\nIn all, {total['account']}: {total['amount']} {total['currency']}")


def show_verdict(answer: dict[str, Any], *, as_json: bool) -> None:
    """Whether the books hold, and if not, where."""
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    if answer["holds"]:
        keys = answer.get("keys")
        typer.echo(f"{keys} entries follow from records and plans, to the cent." if keys else "Nothing was altered.")
    for altered in answer["altered"]:
        typer.echo(f"Altered: {altered}")
    for one in answer.get("differences", ()):
        where = ", ".join(one[name] for name in ("plan", "component", "payee_id", "period", "source_id", "part"))
        typer.echo(f"Differs: {where}: booked {one['booked']}, computed {one['computed']} {one['currency']}")
    if answer.get("more_differences"):
        typer.echo(f"… and {answer['more_differences']} more.")
    for name, chain in answer.get("chains", {}).items():
        typer.echo(f"{name}: {counted(chain['postings'], 'posting')}, {chain['hash']}")
    for name, found in answer.get("hashes", {}).items():
        typer.echo(f"{name}: {found}")


def show_proof(answer: dict[str, Any], *, as_json: bool) -> None:
    """Whether a proof's statement comes out again."""
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    totals = ", ".join(f"{amount} {currency}" for currency, amount in answer["totals"].items()) or "nothing"
    typer.echo(f"Statement of {answer['payee']} for {answer['period']}: {counted(answer['lines'], 'line')}, {totals}.")
    for difference in answer["differences"]:
        typer.echo(f"Does not hold: {difference}.")
    if answer["holds"]:
        typer.echo("It follows from the records and plans in the file, to the cent.")
    typer.echo(f"hash {answer['hash']}, computed by {answer['engine']}, verified with {answer['verified_with']}")


def show_seal(answer: dict[str, Any], *, as_json: bool) -> None:
    """Whether a sealed statement comes out again."""
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    what = f"The statement of {answer['payee']} for {answer['period']}, sealed as {answer['seal']}"
    for altered in answer["altered"]:
        typer.echo(f"Altered: {altered}")
    for part in answer["parts"]:
        typer.echo(f"{what}, differs in its {part} when it is computed again.")
    if answer["holds"]:
        typer.echo(f"{what}, follows from the records and plans of {answer['computed_at']}, to the cent.")
