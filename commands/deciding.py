"""Decisions: what waits for a person, letting it through, and who did what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.wiring import AsJson, ConfigFolder, opened


def approve(
    request: Annotated[str, typer.Argument(help="Its id; the stopped command and worker.py approvals name it.")],
    reason: Annotated[str, typer.Option(help="Why. It is kept.")] = "",
    config: ConfigFolder = Path("config"),
) -> None:
    """Let through exactly what waits under an id: a stopped change, a plan version, a closing, an adjustment.

    Example: worker.py approve 3f9c2a7be01d --reason "the new rate is as agreed"
    """
    from jobs.access.approvals import approve as let_through
    from jobs.books.adjusting import KIND, Desk
    from store.drift import drifts

    with opened(config, "approve") as (configuration, store, actor), store.write() as conn:
        now = store.clock()
        done = let_through(conn, configuration.access, actor, request, reason=reason, now=now)
        if done.approved and done.kind == KIND:
            Desk(conn, configuration, actor, now).carry_out(done, reason)
        again = " If it stopped a 'drift accept', run that again." if drifts(conn, ("held", "refused")) else ""
    if done.approved and done.kind == KIND:
        typer.echo(f"{done.subject} is approved; the next sync computes what it comes to.")
    elif done.approved and done.by_run:
        typer.echo(f"{done.kind} {done.subject} is approved; the next sync does it.{again}")
    elif done.approved:
        typer.echo(f"{done.kind} {done.subject} is approved; run the command that waits for it again.")
    else:
        typer.echo(f"{done.kind} {done.subject} needs one more person.")


def acknowledge(
    plan: Annotated[str, typer.Argument(help="The plan's name, as in your statement.")],
    config: ConfigFolder = Path("config"),
) -> None:
    """As a payee: acknowledge the version of your plan that is in force today.

    Example: worker.py acknowledge ae
    """
    from engine.calendar import business_date
    from jobs.access.acknowledging import acknowledge as agree

    with opened(config, "acknowledge") as (configuration, store, actor), store.write() as conn:
        now, rules = store.clock(), configuration.rules
        today = business_date(now, rules.company.zone)
        version = agree(conn, actor, plan, rules.plans, today=today, now=now)
    typer.echo(f"You have acknowledged {plan}, version {version}.")


def approve_statements(
    period: Annotated[str, typer.Argument(help="Such as 2026-11.")],
    payees: Annotated[list[str] | None, typer.Argument(help="Ids, e-mails or names.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every statement that you may approve.")] = False,
    figures: Annotated[str, typer.Option(help="Only if it still shows these, as its statement names them.")] = "",
    reason: Annotated[str, typer.Option(help="What is to be known of it. It is kept.")] = "",
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Approve statements of an open period: exactly the figures that they show now. A later change needs a new one.

    Example: worker.py approve-statements 2026-11 ada@harbour.example
    """
    from jobs.access.show import show_approved
    from jobs.statements.approving import Approver

    if everybody == bool(payees):
        raise typer.BadParameter("name whose statements, or --all")
    if figures and len(payees or ()) != 1:
        raise typer.BadParameter("--figures goes with one payee")
    with opened(config, "approve-statements") as (configuration, store, actor), store.write() as conn:
        by = Approver(conn, configuration, actor, period, reason, store.clock(), figures)
        show_approved(by.approve(payees or ()), as_json=as_json)


def approvals(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """List what waits for a person.

    Example: worker.py approvals
    """
    from jobs.access.show import show_waiting
    from jobs.access.waiting import waiting

    with opened(config, "approvals") as (_, store, _), store.read() as conn:
        show_waiting(waiting(conn), as_json=as_json)


def audit(
    subject: Annotated[str | None, typer.Option(help="Of this alone, such as 2026-10 or change.")] = None,
    last: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 100,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show who did what when and why, with the values before and after, and what was refused to whom.

    Example: worker.py audit --subject 2026-10
    """
    from jobs.access.show import show_audit
    from store.audit import entries

    with opened(config, "audit") as (_, store, _), store.read() as conn:
        show_audit(list(entries(conn, subject, last)), as_json=as_json)
