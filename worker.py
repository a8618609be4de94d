"""Tallystick's worker: every command, and the only place where the parts are put together.

Heavy libraries are imported inside the commands that need them, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import polars as pl

    from jobs.configuration import Configuration
    from jobs.cycle import Wiring
    from jobs.daemon import StopSignal
    from store.database import Store

EXIT_PROBLEM = 1
EXIT_WAITS = 3
EXIT_BUSY = 4
EXIT_REFUSED = 5

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Assign deal owners and compute sales commissions exactly, beside your CRM.\n\n"
    "Exit codes: 0 done, 1 problem, 2 wrong usage, 3 waits for approval, 4 another process works, 5 the CRM refuses.",
)
plan_app = typer.Typer(no_args_is_help=True, help="Work on plan documents.", rich_markup_mode=None)
app.add_typer(plan_app, name="plan")
experiment_app = typer.Typer(no_args_is_help=True, help="Compare the arms of experiments.", rich_markup_mode=None)
app.add_typer(experiment_app, name="experiment")

ConfigFolder = Annotated[
    Path, typer.Option("--config", envvar="TALLYSTICK_CONFIG", help="The config folder.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
HERE = Path(__file__).parent


def now() -> datetime:
    """The clock that everything below is given."""
    return datetime.now(UTC)


# ------------------------------------------------------------------------------------------------ the main job


@app.command()
def sync(config: ConfigFolder = Path("config")) -> None:
    """Run one cycle: pull what changed, compute, write back.

    Example: worker.py sync --config config
    """
    from jobs import cycle
    from jobs.show import show_cycle

    with wired(config) as wiring:
        show_cycle(cycle.sync(wiring))


@app.command()
def run(config: ConfigFolder = Path("config")) -> None:
    """Run cycles on the schedule of tallystick.yaml until SIGTERM.

    Example: worker.py run --config config
    """
    from jobs import cycle
    from jobs.daemon import StopSignal, run_until_stopped
    from jobs.supervised import supervised

    stop = StopSignal()
    stop.install()
    with wired(config, stop) as wiring:
        minutes = wiring.configuration.settings.schedule.sync_minutes
        run_until_stopped(supervised(lambda: cycle.sync(wiring)), minutes, now(), stop)


@app.command()
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
    with wired(config) as wiring, progress_bar() as progress:
        result = read_history(wiring, tuple(objects or ()), _day(since), _day(until), progress=progress)
    show_cycle(result)


@app.command()
def preview(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show what the next cycle would change, per payee and per CRM field, and change nothing.

    Example: worker.py preview
    """
    from jobs.preview import preview as rehearse
    from jobs.show import show_preview

    with opened(config) as (configuration, store):
        show_preview(rehearse(configuration, store, now), as_json=as_json)


@app.command()
def approve(change: str, config: ConfigFolder = Path("config")) -> None:
    """Let the one change through that the guard has stopped; the stopped run names it.

    Example: worker.py approve 3f9c2a7be01d
    """
    from jobs.approval import approve as let_through

    with opened(config) as (_, store), store.write() as conn:
        let_through(conn, change)
    typer.echo(f"Change {change} may go through; run sync.")


# ------------------------------------------------------------------------------------------------ questions


