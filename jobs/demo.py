"""The demo: the whole job, end to end, on a generated company in the bundled sandbox CRM, told as a story.

Nothing here is special: the same set-up, backfill, cycle and answers that the commands run, over real HTTP.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from rich.markup import escape

from engine.money import format_amount
from jobs import answers, logs
from jobs.backfill import backfill
from jobs.configuration import Configuration, load
from jobs.cycle import Cycle, Wiring, sync
from jobs.init import write_files, write_folder
from jobs.salesforce import prepare
from jobs.settings import SettingsProblem, database_url
from jobs.show import console, show_cycle, show_deal, show_setup, show_statement
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from sandbox.world import World, generate
from store import results
from store.database import Store, open_store

MARK = "made-by-demo"
MAPPING = "mapping/salesforce.yaml"
AMOUNT_OFF, AMOUNT_ON = "  # amount: Commission_Amount__c", "  amount: Commission_Amount__c"
"""Showing one payee's amount on the deal is opt-in; this company has opted in."""
CREDENTIALS = {"TALLYSTICK_SF_CONSUMER_KEY": "sandbox-key", "TALLYSTICK_SF_CONSUMER_SECRET": "sandbox-secret"}
SANDBOX_ADDRESS = "http://127.0.0.1:8801"

Wire = Callable[..., Wiring]


def tell(templates: Path, folder: Path, *, seed: int, deals: int, wire: Wire, clock: Callable[[], datetime]) -> None:
    """Run everything in the folder, which is left for looking around."""
    empty_folder(folder)
    with (folder / "worker.log").open("w", encoding="utf-8") as log:
        logs.configure(log)
        _run(templates, folder, seed=seed, deals=deals, wire=wire, clock=clock)
    _afterwards(folder)


def _run(templates: Path, folder: Path, *, seed: int, deals: int, wire: Wire, clock: Callable[[], datetime]) -> None:
    """World, sandbox and worker, for as long as the story lasts."""
    world = generate(seed, deals)
    write_company(templates, folder / "config", world)
    org = Org(clock=clock)
    org.load(world.document)
    with running(org) as address:
        configuration = at_address(load(folder / "config"), address)
        store = open_store(database_url(configuration.settings, folder / "config"), clock)
        with closing(store):
            Story(org, wire(configuration, store, environment=CREDENTIALS), world).tell()
    (folder / "crm.json").write_text(json.dumps(org.dump()), encoding="utf-8")


def empty_folder(folder: Path) -> None:
    """An empty folder; one that an earlier demo made is replaced, any other is refused."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise SettingsProblem(f"{folder} was not made by the demo; name another with --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("The demo replaces this folder when it runs again.\n", encoding="utf-8")


def write_company(templates: Path, config: Path, world: World) -> None:
    """The example configuration with the generated company's people."""
    write_folder(templates, config)
    write_files(config, world.people)
    settings = f"crm: salesforce\ndatabase: sqlite:///tallystick.db\nsalesforce: {{my_domain: {SANDBOX_ADDRESS}}}\n"
    mapping = (config / MAPPING).read_text(encoding="utf-8").replace(AMOUNT_OFF, AMOUNT_ON)
    write_files(config, {"tallystick.yaml": settings, MAPPING: mapping})


def at_address(configuration: Configuration, address: str) -> Configuration:
    """The same configuration, talking to the sandbox that was just started."""
    salesforce = configuration.settings.salesforce.model_copy(update={"my_domain": address})
    return replace(configuration, settings=configuration.settings.model_copy(update={"salesforce": salesforce}))


class Story:
    """Tells what happens while it happens."""

    def __init__(self, org: Org, wiring: Wiring, world: World) -> None:
        self.org, self.wiring, self.world = org, wiring, world
        self.names = {user["Id"]: user["Name"] for user in world.document["users"]}
        self.out = console()

    def tell(self) -> None:
        """All chapters in order."""
        self._chapter("1. Set-up: the CRM gets the fields that Tallystick writes, and a permission set for them")
        show_setup(prepare(self.wiring.configuration, CREDENTIALS, apply=True), applied=True)
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

    def _show_deal(self, deal: str) -> None:
        with self.store.read() as conn:
            show_deal(answers.blame(conn, deal), as_json=False)

    def _show_statement(self, payee: str, period: str) -> None:
        with self.store.read() as conn:
            show_statement(answers.statement(conn, payee, period, self.wiring.configuration), as_json=False)

    def _show_crm(self, deal: str) -> None:
        """Read the deal from the CRM, as any user of its API would."""
        fields = list(self.wiring.configuration.mapping.write.values())
        values = self.wiring.connect().target.read("Opportunity", [deal], fields)[deal]
        for field in fields:
            value = self.names.get(str(values[field]), values[field])
            self.out.print(f"  Opportunity.{field} = {escape(str(value))}")

    def _correct(self, deal: str) -> None:
        record = self.org.get("Opportunity", deal)
        more = {name: Decimal(str(record[name])) * 2 for name in ("ACV__c", "Amount")}
        self.org.update("Opportunity", deal, more)
        self.out.print(f"  ACV {record['ACV__c']} -> {more['ACV__c']} {record.get('CurrencyIsoCode', '')}")

    def _show_postings(self, cycle: Cycle) -> None:
        for row in cycle.computed.postings.sort("payee_id", "component").iter_rows(named=True):
            amount = format_amount(row["delta_micros"], row["currency"])
            self.out.print(f"  {row['reason']}: {row['component']} {row['period']} {amount} {row['currency']}")


def _afterwards(folder: Path) -> None:
    out = console()
    config = folder / "config"
    out.print(f"\n[bold]Look around in {folder}/:[/bold]")
    out.print(f"  .venv/bin/python worker.py status --config {config}")
    out.print(f"  .venv/bin/python worker.py issues --config {config}")
    out.print(
        f"  .venv/bin/python worker.py sandbox --state {folder / 'crm.json'}   # the CRM again, on {SANDBOX_ADDRESS}"
    )
