"""The demo: the whole job, end to end, on a generated company in the bundled sandbox CRM, told as a story.

Nothing here is special: the same set-up, backfill, cycle and answers that the commands run, over real HTTP.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from rich.markup import escape
from sqlalchemy import Connection

from engine.money import format_amount
from jobs import answers, logs
from jobs.access.actor import acting
from jobs.access.visible import Sight, sight_of
from jobs.backfill import backfill
from jobs.configuration import Configuration, load
from jobs.crm import jobs_of
from jobs.cycle import Cycle, Wiring, sync
from jobs.init import write_files, write_folder
from jobs.settings import SettingsProblem, database_url
from jobs.show import console, show_cycle, show_setup
from jobs.show_deal import show_deal
from jobs.stand_in import Sandbox, StandIn, sandbox_of
from jobs.statements import told
from jobs.statements.show import show_statement
from sandbox.world import World, generate
from store import results
from store.database import Store, open_store

MARK = "made-by-demo"
AMOUNT_OFF, AMOUNT_ON = re.compile("(?m)^  # (amount: [Cc]ommission_)"), r"  \1"
"""Showing one payee's amount on the deal is opt-in; this company has opted in."""

Wire = Callable[..., Wiring]


def tell(
    crm: str, templates: Path, folder: Path, *, seed: int, deals: int, wire: Wire, clock: Callable[[], datetime]
) -> None:
    """Run everything in the folder, which is left for looking around."""
    sandbox = sandbox_of(crm)
    empty_folder(folder)
    with (folder / "worker.log").open("w", encoding="utf-8") as log:
        logs.configure(log)
        _run(sandbox, templates, folder, generate(seed, deals), wire=wire, clock=clock)
    _afterwards(sandbox, folder)


def _run(
    sandbox: Sandbox, templates: Path, folder: Path, world: World, *, wire: Wire, clock: Callable[[], datetime]
) -> None:
    """Sandbox and worker, for as long as the story lasts."""
    org = sandbox.make(clock)
    org.load(world.document)
    write_company(sandbox, templates, folder / "config", sandbox.people(world.people, org))
    with sandbox.running(org) as address:
        configuration = at_address(load(folder / "config"), address)
        store = open_store(database_url(configuration.settings, folder / "config"), clock)
        with closing(store):
            wiring = wire(configuration, store, environment=sandbox.credentials)
            names = {sandbox.ids(org).get(user["Id"], user["Id"]): user["Name"] for user in world.document["users"]}
            Story(sandbox, org, wiring, names).tell()
    (folder / "crm.json").write_text(json.dumps(org.dump()), encoding="utf-8")


def empty_folder(folder: Path) -> None:
    """An empty folder; one that an earlier demo made is replaced, any other is refused."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise SettingsProblem(f"{folder} was not made by the demo; name another with --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("The demo replaces this folder when it runs again.\n", encoding="utf-8")


def write_company(sandbox: Sandbox, templates: Path, config: Path, people: dict[str, str]) -> None:
    """The example configuration with the generated company's people."""
    write_folder(templates, config)
    write_files(config, people)
    section = sandbox.settings.format(address=sandbox.address)
    settings = f"crm: {sandbox.crm}\ndatabase: sqlite:///tallystick.db\n{section}\n"
    mapping = f"mapping/{sandbox.crm}.yaml"
    text = AMOUNT_OFF.sub(AMOUNT_ON, (config / mapping).read_text(encoding="utf-8"))
    write_files(config, {"tallystick.yaml": settings, mapping: text})


def at_address(configuration: Configuration, address: str) -> Configuration:
    """The same configuration, talking to the sandbox that was just started."""
    settings = configuration.settings
    return replace(configuration, settings=jobs_of(settings).at_address(settings, address))


