"""Late changes of closed periods: what each would move, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.adjusting import NEGATIVE_AMOUNTS
from commands.wiring import AsJson, ConfigFolder, opened

app = typer.Typer(
    no_args_is_help=True, help="Decide on changes in the CRM that would move closed periods.", rich_markup_mode=None
)
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]


@app.command("list")
def drift_list(
    everything: Annotated[bool, typer.Option("--all", help="Decided ones, too.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show the changes that wait, each with what changed and its price per payee.

    Example: worker.py drift list
    """
    from jobs.books.drift_decisions import waiting
    from jobs.books.show_drift import show_drifts

    with opened(config, "drift list") as (_, store, _), store.read() as conn:
        show_drifts(waiting(conn, everything=everything), as_json=as_json)


@app.command("accept")
def drift_accept(drift: int, reason: Reason, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Book a change at exactly the price that was shown, as adjustments of the closed period.

    Example: worker.py drift accept 3 --reason "amendment signed on 2 April"
    """
    from jobs.books.drift_decisions import accept
    from jobs.books.show_drift import show_drifts
    from jobs.running import running

    with opened(config, "drift") as (configuration, store, actor), running(store, "drift", clock.now) as run:
        show_drifts([accept(configuration, run, drift, actor, reason)], as_json=as_json)


@app.command("reject")
def drift_reject(drift: int, reason: Reason, config: ConfigFolder = Path("config")) -> None:
    """Leave the record as it was believed, until it changes again.

    Example: worker.py drift reject 3 --reason "typing error in the CRM, mended there"
    """
    from jobs.books.drift_decisions import reject
    from jobs.running import running

    with opened(config, "drift") as (_, store, actor), running(store, "drift", clock.now) as run:
        reject(run, drift, actor, reason)
    typer.echo(f"Drift {drift} is rejected; the record stays as it was believed.")


@app.command("adjust", context_settings=NEGATIVE_AMOUNTS)
def drift_adjust(
    drift: int,
    amount: Annotated[str, typer.Argument(help="Such as 150.00 or -150.00, in the plan's currency.")],
    reason: Reason,
    payee: Annotated[str | None, typer.Option(help="Whose pay, where the change concerns several.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Reject a change, and adjust the payee's pay in the open period by an amount in its place.

    Example: worker.py drift adjust 3 -150.00 --reason "half of it, as agreed with sales"
    """
    from jobs.books.booking import book, refuse_waiting
    from jobs.books.drift_decisions import adjust
    from jobs.books.show_adjustments import show_adjusted
    from jobs.running import running

    with opened(config, "drift") as (configuration, store, actor):
        with running(store, "drift", clock.now) as run:
            answer = adjust(configuration, run, drift, actor, amount, reason=reason, payee=payee)
            show_adjusted(answer, as_json=as_json)
            book(configuration, run, answer)
        refuse_waiting(answer)
