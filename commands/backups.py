"""Backups of the database, and going back to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import AsJson, ConfigFolder, opened, unopened


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Write a copy of the whole database, while the daemon works; it is proved before it gets its name.

    It holds everybody's pay: it is readable by you alone, and should be encrypted before it leaves the machine. Where
    the printed hashes are kept apart from it, they prove that nothing was cut off.

    Example: worker.py backup backups/2026-11-30.db
    """
    from jobs.backups import back_up
    from jobs.show_backups import show_backup

    with opened(config, "backup") as (_, store, actor):
        show_backup(back_up(store, actor, file), as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    discard_newer: Annotated[
        bool, typer.Option("--discard-newer", help="Also where runs, postings or decisions since are lost.")
    ] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, which is kept beside it; refused while a worker works.

    The next cycle reads what has changed since, and asks the CRM what it says before it writes anything.

    Example: worker.py restore backups/2026-11-30.db
    """
    from jobs.backups import restore as put_back
    from jobs.show_backups import show_restored

    with unopened(config, "restore") as (url, store, actor):
        done = put_back(store, url, file, actor, clock.now, discard_newer=discard_newer)
        show_restored(done, as_json=as_json)
