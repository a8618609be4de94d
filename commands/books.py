"""The books: closing months and opening them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.wiring import AsJson, ConfigFolder, opened

Period = Annotated[str, typer.Argument(help="Such as 2026-11, FY2026-Q3 or FY2026.")]


def close(
    period: Period,
    with_earlier: Annotated[bool, typer.Option("--with-earlier", help="Close every earlier open one first.")] = False,
    accept_issues: Annotated[str, typer.Option(help="Close although issues hold records: why. It is kept.")] = "",
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Make a period's statements final: seal them, and book whatever changes later in the open period.

    Refused, with the list of what is open, while a cycle is due, records are held or an earlier period is open.

    Example: worker.py close 2026-11
    """
    from jobs.books.close import close as seal
    from jobs.books.close import periods_to_close
    from jobs.books.refusals import NotYet
    from jobs.books.show import show_closings
    from jobs.books.signing import signing

    with opened(config, "close") as (configuration, store, actor):
        labels = periods_to_close(configuration, store, period) if with_earlier else [period]
        sign = signing(configuration.access, store, actor)
        done, refused = [], None
        try:
            for label in labels:
                one = seal(configuration, store, label, sign, accepts_issues=accept_issues)
                done.append(one)
        except NotYet as problem:
            refused = problem
            raise
        finally:  # a closed period stays closed when a later one is refused, so it is told in any case
            if done or refused:
                show_closings(done, as_json=as_json, refused=refused)


def reopen(
    period: Period,
    reason: Annotated[str, typer.Option(help="Why the period must change. It is kept.")],
    with_later: Annotated[bool, typer.Option("--with-later", help="Open every later closed one, too.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Open a closed period again, with a reason and a second person. What was sealed stays beside what comes.

    Example: worker.py reopen 2026-11 --reason "the accelerator of plan ae was wrong"
    """
    from jobs.books.close import reopen as unlock
    from jobs.books.show import show_reopened
    from jobs.books.signing import signing

    with opened(config, "reopen") as (configuration, store, actor):
        sign = signing(configuration.access, store, actor)
        done = unlock(configuration, store, period, sign, reason=reason, with_later=with_later)
        show_reopened(done, as_json=as_json)
