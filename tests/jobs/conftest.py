"""A generated company in a running sandbox, and a worker wired to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import worker
from jobs.configuration import Configuration, load
from jobs.cycle import Cycle, Wiring, sync
from jobs.demo import CREDENTIALS, write_company
from jobs.salesforce import prepare
from jobs.settings import database_url
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from sandbox.world import World, generate
from store.database import Store, open_store

TEMPLATES = Path(__file__).parents[2] / "config"


class Clock:
    """A clock that a test moves by hand; every reading takes a second, as in life."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.instant += timedelta(milliseconds=1)
        return self.instant

    def sleep(self, seconds: float) -> None:
        """Waiting takes no time but the clock's."""
        self.instant += timedelta(seconds=seconds)

    def forward(self, **by: int) -> None:
        """Let time pass."""
        self.instant += timedelta(**by)


@dataclass
class Company:
    """A sandbox org, a config folder and a worker on them."""

    world: World
    org: Org
    folder: Path
    clock: Clock
    stores: list[Store] = field(default_factory=list)

    def configuration(self) -> Configuration:
        """The config folder as it is now."""
        return load(self.folder)

    def store(self) -> Store:
        """The database, opened as a new process would."""
        store = open_store(database_url(self.configuration().settings, self.folder), self.clock)
        self.stores.append(store)
        return store

    def wiring(self, **environment: str) -> Wiring:
        """A worker as a new process would have it."""
        return worker.wire(
            self.configuration(), self.store(), environment=CREDENTIALS | environment, sleep=self.clock.sleep
        )

    def cycle(self) -> Cycle:
        """One cycle of a new process, a little later."""
        self.clock.forward(minutes=15)
        return sync(self.wiring())

    def nothing_more(self) -> None:
        """Everything twice: the same cycle again posts nothing and writes nothing."""
        again = self.cycle()
        assert (again.computed.postings.height, again.sent) == (0, {})

    def at(self, address: str) -> None:
        """Point the worker to a CRM."""
        self.edit("tallystick.yaml", lambda text: re.sub(r"http://[0-9.:]+", address, text))

    def edit(self, name: str, text: Callable[[str], str]) -> None:
        """Change a file of the config folder."""
        path = self.folder / name
        path.write_text(text(path.read_text(encoding="utf-8")), encoding="utf-8")

    def crm(self, deal: str) -> dict[str, Any]:
        """A deal's record in the CRM."""
        return self.org.get("Opportunity", deal)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A small company, set up and not yet synced."""
    clock = Clock()
    world = generate(11, 120)
    write_company(TEMPLATES, tmp_path / "config", world)
    org = Org(clock=clock)
    org.load(world.document)
    with running(org) as address:
        made = Company(world, org, tmp_path / "config", clock)
        made.at(address)
        prepare(made.configuration(), CREDENTIALS, apply=True)
        yield made
        for store in made.stores:
            store.close()
