"""A real SQLite store in a temporary folder, with a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from store import runs
from store.database import Store, open_store

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
def another(tmp_path: Path, migrated: Path) -> Iterator[Callable[[], Store]]:
    """Makes further empty stores."""
    opened: list[Store] = []
    numbers = count()

    def make() -> Store:
        path = tmp_path / f"another-{next(numbers)}.db"
        shutil.copy(migrated, path)
        opened.append(open_store(f"sqlite:///{path}", lambda: NOW))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house" / "tally.db"


@pytest.fixture
def store(path: Path, migrated: Path) -> Iterator[Store]:
    path.parent.mkdir()
    shutil.copy(migrated, path)
    opened = open_store(f"sqlite:///{path}", lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def run_id(store: Store) -> int:
    with store.write() as conn:
        return runs.start_run(conn, "sync", NOW)
