"""Work on plan documents, and passing territories on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import clock
from commands.wiring import EXIT_PROBLEM, AsJson, ConfigFolder, day_of, opened, reported

if TYPE_CHECKING:
    import polars as pl

plan_app = typer.Typer(no_args_is_help=True, help="Work on plan documents.", rich_markup_mode=None)


@plan_app.command("check")
def plan_check(config: ConfigFolder = Path("config")) -> None:
    """Validate settings, mapping, rules and plans; list every problem with file and line.

    Example: worker.py plan check --config config
    """
    from jobs.configuration import load

    with reported():
        found = load(config)
        typer.echo(f"{len(found.rules.plans)} plans and {len(found.rules.engagements)} rules of engagement are valid.")


@plan_app.command("test")
def plan_test(
    paths: Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.")],
    as_json: AsJson = False,
) -> None:
    """Run plan tests: facts in, lines and sentences out. Needs no CRM and no database.

    Example: worker.py plan test config/examples
    """
    from jobs.plans.show_test import show_verdicts
    from jobs.plans.test import as_answer, judge_all

    verdicts = judge_all(paths)
    show_verdicts(as_answer(verdicts), as_json=as_json)
    if not verdicts or not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(EXIT_PROBLEM)


@plan_app.command("draw")
def plan_draw(
    file: Annotated[Path, typer.Argument(help="A plan file.")],
    component: Annotated[str | None, typer.Option(help="Its id; all components where none is given.")] = None,
    quota: Annotated[str | None, typer.Option(help="Quota to draw for; a round one where none is given.")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Rates of this day, else the newest.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the drawing of one component to this file, too.")] = None,
) -> None:
    """Draw payout curves: what is paid for what was achieved, with every corner's exact value.

    Example: worker.py plan draw config/plans/ae.yaml --component base --quota 1000000 --svg base.svg
    """
    from jobs.plans.draw import draw

    with reported():
        for drawing in draw(file, component, quota, day_of(on), svg):
            typer.echo(f"{drawing}\n")


@plan_app.command("lint")
def plan_lint(
    path: Annotated[Path, typer.Argument(help="A plan, rules of engagement, or a config folder.")],
    history: Annotated[bool, typer.Option("--history", help="Look for what no stored deal matches, too.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Find perverse incentives, each proved by deals that are run through the real engine as a plan test.

    Exit code 1 while there is a warning that nobody has accepted in its document.

    Example: worker.py plan lint config/plans/ae.yaml
    """
    from jobs.plans.lint import lint
    from jobs.plans.show_lint import show_findings

    with reported():
        answer = lint(path, _history(config) if history else None)
        show_findings(answer, as_json=as_json)
    if answer["open"]:
        raise typer.Exit(EXIT_PROBLEM)


def _history(config: Path) -> pl.DataFrame:
    """The won deals of the store, classified."""
    from jobs.history import classified_deals

    with opened(config, "plan lint") as (configuration, store, _):
        return classified_deals(configuration, store, clock.now)


@plan_app.command("diff")
def plan_diff(
    folders: Annotated[list[Path], typer.Argument(help="OLD NEW, or NEW alone: then OLD is the one of --config.")],
    config: ConfigFolder = Path("config"),
    over: Annotated[str | None, typer.Option(help="Fiscal periods of the lines: 2026-02..2026-07, FY2026-Q3.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the stored history under two config folders: who gains, who loses, what it costs. Changes nothing.

    The history is the one in OLD's database.

    Example: worker.py plan diff config next-year --over 2026-02..2026-07
    """
    from jobs.configuration import load
    from jobs.plans.diff import diff
    from jobs.plans.show_diff import show_diff

    if len(folders) > 2:  # noqa: PLR2004 - an old one and a new one
        raise typer.BadParameter("Two config folders are compared: plan diff OLD NEW.")
    *old, new = folders
    with opened(old[0] if old else config, "plan diff") as (configuration, store, _):
        show_diff(diff(configuration, load(new), store, over, clock.now), as_json=as_json)


def reassign(
    file: Annotated[Path, typer.Argument(help="CSV (on,change,role,scope,value,from,to) or YAML of changes.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Pass territories, accounts and roles on from a day: who gains and loses book and pay, then the people files.

    Example: worker.py reassign changes.csv --dry-run
    """
    from jobs.reports.reassign import reassign as pass_on
    from jobs.reports.show_reassign import show_reassignment

    with opened(config, "reassign --dry-run" if dry_run else "reassign") as (configuration, store, _):
        show_reassignment(pass_on(configuration, store, file, clock.now, dry_run=dry_run), as_json=as_json)
