"""Disputes: what a payee expected, and how it was settled."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import AsJson, ConfigFolder, asked, opened

app = typer.Typer(
    no_args_is_help=True, help="Say that pay is not what was expected, and settle it.", rich_markup_mode=None
)


class Ways(StrEnum):
    """What settles a dispute."""

    DATA = "data"
    PLAN = "plan"
    REFUSAL = "refusal"


@app.command("open")
def dispute_open(
    payee: Annotated[str, typer.Argument(help="Id, e-mail or name; a payee's own, or one of the team's.")],
    period: Annotated[str, typer.Argument(help="Such as 2026-11.")],
    expected: Annotated[str, typer.Option(help="What the period, or the deal in it, should come to.")],
    why: Annotated[str, typer.Option(help="Why. It is kept.")],
    deal: Annotated[str | None, typer.Option(help="The deal that it is about.")] = None,
    currency: Annotated[str | None, typer.Option(help="Needed where the payee is paid in several.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Say what was expected of a period, or of a deal in it, and why. It keeps the period open until it is settled.

    Example: worker.py dispute open ada@harbour.example 2026-11 --expected 1800.00 --why "the split was 60 to 40"
    """
    from jobs.access.visible import sight_of
    from jobs.books.disputing import Said, open_dispute
    from jobs.books.show_disputes import show_disputes

    with opened(config, "dispute open") as (configuration, store, actor), store.write() as conn:
        company, now = configuration.rules.company, clock.now()
        sight = sight_of(actor, conn, company, now)
        said = Said(payee, period, expected, why, deal, currency)
        show_disputes([open_dispute(conn, actor, sight, company, said, now=now)], as_json=as_json)


@app.command("list")
def dispute_list(
    everything: Annotated[bool, typer.Option("--all", help="Settled ones, too.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """List the open disputes of everybody whom you may see.

    Example: worker.py dispute list
    """
    from jobs.books.disputing import listed
    from jobs.books.show_disputes import show_disputes

    with asked(config, "dispute list") as (_, store, sight), store.read() as conn:
        show_disputes(listed(conn, sight, everything=everything), as_json=as_json)


@app.command("close")
def dispute_close(
    dispute: int,
    by: Annotated[Ways, typer.Option(help="What settles it: mended data, a mended plan, or a refusal.")],
    reason: Annotated[str, typer.Option(help="What was mended, or why it is right as it is. It is kept.")],
    differs: Annotated[bool, typer.Option("--differs", help="It is right, and not what was expected.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Settle a dispute. By data or plan, it must now come to what was expected, or be said to differ.

    Example: worker.py dispute close 4 --by data --reason "the split is 60 to 40 in the CRM now"
    """
    from jobs.books.disputing import close_dispute
    from jobs.books.show_disputes import show_disputes

    with opened(config, "dispute close") as (_, store, actor), store.write() as conn:
        now = clock.now()
        done = close_dispute(conn, actor, dispute, by.value, reason=reason, differs=differs, now=now)
        show_disputes([done], as_json=as_json)


@app.command("test")
def dispute_test(
    dispute: int,
    file: Annotated[Path, typer.Argument(help="Where the plan test is written; a new file that only you will read.")],
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Without names of people and deals.")] = False,
    config: ConfigFolder = Path("config"),
) -> None:
    """Write a plan test from the payee's deals, quota and plan that comes to what the books say, to be kept for ever.

    Example: worker.py dispute test 4 tests/dispute-4.yaml --anonymous
    """
    from jobs.books.dispute_test import plan_test_of
    from jobs.exports.files import write_private

    with opened(config, "dispute test") as (configuration, store, _), store.read() as conn:
        text = plan_test_of(conn, configuration, dispute, anonymous=anonymous)
        write_private(file, text)
    typer.echo(f"{file} is written; run it with: worker.py plan test {file}")
