"""Proof: what moved the books between two instants, and that they follow from the records and plans alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.wiring import EXIT_PROBLEM, AsJson, ConfigFolder, opened, reported


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
    proof: Annotated[Path | None, typer.Argument(help="A proof that statement --proof wrote.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Rebuild an empty database from raw records.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Prove that nothing was altered; with --all, that the books follow from records, plans and engine alone.

    With a file, compute the statement that it proves again: no config folder, no database, no CRM is needed.

    Example: worker.py verify --all
    """
    if proof is not None:
        _verify_file(proof, as_json=as_json)
        return
    from jobs.proof.show import show_verdict
    from jobs.proof.verify import verify_all, verify_kept

    with opened(config, "verify") as (_, store, _):
        answer = verify_all(store) if everything else verify_kept(store)
        show_verdict(answer, as_json=as_json)
    if not answer["holds"]:
        raise typer.Exit(EXIT_PROBLEM)


def _verify_file(proof: Path, *, as_json: bool) -> None:
    from jobs.proof.proof_file import verify_proof
    from jobs.proof.show import show_proof

    with reported():
        answer = verify_proof(proof)
        show_proof(answer, as_json=as_json)
    if not answer["holds"]:
        raise typer.Exit(EXIT_PROBLEM)
