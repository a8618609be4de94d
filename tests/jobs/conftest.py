"""A generated company in a running sandbox, and a worker wired to it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from commands import clock
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
from store import schema
from store.database import Store, open_store

MIGRATE = schema.migrate
TEMPLATES = Path(__file__).parents[2] / "config"
SALESFORCE = sandbox_of("salesforce")
CREDENTIALS = SALESFORCE.credentials
DEAL_OBJECT = {"salesforce": "Opportunity", "hubspot": "deals"}

PUBLISHING = "records: true\nguard: {changed_share: 100%, money_share: 100%}\n"
"""Statements are kept in the CRM; in a company so small every change is a large one."""

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

    def cycle(self, *, retry: bool = False) -> Cycle:
        """One cycle of a new process, a little later."""
        self.clock.forward(minutes=15)
        return sync(self.wiring(), retry=retry)

    def nothing_more(self) -> None:
        """Everything twice: the same cycle again posts nothing and writes nothing."""
        again = self.cycle()
        assert (again.computed.postings.height, again.computed.released.height, again.sent) == (0, 0, {})

    def set_up(self) -> tuple[str, ...]:
        """Prepare the CRM as an administrator would."""
        configuration = self.configuration()
        prepare = jobs_of(configuration.settings).prepare
        return prepare(configuration, self.sandbox.credentials, apply=True, sleep=lambda _: None)

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
def same_clock(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and the CRM tell the same time."""
    monkeypatch.setattr(clock, "now", company.clock)


@pytest.fixture(autouse=True)
def _migrated_once(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new database is a copy of an empty one: each rebuilding makes one. Migrations are tried in tests/store."""

    def migrate(engine: Engine, target: str = "head") -> None:
        with engine.connect() as conn:
            is_new = schema.revision_of(conn) is None
        if not is_new or target != "head":
            MIGRATE(engine, target)
            return
        with engine.connect() as conn, closing(sqlite3.connect(migrated)) as template:
            raw = conn.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            template.backup(raw)

    monkeypatch.setattr(schema, "migrate", migrate)


@pytest.fixture(scope="session")
def small() -> World:
    """What the company's CRM holds at the start."""
    return generate(11, 120)


@pytest.fixture(scope="session")
def tiny() -> World:
    """A few dozen deals."""
    return generate(3, 24)


@pytest.fixture
def company(request: pytest.FixtureRequest, small: World, tmp_path: Path) -> Iterator[Company]:
    """A small company, set up; `pytest.mark.synced` where it is to have had its first cycle."""
    when = "past" if request.node.get_closest_marker("synced") else "founded"
    with again(request.getfixturevalue(when), small, tmp_path) as company:
        yield company


@contextmanager
def standing(sandbox: Sandbox, world: World, folder: Path, database: Path | None = None) -> Iterator[Company]:
    """A company in a running sandbox, set up and not yet synced; its store, if any, is a copy of `database`."""
    clock = Clock()
    org = sandbox.make(clock)
    org.load(world.document)
    write_company(sandbox, TEMPLATES, folder, sandbox.people(world.people, org))
    if database is not None:
        shutil.copy(database, folder.parent)
    with running(Company(world, org, folder, clock, sandbox)) as made:
        made.set_up()
        yield made


@contextmanager
def running(company: Company) -> Iterator[Company]:
    """The company with its sandbox running, until the end of the block."""
    with company.sandbox.running(company.org) as address:
        company.at(address)
        yield company
        for store in company.stores:
            store.close()


@dataclass(frozen=True, slots=True)
class Past:
    """A company before or after its first cycle, to be copied: making it takes longer than most tests."""

    state: dict[str, Any]
    """What the sandbox holds."""
    house: Path
    """Config folder and store."""
    instant: datetime
    sandbox: Sandbox


@pytest.fixture(scope="session")
def founded(small: World, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Past:
    """The small company, set up."""
    house = tmp_path_factory.mktemp("founded")
    with standing(SALESFORCE, small, house / "config", migrated) as made:
        return kept(made)


@pytest.fixture(scope="session")
def past(founded: Past, small: World, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """The first cycle of the small company."""
    with again(founded, small, tmp_path_factory.mktemp("past")) as made:
        made.cycle()
        return kept(made)


@pytest.fixture(scope="session")
def published(tiny: World, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Callable[[str], Past]:
    """The first cycle of a tiny company whose statements are kept in its CRM, by the CRM."""

    @cache
    def first_cycle(crm: str) -> Past:
        house = tmp_path_factory.mktemp("published")
        with standing(sandbox_of(crm), tiny, house / "config", migrated) as made:
            made.edit("tallystick.yaml", lambda text: f"{text}\n{PUBLISHING}")
            made.set_up()
            made.cycle()
            return kept(made)

    return first_cycle


def kept(company: Company) -> Past:
    """The company as it is now; its folder stays where it is."""
    return Past(company.org.dump(), company.folder.parent, company.clock.instant, company.sandbox)


@contextmanager
def again(past: Past, world: World, folder: Path) -> Iterator[Company]:
    """The company in a running sandbox as it was after its first cycle."""
    clock = Clock()
    org = past.sandbox.make(clock)
    org.restore(past.state)
    clock.instant = past.instant
    shutil.copytree(past.house, folder, dirs_exist_ok=True)
    with running(Company(world, org, folder / "config", clock, past.sandbox)) as made:
        yield made
