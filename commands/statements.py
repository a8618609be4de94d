"""Statements: a payee's account for a period in the terminal, as a page, and in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.wiring import AsJson, AsOf, ConfigFolder, asked

if TYPE_CHECKING:
    from collections.abc import Mapping

Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write it as one page that needs nothing else.")]


def statement(
    payee: str,
    period: Annotated[str | None, typer.Argument(help="Such as 2026-11; the latest where none is given.")] = None,
    goal: Annotated[str | None, typer.Option("--for", help="Pay of a component: say what it would take.")] = None,
    as_of: AsOf = None,
    proof: Annotated[Path | None, typer.Option(help="Write a proof of it: verify FILE computes it anywhere.")] = None,
    html: Page = None,
    force: Force = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show a payee's statement: every line with its sentence, the way to the next tier and to a given pay.

    Example: worker.py statement ada@harbour.example 2026-10 --html ada.html
    """
    from jobs.answers import statement as answer
    from jobs.proof.past import shown_at
    from jobs.proof.proof_file import write_proof
    from jobs.settings import amount_given
    from jobs.show import show_statement

    with (
        asked(config, "statement") as (configuration, store, sight),
        shown_at(configuration, store, as_of) as (conn, governing),
    ):
        wanted = None if goal is None else amount_given("--for", goal)
        said = answer(conn, payee, period, governing, wanted, sight=sight)
        files = {"html": html}
        if any(files.values()):
            _write(said, files, force=force)
        else:
            show_statement(said, as_json=as_json)
        if proof is not None:
            typer.echo(f"proof {write_proof(store, payee, said['period'], proof, sight)}", err=True)


def _write(said: dict[str, Any], files: Mapping[str, Path | None], *, force: bool) -> None:
    """Write the statement in each form that a file is named for."""
    from jobs.statements.files import write_private
    from jobs.statements.forms import FORMS

    for form, path in files.items():
        if path is not None:
            write_private(path, FORMS[form](said), force=force)
            typer.echo(f"Written: {path}")