@app.command()
def statement(
    payee: str,
    period: Annotated[str | None, typer.Argument(help="Such as 2026-11; the latest where none is given.")] = None,
    goal: Annotated[str | None, typer.Option("--for", help="Pay of a component: say what it would take.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Show a payee's statement: every line with its sentence, the way to the next tier and to a given pay.

    Example: worker.py statement ada@harbour.example 2026-10 --for 20_000
    """
    from jobs.answers import statement as answer
    from jobs.settings import amount_given
    from jobs.show import show_statement

    with opened(config) as (configuration, store), store.read() as conn:
        wanted = None if goal is None else amount_given("--for", goal)
        show_statement(answer(conn, payee, period, configuration, wanted), as_json=as_json)


@app.command()
def explain(deal: str, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show who earns what on a deal, and why.

    Example: worker.py explain 006000000000001AAA
    """
    from jobs.answers import explain_deal
    from jobs.show import show_deal

    with opened(config) as (configuration, store), store.read() as conn:
        show_deal(explain_deal(conn, deal, configuration), as_json=as_json)


@app.command()
def blame(deal: str, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show who owns a deal and is credited for it, and which rule, facts and day decided.

    Example: worker.py blame 006000000000001AAA
    """
    from jobs.answers import blame as answer
    from jobs.show import show_deal

    with opened(config) as (_, store), store.read() as conn:
        show_deal(answer(conn, deal), as_json=as_json)


@app.command("people")
def list_people(
    config: ConfigFolder = Path("config"),
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day, else today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who holds which role, plan, quota and manager on a day, and the gaps and rivals of its fiscal year.

    Example: worker.py people --on 2026-03-31
    """
    from engine.calendar import business_date
    from jobs.roster import roster
    from jobs.show import show_roster

    with opened(config) as (configuration, store), store.read() as conn:
        day = _day(on) or business_date(now(), configuration.rules.company.zone)
        show_roster(*roster(conn, configuration, day), as_json=as_json)


@app.command()
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
    from jobs.report import asked
    from jobs.settings import amount_given
    from jobs.show_report import show_report

    with opened(config) as (configuration, store), store.read() as conn:
        aim = None if goal is None else amount_given("--goal", goal)
        today = business_date(now(), configuration.rules.company.zone)
        show_report(asked(conn, configuration, period, today, aim), as_json=as_json)


@app.command()
def status(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Show the last runs, what is stored, what waits to be written and what is parked.

    Example: worker.py status
    """
    from jobs.show import show_status
    from jobs.status import status as answer

    with opened(config) as (_, store):
        show_status(answer(store), as_json=as_json)


@app.command()
def issues(config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """List every record that is held or needs a look, with the remedy.

    Example: worker.py issues --json
    """
    from jobs.show import show_issues
    from jobs.status import open_issues

    with opened(config) as (_, store), store.read() as conn:
        show_issues(open_issues(conn), as_json=as_json)


# ------------------------------------------------------------------------------------------------ setting up


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The folder to create.")] = Path("config")) -> None:
    """Write a commented config folder to start from.

    Example: worker.py init config
    """
    from jobs.init import write_folder

    with reported():
        for name in write_folder(HERE / "config", folder):
            typer.echo(f"wrote {folder / name}")


@app.command()
def doctor(
    write: Annotated[bool, typer.Option("--write", help="HubSpot: also write one property of one deal.")] = False,
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

    with opened(config) as (configuration, store):
        with store.read() as conn:
            pinned = settings.pinned(conn)
        pinned_id = pinned.org_id if pinned else None
        crm = jobs_of(configuration.settings)
        checks = crm.examine(configuration, os.environ, pinned_id, now)
        checks += crm.try_a_write(configuration, os.environ) if write else []
        if not show_checks(checks, as_json=as_json):
            raise typer.Exit(EXIT_PROBLEM)


@app.command()
def setup(
    apply: Annotated[bool, typer.Option("--apply", help="Create them; without it, only show.")] = False,
    config: ConfigFolder = Path("config"),
) -> None:
    """Create the CRM fields that the mapping writes, and what writing them needs. Dry run by default.

    Example: worker.py setup --apply
    """
    import os

    from jobs.crm import jobs_of
    from jobs.show import show_setup

    with opened(config) as (configuration, _):
        show_setup(jobs_of(configuration.settings).prepare(configuration, os.environ, apply=apply), applied=apply)


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
    from jobs.plan_test import as_answer, judge_all
    from jobs.show_plan_test import show_verdicts

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
    from jobs.plan_draw import draw

    with reported():
        for drawing in draw(file, component, quota, _day(on), svg):
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
    from jobs.plan_lint import lint
    from jobs.show_plan_lint import show_findings

    with reported():
        answer = lint(path, _history(config) if history else None)
        show_findings(answer, as_json=as_json)
    if answer["open"]:
        raise typer.Exit(EXIT_PROBLEM)


def _history(config: Path) -> pl.DataFrame:
    """The won deals of the store, classified."""
    from jobs.history import classified_deals

    with opened(config) as (configuration, store):
        return classified_deals(configuration, store, now)


@plan_app.command("diff")
def plan_diff(
    new_config: Annotated[Path, typer.Argument(help="The config folder to compare with.")],
    config: ConfigFolder = Path("config"),
    over: Annotated[str | None, typer.Option(help="Fiscal periods of the lines: 2026-02..2026-07, FY2026-Q3.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the stored history under two configurations: who gains, who loses, what it costs. Changes nothing.

    Example: worker.py plan diff next-year --config config --over 2026-02..2026-07
    """
    from jobs.configuration import load
    from jobs.plan_diff import diff
    from jobs.show_plan_diff import show_diff

    with opened(config) as (configuration, store):
        show_diff(diff(configuration, load(new_config), store, over, now), as_json=as_json)


@app.command()
def reassign(
    file: Annotated[Path, typer.Argument(help="CSV (on,change,role,scope,value,from,to) or YAML of changes.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Pass territories, accounts and roles on from a day: who gains and loses book and pay, then the people files.

    Example: worker.py reassign changes.csv --dry-run
    """
    from jobs.reassign import reassign as pass_on
    from jobs.show_reassign import show_reassignment

    with opened(config) as (configuration, store):
        show_reassignment(pass_on(configuration, store, file, now, dry_run=dry_run), as_json=as_json)


@experiment_app.command("report")
def experiment_report(name: str, config: ConfigFolder = Path("config"), as_json: AsJson = False) -> None:
    """Compare the arms of an experiment: renewal rate with interval, cost, and what is not decided yet.

    Example: worker.py experiment report renewal-pay
    """
    from jobs.experiment_report import report
    from jobs.show_experiment import show_experiment

    with opened(config) as (configuration, store):
        show_experiment(report(configuration, store, name, now), as_json=as_json)


@app.command()
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
            crm, port, load=load, world=world, deals=deals, state=state, people=people, announce=typer.echo, clock=now
        )


@app.command()
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
        tell(crm, HERE / "config", folder, seed=seed, deals=deals, wire=wire, clock=now)


# ------------------------------------------------------------------------------------------------ wiring


@contextmanager
def wired(folder: Path, stop: StopSignal | None = None) -> Iterator[Wiring]:
    """Configuration, store and CRM, connected; problems reported as messages and exit codes."""
    with opened(folder) as (configuration, store):
        yield wire(configuration, store, stop)


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
def opened(folder: Path) -> Iterator[tuple[Configuration, Store]]:
    """Configuration and store; problems reported as messages and exit codes."""
    import os

    from jobs import logs
    from jobs.configuration import load
    from jobs.settings import check_environment, database_url
    from store.database import open_store

    logs.configure()
    with reported():
        check_environment(os.environ)
        configuration = load(folder)
        store = open_store(database_url(configuration.settings, folder), now)
        try:
            yield configuration, store
        finally:
            store.close()


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


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


def main() -> None:
    """Entry point of the installed command. A name that the terminal cannot show is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
