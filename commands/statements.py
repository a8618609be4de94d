"""Statements: a payee's account for a period in the terminal, as a page, and in files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.wiring import AsJson, AsOf, ConfigFolder, asked

if TYPE_CHECKING:
    from collections.abc import Mapping


class Form(StrEnum):
    """What a statement is written as."""

    html = "html"
    csv = "csv"
    xlsx = "xlsx"


Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write it as one page that needs nothing else.")]


def statement(
    payee: str,
    period: Annotated[str | None, typer.Argument(help="Such as 2026-11; the latest where none is given.")] = None,
    goal: Annotated[str | None, typer.Option("--for", help="Pay of a component: say what it would take.")] = None,
    as_of: AsOf = None,
    proof: Annotated[Path | None, typer.Option(help="Write a proof of it: verify FILE computes it anywhere.")] = None,
    html: Page = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write everything that it adds up, a row each.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write it as a workbook.")] = None,
    force: Force = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show a payee's statement: every line with its sentence, the way to the next tier and to a given pay.

    Example: worker.py statement ada@harbour.example 2026-10 --html ada.html
    """
    from jobs.proof.past import shown_at
    from jobs.proof.proof_file import write_proof
    from jobs.settings import amount_given
    from jobs.statements.show import show_statement
    from jobs.statements.told import statement as answer

    with (
        asked(config, "statement") as (configuration, store, sight),
        shown_at(configuration, store, as_of) as (conn, governing),
    ):
        wanted = None if goal is None else amount_given("--for", goal)
        said = answer(conn, payee, period, governing, wanted, sight=sight)
        files = {"html": html, "csv": csv, "xlsx": xlsx}
        if any(files.values()):
            _write(said, files, force=force)
        else:
            show_statement(said, as_json=as_json)
        if proof is not None:
            typer.echo(f"proof {write_proof(store, payee, said['period'], proof, sight)}", err=True)


def statements(
    period: str,
    folder: Annotated[Path, typer.Option(help="Where a file each is written; it is made if it is missing.")],
    form: Annotated[list[Form] | None, typer.Option(help="html, csv or xlsx; may be given more than once.")] = None,
    force: Force = False,
    config: ConfigFolder = Path("config"),
) -> None:
    """Write the statements of everybody whom you may see, a file each.

    Example: worker.py statements 2026-10 --folder october --form html --form xlsx
    """
    from engine.telling.wording import counted
    from jobs.exports.files import private_folder
    from jobs.statements.everybody import statements as everybodys
    from jobs.statements.files import name_of

    with asked(config, "statements") as (configuration, store, sight), store.read() as conn:
        count = 0
        for payee_id, said in everybodys(conn, period, configuration, sight):
            private_folder(folder)
            name = name_of(period, said["payee"], payee_id)
            _write(said, {each.value: folder / f"{name}.{each.value}" for each in form or [Form.html]}, force=force)
            count += 1
        typer.echo(f"{counted(count, 'statement')} written to {folder}")


def summary(
    period: str,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write it as CSV, a row for each payee.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write it as a workbook.")] = None,
    force: Force = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show what everybody whom you may see earned, is payable, was paid, holds and carries forward in a period.

    Example: worker.py summary 2026-10
    """
    from jobs.exports.files import write_private
    from jobs.statements.everybody import summary as answer
    from jobs.statements.show import show_summary
    from jobs.statements.summary_forms import FORMS

    with asked(config, "summary") as (configuration, store, sight), store.read() as conn:
        said = answer(conn, period, configuration, sight)
        files = {"csv": csv, "xlsx": xlsx}
        for form, path in files.items():
            if path is not None:
                write_private(path, FORMS[form](said), force=force)
        if not any(files.values()):
            show_summary(said, as_json=as_json)


def _write(said: dict[str, Any], files: Mapping[str, Path | None], *, force: bool) -> None:
    """Write the statement in each form that a file is named for."""
    from jobs.exports.files import write_private
    from jobs.statements.forms import FORMS

    for form, path in files.items():
        if path is not None:
            write_private(path, FORMS[form](said), force=force)
