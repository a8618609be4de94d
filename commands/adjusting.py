"""Adjustments: what people correct by hand, and what became of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import AsJson, ConfigFolder, opened

NEGATIVE_AMOUNTS = {"ignore_unknown_options": True}
"""So that `-150.00` is an amount and no option."""


class Kinds(StrEnum):
    """What is corrected."""

    PAY = "pay"
    ACHIEVEMENT = "achievement"


def adjust(
    payee: Annotated[str, typer.Argument(help="Id, e-mail or name.")] = "",
    period: Annotated[str, typer.Argument(help="The open period it belongs to, such as 2026-11.")] = "",
    amount: Annotated[str, typer.Argument(help="Such as 150.00 or -150.00, in the plan's currency.")] = "",
    reason: Annotated[str, typer.Option(help="Why. The payee reads it.")] = "",
    kind: Annotated[Kinds, typer.Option(help="Pay, or what a component's measure says was achieved.")] = Kinds.PAY,
    plan: Annotated[str | None, typer.Option(help="Needed where the payee is on several.")] = None,
    component: Annotated[str | None, typer.Option(help="Of an achievement: whose measure.")] = None,
    evidence: Annotated[str, typer.Option(help="Text, an address, or the hash of a file.")] = "",
    for_deal: Annotated[str | None, typer.Option(help="The deal that it is about.")] = None,
    withdraw: Annotated[int | None, typer.Option(help="Let this adjustment count no longer.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Correct a payee's pay or achievement by hand, or withdraw a correction. It survives every computation.

    What needs a second person is kept and waits (exit code 3).

    Example: worker.py adjust ada@harbour.example 2026-11 -150.00 --reason "paid twice in May, see ticket 812"
    """
    from jobs.books.adjusting import Asked, Desk
    from jobs.books.booking import book, refuse_waiting
    from jobs.books.show_adjustments import show_adjusted
    from jobs.running import running

    if withdraw is None and not (payee and period and amount):
        raise typer.BadParameter("write PAYEE PERIOD AMOUNT, or --withdraw and a number.")
    with opened(config, "adjust") as (configuration, store, actor):
        with running(store, "adjust", clock.now) as run:
            with run.write() as conn:
                desk = Desk(conn, configuration, actor, run.clock())
                asked = Asked(payee, period, amount, reason, kind.value, plan, component, evidence, for_deal)
                answer = desk.adjust(asked) if withdraw is None else desk.withdraw(withdraw, reason)
            show_adjusted(answer, as_json=as_json)
            book(configuration, run, answer)
        refuse_waiting(answer)


def adjustments(
    payee: Annotated[str | None, typer.Argument(help="Of this payee alone.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """List what people have adjusted by hand, with reasons, and what waits or was withdrawn.

    Example: worker.py adjustments
    """
    from jobs.books.adjusting import listed
    from jobs.books.show_adjustments import show_adjustments

    with opened(config, "adjustments") as (_, store, _), store.read() as conn:
        show_adjustments(listed(conn, payee), as_json=as_json)
