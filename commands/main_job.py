"""The main job: cycles, backfill, and what would change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import AsJson, ConfigFolder, asked, day_of, wired


def sync(
    config: ConfigFolder = Path("config"),
    retry: Annotated[bool, typer.Option("--retry", help="Write again now what the CRM has refused.")] = False,
) -> None:
    """Run one cycle: pull what changed, compute, write back.

    What the CRM refused is otherwise tried again when its record changes, and once a day.

    Example: worker.py sync --config config
    """
    from jobs import cycle
    from jobs.show import show_cycle

    with wired(config, "sync") as wiring:
        show_cycle(cycle.sync(wiring, retry=retry))


def run(config: ConfigFolder = Path("config")) -> None:
    """Run cycles on the schedule of tallystick.yaml until SIGTERM.

    Example: worker.py run --config config
    """
    import os

    from jobs import cycle
    from jobs.daemon import StopSignal, run_until_stopped
    from jobs.supervised import supervised
    from jobs.webhooks import listening

    stop = StopSignal()
    stop.install()
    with wired(config, "run", stop) as wiring:
        settings = wiring.configuration.settings
        with listening(settings, os.environ, clock.now) as hints:
            job = supervised(lambda: cycle.sync(wiring))
            run_until_stopped(job, settings.schedule.sync_minutes, clock.now(), stop, hints)


def backfill(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day, inclusive.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, exclusive.")] = None,
    objects: Annotated[list[str] | None, typer.Option("--object", help="CRM object; repeat for several.")] = None,
    config: ConfigFolder = Path("config"),
) -> None:
    """Read history in bulk, compute, write back. A killed backfill goes on where it stopped.

    Example: worker.py backfill --since 2025-02-01 --object Opportunity
    """
    from jobs.backfill import backfill as read_history
    from jobs.show import progress_bar, show_cycle

    if since and until and since >= until:
        raise typer.BadParameter("--since must be a day before --until.")
    with wired(config, "backfill") as wiring, progress_bar() as progress:
        result = read_history(wiring, tuple(objects or ()), day_of(since), day_of(until), progress=progress)
    show_cycle(result)


def preview(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show what the next cycle would change, per payee and per CRM field, and change nothing.

    Example: worker.py preview
    """
    import os

    from jobs.crm import jobs_of
    from jobs.cycle import Crm
    from jobs.preview import preview as rehearse
    from jobs.show_preview import show_preview

    with asked(config, "preview") as (configuration, store, sight):

        def connect() -> Crm:
            return jobs_of(configuration.settings).connector(configuration, os.environ)()

        show_preview(rehearse(configuration, store, clock.now, sight, connect), as_json=as_json)
