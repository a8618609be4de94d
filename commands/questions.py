"""Questions: who earns what on a deal, who owns a deal and why, who is who, how sales goes, how the worker is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands import clock
from commands.wiring import AsJson, AsOf, ConfigFolder, asked, day_of, opened

experiment_app = typer.Typer(no_args_is_help=True, help="Compare the arms of experiments.", rich_markup_mode=None)


def explain(deal: str, as_of: AsOf = None, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show who earns what on a deal, and why.

    Example: worker.py explain 006000000000001AAA
    """
    from jobs.answers import explain_deal
    from jobs.proof.past import shown_at
    from jobs.show_deal import show_deal

    with (
        asked(config, "explain") as (configuration, store, sight),
        shown_at(configuration, store, as_of) as (conn, governing),
    ):
        show_deal(explain_deal(conn, deal, governing, sight), as_json=as_json)


def blame(deal: str, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show who owns a deal and is credited for it, and which rule, facts and day decided.

    Example: worker.py blame 006000000000001AAA
    """
    from jobs.answers import blame as answer
    from jobs.show_deal import show_deal

    with asked(config, "blame") as (_, store, sight), store.read() as conn:
        show_deal(answer(conn, deal, sight), as_json=as_json)


def people(
    config: ConfigFolder = Path("config"),
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day, else today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who holds which role, plan, quota and manager on a day, and the gaps and rivals of its fiscal year.

    The people files are read as they are now, and nothing is changed.

    Example: worker.py people --on 2026-03-31
    """
    from engine.calendar import business_date
    from jobs.canonical import refresh
    from jobs.reports.roster import roster
    from jobs.reports.show_roster import show_roster

    with asked(config, "people") as (configuration, store, sight), store.rehearse() as conn:
        refresh(conn, configuration, clock.now())
        day = day_of(on) or business_date(clock.now(), configuration.rules.company.zone)
        show_roster(*roster(conn, configuration, day, sight.on(day)), as_json=as_json)


def report(
    period: Annotated[str | None, typer.Option(help="Such as FY2026, FY2026-Q3 or 2026-11; else this year.")] = None,
    goal: Annotated[str | None, typer.Option(help="Goal of a window, for capacity; else its quotas.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show attainment, pipeline, win rates, cycle length, ACV, retention and capacity, each with its definition.

    Example: worker.py report --period FY2026-Q3
    """
    from engine.calendar import business_date
    from jobs.reports.sales import asked as answer
    from jobs.reports.show_sales import show_report
    from jobs.settings import amount_given

    with opened(config, "report") as (configuration, store, _), store.read() as conn:
        aim = None if goal is None else amount_given("--goal", goal)
        today = business_date(clock.now(), configuration.rules.company.zone)
        show_report(answer(conn, configuration, period, today, aim), as_json=as_json)


def status(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show the last runs, what is stored, what waits to be written and what is parked.

    Example: worker.py status
    """
    from jobs.show_status import show_status
    from jobs.status import status as answer

    with opened(config, "status") as (configuration, store, _):
        show_status(answer(store, configuration), as_json=as_json)


def issues(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """List every record that is held or needs a look, with the remedy.

    Example: worker.py issues --json
    """
    from jobs.show_status import show_issues
    from jobs.status import open_issues

    with opened(config, "issues") as (configuration, store, _), store.read() as conn:
        show_issues(open_issues(conn, configuration), as_json=as_json)


@experiment_app.command("report")
def experiment_report(name: str, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Compare the arms of an experiment: renewal rate with interval, cost, and what is not decided yet.

    Example: worker.py experiment report renewal-pay
    """
    from jobs.reports.experiments import report
    from jobs.reports.show_experiments import show_experiment

    with opened(config, "experiment report") as (configuration, store, _):
        show_experiment(report(configuration, store, name, clock.now), as_json=as_json)
