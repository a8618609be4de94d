"""A generated company in a running sandbox, and a worker wired to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.wiring import wire
from jobs.access.actor import Actor
from jobs.access.visible import Sight
from jobs.configuration import Configuration, load
from jobs.crm import jobs_of
from jobs.cycle import Cycle, Wiring, sync
from jobs.demo import write_company
from jobs.settings import database_url
from jobs.stand_in import Sandbox, sandbox_of
from sandbox.world import World, generate
from store.database import Store, open_store

TEMPLATES = Path(__file__).parents[2] / "config"
SALESFORCE = sandbox_of("salesforce")
CREDENTIALS = SALESFORCE.credentials
DEAL_OBJECT = {"salesforce": "Opportunity", "hubspot": "deals"}


ADMIN = Actor("root", "root", "root", None, frozenset({"admin"}))


def all_seen(configuration: Configuration) -> Sight:
    """What an admin sees."""
    return Sight(ADMIN, (), configuration.rules.company, datetime(2026, 11, 20, tzinfo=UTC).date())


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
    org: Any
    folder: Path
    clock: Clock
    sandbox: Sandbox = SALESFORCE
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
        return wire(
            self.configuration(),
            self.store(),
            environment={**self.sandbox.credentials, **environment},
            sleep=self.clock.sleep,
        )

    def cycle(self) -> Cycle:
        """One cycle of a new process, a little later."""
        self.clock.forward(minutes=15)
        return sync(self.wiring())

    def nothing_more(self) -> None:
        """Everything twice: the same cycle again posts nothing and writes nothing."""
        again = self.cycle()
        assert (again.computed.postings.height, again.computed.released.height, again.sent) == (0, 0, {})

    def set_up(self) -> tuple[str, ...]:
        """Prepare the CRM as an administrator would."""
        configuration = self.configuration()
        return jobs_of(configuration.settings).prepare(configuration, self.sandbox.credentials, apply=True)

    def at(self, address: str) -> None:
        """Point the worker to a CRM."""
        self.edit("tallystick.yaml", lambda text: re.sub(r"http://[0-9.:]+", address, text))

    def edit(self, name: str, text: Callable[[str], str]) -> None:
        """Change a file of the config folder."""
        path = self.folder / name
        path.write_text(text(path.read_text(encoding="utf-8")), encoding="utf-8")

    def crm(self, deal: str) -> dict[str, Any]:
        """A deal's record in the CRM."""
        record: dict[str, Any] = self.org.get(DEAL_OBJECT[self.sandbox.crm], deal)
        return record


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A small company, set up and not yet synced."""
    with standing(SALESFORCE, generate(11, 120), tmp_path / "config") as made:
        yield made


@contextmanager
def standing(sandbox: Sandbox, world: World, folder: Path) -> Iterator[Company]:
    """A company in a running sandbox, set up and not yet synced."""
    clock = Clock()
    org = sandbox.make(clock)
    org.load(world.document)
    write_company(sandbox, TEMPLATES, folder, sandbox.people(world.people, org))
    with sandbox.running(org) as address:
        made = Company(world, org, folder, clock, sandbox)
        made.at(address)
        made.set_up()
        yield made
        for store in made.stores:
            store.close()