class Story:
    """Tells what happens while it happens."""

    def __init__(self, sandbox: Sandbox, org: StandIn, wiring: Wiring, names: Mapping[str, str]) -> None:
        self.sandbox, self.org, self.wiring, self.names = sandbox, org, wiring, names
        self.mapping = wiring.configuration.mapping
        self.out = console()

    def tell(self) -> None:
        """All chapters in order."""
        configuration = self.wiring.configuration
        self._chapter("1. Set-up: the CRM gets the fields that Tallystick writes, and what it needs to write them")
        steps = jobs_of(configuration.settings).prepare(configuration, self.sandbox.credentials, apply=True)
        show_setup(steps, applied=True)
        self._chapter("2. Backfill: three years of history are read in bulk, computed and written back")
        show_cycle(backfill(self.wiring, (), None, None))
        deal = self._pick()
        self._chapter("3. Who owns what, and why: a renewal that grew by more than 20 %")
        self._show_deal(deal)
        self._chapter("4. What the rep sees: one statement, every cent with its reason")
        payee, period = self._payee_of(deal)
        self._show_statement(payee, period)
        self._chapter("5. What the CRM now says of this deal")
        self._show_crm(deal)
        self._chapter("6. The same cycle again: nothing changed, so nothing happens")
        show_cycle(sync(self.wiring))
        self._chapter("7. Somebody corrects the deal's value in the CRM; the difference arrives there")
        self._correct(deal)
        cycle = sync(self.wiring)
        show_cycle(cycle)
        self._show_postings(cycle)
        self._show_crm(deal)

    def _chapter(self, title: str) -> None:
        self.out.print(f"\n[bold cyan]{escape(title)}[/bold cyan]")

    @property
    def store(self) -> Store:
        """The database that the demo leaves behind."""
        return self.wiring.store

    def _pick(self) -> str:
        """The latest renewal that the uplift rule decided, with an amount to show; else the latest credited deal."""
        with self.store.read() as conn:
            assignments = results.assignments_of(conn, None).join(results.classified_of(conn, None), on="deal_id")
            lines = results.lines_of(conn, None).select("deal_id", "payee_id", paid_in="currency")
        telling = (pl.col("rule") == "renewal-with-large-uplift") & (pl.col("currency") == pl.col("paid_in"))
        earned = assignments.join(lines, left_on=["deal_id", "commercial_owner_id"], right_on=["deal_id", "payee_id"])
        return str(earned.sort(telling, "dated_on", "deal_id")["deal_id"][-1])

    def _payee_of(self, deal: str) -> tuple[str, str]:
        """The deal's commercial owner, and the period of the earning."""
        with self.store.read() as conn:
            owner = results.assignments_of(conn, [deal])["commercial_owner_id"][0]
            line = results.lines_of(conn, [owner], [deal]).row(0, named=True)
        return line["payee_id"], line["period"]

    def _sight(self, conn: Connection) -> Sight:
        """Of whoever runs the demo."""
        configuration, store = self.wiring.configuration, self.store
        return sight_of(acting(configuration.access, store, {}), conn, configuration.rules.company, store.clock())

    def _show_deal(self, deal: str) -> None:
        with self.store.read() as conn:
            show_deal(answers.blame(conn, deal, self._sight(conn)), as_json=False)

    def _show_statement(self, payee: str, period: str) -> None:
        with self.store.read() as conn:
            show_statement(
                told.statement(conn, payee, period, self.wiring.configuration, sight=self._sight(conn)),
                as_json=False,
            )

    def _show_crm(self, deal: str) -> None:
        """Read the deal from the CRM, as any user of its API would."""
        name, fields = self.mapping.deal_object, list(self.mapping.write.values())
        values = self.wiring.connect().target.read(name, [deal], fields)[deal]
        for field in fields:
            value = self.names.get(str(values[field]), values[field])
            self.out.print(f"  {name}.{field} = {escape(str(value))}")

    def _correct(self, deal: str) -> None:
        name, fields = self.mapping.deal_object, self.mapping.objects["deals"].fields
        record = self.org.get(name, deal)
        more = {fields[each].field: Decimal(str(record[fields[each].field])) * 2 for each in ("acv", "amount")}
        self.org.update(name, deal, more)
        acv, currency = fields["acv"].field, record.get(fields["currency"].field, "")
        self.out.print(f"  ACV {record[acv]} -> {more[acv]} {currency}")

    def _show_postings(self, cycle: Cycle) -> None:
        for row in cycle.computed.postings.sort("payee_id", "component").iter_rows(named=True):
            amount = format_amount(row["delta_micros"], row["currency"])
            self.out.print(f"  {row['reason']}: {row['component']} {row['period']} {amount} {row['currency']}")


def _afterwards(sandbox: Sandbox, folder: Path) -> None:
    out = console()
    config = folder / "config"
    out.print(f"\n[bold]Look around in {folder}/:[/bold]")
    out.print(f"  .venv/bin/python worker.py status --config {config}")
    out.print(f"  .venv/bin/python worker.py issues --config {config}")
    chosen = "" if sandbox.crm == "salesforce" else f" --crm {sandbox.crm}"
    state = folder / "crm.json"
    out.print(f"  .venv/bin/python worker.py sandbox{chosen} --state {state}   # the CRM again, on {sandbox.address}")
