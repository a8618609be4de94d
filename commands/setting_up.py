"""Setting up: the config folder, the CRM, and a stand-in to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import EXIT_PROBLEM, HERE, AsJson, ConfigFolder, opened, reported, wire


def init(folder: Annotated[Path, typer.Argument(help="The folder to create.")] = Path("config")) -> None:
    """Write a commented config folder to start from.

    Example: worker.py init config
    """
    from jobs.init import write_folder

    with reported():
        for name in write_folder(HERE / "config", folder):
            typer.echo(f"wrote {folder / name}")


def doctor(
    write: Annotated[bool, typer.Option("--write", help="HubSpot: also write one property of one deal.")] = False,
    privacy: Annotated[bool, typer.Option("--privacy", help="Also ask the CRM who can read whose pay.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Check credentials, org, permissions, clock, API budget and configuration; change nothing without --write.

    Example: worker.py doctor
    """
    import os

    from jobs.crm import jobs_of
    from jobs.show import show_checks
    from store import settings

    with opened(config, "doctor") as (configuration, store, _):
        with store.read() as conn:
            pinned = settings.pinned(conn)
        pinned_id = pinned.org_id if pinned else None
        crm = jobs_of(configuration.settings)
        checks = crm.examine(configuration, os.environ, pinned_id, clock.now)
        checks += crm.try_a_write(configuration, os.environ) if write else []
        checks += crm.examine_privacy(configuration, os.environ) if privacy else []
        if not show_checks(checks, as_json=as_json):
            raise typer.Exit(EXIT_PROBLEM)


def setup(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without it, only show.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take away again what it made.")] = False,
    with_records: Annotated[
        bool, typer.Option("--with-records", help="With --remove: also where statements or amounts are lost.")
    ] = False,
    config: ConfigFolder = Path("config"),
) -> None:
    """Create the CRM fields and records that the settings ask for, and what writing them needs. Dry run by default.

    Example: worker.py setup --apply
    """
    import os

    from jobs.crm import jobs_of
    from jobs.show import show_setup

    with opened(config, "setup") as (configuration, _, _):
        crm = jobs_of(configuration.settings)
        if remove:
            steps = crm.dismantle(configuration, os.environ, apply=apply, with_records=with_records)
        else:
            steps = crm.prepare(configuration, os.environ, apply=apply)
        show_setup(steps, applied=apply, removed=remove)


def sandbox(
    crm: Annotated[str, typer.Option(help="Which CRM to stand in for: salesforce or hubspot.")] = "salesforce",
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; else 8801, for hubspot 8802.")] = None,
    load: Annotated[Path | None, typer.Option(help="CRM-shaped JSON to load.")] = None,
    world: Annotated[int | None, typer.Option(help="Seed of a generated company.")] = None,
    deals: Annotated[int, typer.Option(help="Deals of the generated company.")] = 600,
    state: Annotated[Path | None, typer.Option(help="File to keep the state in between starts.")] = None,
    people: Annotated[
        Path | None, typer.Option(help="Config folder that gets the generated company's people files.")
    ] = None,
) -> None:
    """Serve a stand-in CRM on loopback, to try things without an account.

    Example: worker.py sandbox --world 7 --deals 600 --people config
    """
    from jobs.stand_in import serve

    with reported():
        serve(
            crm,
            port,
            load=load,
            world=world,
            deals=deals,
            state=state,
            people=people,
            announce=typer.echo,
            clock=clock.now,
        )


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo leaves its config and database.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of the generated company.")] = 7,
    deals: Annotated[int, typer.Option(help="Deals of the generated company.")] = 600,
    crm: Annotated[str, typer.Option(help="Which CRM to tell it on: salesforce or hubspot.")] = "salesforce",
) -> None:
    """Run the whole job on a generated company in the bundled sandbox CRM, and tell the story.

    Example: worker.py demo --crm hubspot
    """
    from jobs.demo import tell

    with reported():
        tell(crm, HERE / "config", folder, seed=seed, deals=deals, wire=wire, clock=clock.now)
