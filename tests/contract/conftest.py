"""The same generated company in each CRM's sandbox, with a worker on each: what the contract suite compares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from jobs.stand_in import SANDBOXES
from sandbox.world import World, generate
from tests.jobs.conftest import Company, standing

CRMS = ("salesforce", "hubspot")


@pytest.fixture(scope="session")
def world() -> World:
    """A small company."""
    return generate(11, 60)


@pytest.fixture(params=CRMS)
def company(request: pytest.FixtureRequest, world: World, tmp_path: Path, migrated: Path) -> Iterator[Company]:
    """The company in one CRM, set up and not yet synced; for tests that change things."""
    with standing(SANDBOXES[request.param], world, tmp_path / "config", migrated) as company:
        yield _looking_back(company)


@pytest.fixture(scope="session")
def both(world: World, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[dict[str, Company]]:
    """The company in each CRM after its first cycle; for tests that only look."""
    folder = tmp_path_factory.mktemp("both")
    with ExitStack() as stack:
        made = {}
        for crm in CRMS:
            company = standing(SANDBOXES[crm], world, folder / crm / "config", migrated)
            made[crm] = _looking_back(stack.enter_context(company))
            made[crm].cycle()
        yield made


def _looking_back(company: Company) -> Company:
    """Reads the history of deals, too."""
    company.edit(f"mapping/{company.sandbox.crm}.yaml", lambda text: text.replace("# history: true", "history: true"))
    return company


@pytest.fixture(params=CRMS)
def computed(request: pytest.FixtureRequest, both: dict[str, Company]) -> Company:
    """One of the two."""
    return both[request.param]
