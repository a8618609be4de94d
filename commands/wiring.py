"""What every command stands on: the open store, the connected CRM, and problems as messages and exit codes.

Heavy libraries are imported inside, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import clock

if TYPE_CHECKING:
    from jobs.access.actor import Actor
    from jobs.access.visible import Sight
    from jobs.configuration import Configuration
    from jobs.cycle import Wiring
    from jobs.daemon import StopSignal
    from store.database import Store

EXIT_PROBLEM = 1

ConfigFolder = Annotated[
    Path, typer.Option("--config", envvar="TALLYSTICK_CONFIG", help="The config folder.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="As it was believed at the end of this day, or at this instant.")
]
LOGGED = frozenset({"sync", "run", "backfill"})
"""What the daemon does or a timer starts: each run leaves a line in the log. Other commands answer a person."""
HERE = Path(__file__).parent.parent


@contextmanager
def wired(folder: Path, action: str, stop: StopSignal | None = None) -> Iterator[Wiring]:
    """Configuration, store and CRM, connected; problems reported as messages and exit codes."""
    with opened(folder, action) as (configuration, store, _):
        wiring = wire(configuration, store, stop)
        with kept():
            yield wiring


@contextmanager
def kept() -> Iterator[None]:
    """What was loaded so far stays anyway: the garbage collector need not walk through it again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def wire(
    configuration: Configuration,
    store: Store,
    stop: StopSignal | None = None,
    environment: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Wiring:
    """Everything a job works with, connected to the CRM that the settings name."""
    import os

    from jobs.crm import jobs_of
    from jobs.cycle import Wiring

    crm = jobs_of(configuration.settings)
    connect = crm.connector(configuration, os.environ if environment is None else environment, sleep)
    return Wiring(configuration, store, connect, store.clock, stop.is_set if stop else lambda: False)


@contextmanager
def opened(folder: Path, action: str) -> Iterator[tuple[Configuration, Store, Actor]]:
    """Configuration, store and whoever asks, who may do `action`; problems reported as messages and exit codes.

    What is refused to somebody is kept in the audit log.
    """
    import os

    from jobs import logs
    from jobs.access.actor import acting
    from jobs.access.refusals import refusals_noted
    from jobs.access.visible import must_do
    from jobs.configuration import load
    from jobs.settings import check_environment, database_url
    from store.database import open_store

    logs.configure(answering=action not in LOGGED)
    with reported():
        check_environment(os.environ)
        configuration = load(folder)
        store = open_store(database_url(configuration.settings, folder), clock.now)
        try:
            with refusals_noted(store, action, os.environ):
                actor = acting(configuration.access, store, os.environ)
                must_do(actor, action)
                yield configuration, store, actor
        finally:
            store.close()


@contextmanager
def unopened(folder: Path, action: str) -> Iterator[tuple[str, Store | None, Actor]]:
    """The database's address, the database if it can be read, and whoever asks: for putting another in its place."""
    import os

    from jobs import logs
    from jobs.access.actor import ACTOR, actor_of, os_user
    from jobs.access.refusals import refusals_noted
    from jobs.access.visible import must_do
    from jobs.backups import present
    from jobs.configuration import load
    from jobs.settings import check_environment, database_url
    from store.database import path_of

    logs.configure(answering=True)
    with reported():
        check_environment(os.environ)
        configuration = load(folder)
        url = database_url(configuration.settings, folder)
        with present(url, clock.now) as store, refusals_noted(store, action, os.environ):
            actor = actor_of(configuration.access, os_user(path_of(url)), os.environ.get(ACTOR))
            must_do(actor, action)
            yield url, store, actor


@contextmanager
def asked(folder: Path, action: str) -> Iterator[tuple[Configuration, Store, Sight]]:
    """Configuration, store and what whoever asks may see; problems reported as messages and exit codes."""
    from jobs.access.visible import sight_of

    with opened(folder, action) as (configuration, store, actor):
        with store.read() as conn:
            sight = sight_of(actor, conn, configuration.rules.company, clock.now())
        yield configuration, store, sight


@contextmanager
def reported() -> Iterator[None]:
    """Turn the problems that a person can mend into a message and an exit code; our own bugs keep their traceback."""
    from jobs.problems import code_and_message

    try:
        yield
    except Exception as problem:
        known = code_and_message(problem)
        if known is None:
            raise
        code, message = known
        typer.echo(message, err=True)
        raise typer.Exit(code) from None


def day_of(instant: datetime | None) -> date | None:
    """The day of an option that names one."""
    return instant.date() if instant else None
