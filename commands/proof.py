"""Proof: what moved the books between two instants, and that they follow from the records and plans alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.wiring import EXIT_PROBLEM, AsJson, ConfigFolder, asked, opened, reported


def diff(
    first: Annotated[str, typer.Argument(help="A day (its end) or an instant, such as 2026-10-31T18:00.")],
    second: Annotated[str, typer.Argument(help="A later one.")],
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Name what moved the books between two instants: each cause with its effect, adding up to the difference.

    Example: worker.py diff 2026-10-31 2026-11-15
    """
    from jobs.proof.past import difference
    from jobs.proof.show import show_difference

    with opened(config, "diff") as (configuration, store, _):
        show_difference(difference(configuration, store, first, second), as_json=as_json)


def verify(
    what: Annotated[str | None, typer.Argument(help="A payee, or a file that statement --proof wrote.")] = None,
    period: Annotated[str | None, typer.Argument(help="A closed period of the payee's.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Rebuild an empty database from raw records.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Prove that nothing was altered; with --all, that the books follow from records, plans and engine alone.

    With a payee and a closed period, compute the sealed statement again from the inputs that it names. With a file,
    compute the statement that it proves: no config folder, no database, no CRM is needed.

    Example: worker.py verify --all
    """
    from jobs.proof.show import show_seal, show_verdict
    from jobs.proof.verify import verify_all, verify_kept, verify_statement

    if what is not None and period is None:
        _verify_file(Path(what), as_json=as_json)
        return
    with asked(config, "verify") as (_, store, sight):
        if what is not None and period is not None:
            answer = verify_statement(store, what, period, sight)
            show_seal(answer, as_json=as_json)
        else:
            answer = verify_all(store) if everything else verify_kept(store)
            show_verdict(answer, as_json=as_json)
    _fail_unless(answer["holds"])


def _verify_file(proof: Path, *, as_json: bool) -> None:
    from jobs.proof.proof_file import verify_proof
    from jobs.proof.show import show_proof

    with reported():
        answer = verify_proof(proof)
        show_proof(answer, as_json=as_json)
    _fail_unless(answer["holds"])


def _fail_unless(holds: bool) -> None:  # noqa: FBT001  # the verdict itself
    if not holds:
        raise typer.Exit(EXIT_PROBLEM)
