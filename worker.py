"""Tallystick's worker: the command line, put together from `commands/`, which wire the parts and start them."""

from __future__ import annotations

import io
import sys

import typer

from commands import (
    adjusting,
    backups,
    books,
    deciding,
    disputes,
    drift,
    main_job,
    paying,
    plans,
    proof,
    questions,
    setting_up,
    statements,
)

COMMANDS = (
    main_job.sync,
    main_job.run,
    main_job.backfill,
    main_job.preview,
    deciding.approve,
    deciding.approve_statements,
    deciding.approvals,
    deciding.audit,
    deciding.acknowledge,
    books.close,
    books.reopen,
    paying.paid,
    paying.export,
    adjusting.adjustments,
    statements.statement,
    statements.statements,
    statements.summary,
    questions.explain,
    questions.blame,
    questions.people,
    questions.report,
    questions.status,
    questions.issues,
    proof.diff,
    proof.verify,
    backups.backup,
    backups.restore,
    setting_up.init,
    setting_up.doctor,
    setting_up.setup,
    plans.reassign,
    setting_up.sandbox,
    setting_up.demo,
)
"""In the order in which `--help` lists them."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Assign deal owners and compute sales commissions exactly, beside your CRM.\n\n"
    "Exit codes: 0 done, 1 problem, 2 wrong usage, 3 waits for approval, 4 another process works, 5 the CRM refuses.",
)
for command in COMMANDS:
    app.command()(command)
app.command(context_settings=adjusting.NEGATIVE_AMOUNTS)(adjusting.adjust)
app.add_typer(drift.app, name="drift")
app.add_typer(disputes.app, name="dispute")
app.add_typer(plans.plan_app, name="plan")
app.add_typer(questions.experiment_app, name="experiment")


def main() -> None:
    """Entry point of the installed command. A name that the terminal cannot show is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
