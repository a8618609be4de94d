"""What every test leaves behind as it found it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import Event
from sqlalchemy import Dialect, Engine
from typer.main import get_command

from engine.model import Found

# In make test the same examples every time, whatever the machine's speed; make fuzz looks for new ones. A test whose
# examples each compute a book takes a share of `settings().max_examples`: a few here, hundreds in make fuzz.
CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("test", derandomize=True, **CALM)
settings.register_profile("fuzz", max_examples=2_000, print_blob=True, **CALM)
settings.load_profile("test")

MEMORY = Path("/dev/shm")  # noqa: S108  # a fresh folder of our own is made in it
ROOM = 4 * 1024**3


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Temporary files lie in memory where there is room: thousands of databases that are synced wait for a disk."""
    is_worker = hasattr(config, "workerinput")
    if is_worker or config.option.basetemp or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    config.option.basetemp = folder = tempfile.mkdtemp(prefix="tallystick-", dir=MEMORY)
    config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that was tried points the logs at a stream that is closed with it: later tests must not write there."""
    yield
    structlog.reset_defaults()


class Remembered:
    """The parser of YAML, which parses a text once: its events, and the error that ended them, come again and again."""

    def __init__(self, **options: object) -> None:
        self.options = tuple(options.items())

    def parse(self, text: str) -> Iterator[Event]:
        """The events of the real parser."""
        events, error = _parsed(text, self.options)
        yield from events
        if error is not None:
            raise error


@lru_cache(maxsize=4_000)
def _parsed(text: str, options: tuple[tuple[str, object], ...]) -> tuple[list[Event], YAMLError | None]:
    events: list[Event] = []
    try:
        for event in YAML(**dict(options)).parse(text):
            events.append(event)  # noqa: PERF402  # what came before the error is kept
    except YAMLError as error:
        return events, error
    return events, None


@pytest.fixture(autouse=True, scope="session")
def _each_text_is_parsed_once() -> Iterator[None]:
    """Parsing is most of what reading a document takes, and hundreds of tests read the same ones."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("engine.documents.yaml.YAML", Remembered)
        yield


@pytest.fixture(autouse=True, scope="session")
def _each_document_is_read_once() -> Iterator[None]:
    """What is right is the same wherever it lies: hundreds of tests have a copy of the same company's folder."""
    from engine.documents import reading  # noqa: PLC0415  # collecting reads nothing
    from engine.documents.document import Policy  # noqa: PLC0415

    real = reading.read_document
    right = lru_cache(maxsize=500)(lambda text, kind, names: real(text, "", kind, *names).rows)

    def read_document(text: str, file: str, kind: Any, *names: Any) -> Any:
        found = right(text, kind, names)
        if found is None:
            return real(text, file, kind, *names)
        is_stamped = isinstance(found, Policy)
        return Found(found.model_copy(update={"written_in": file + found.written_in}) if is_stamped else found)

    with pytest.MonkeyPatch.context() as patched:
        for name in ("engine.documents.reading", "connectors.mapping"):
            patched.setattr(f"{name}.read_document", read_document)
        yield


@pytest.fixture(autouse=True, scope="session")
def _statements_are_compiled_once() -> Iterator[None]:
    """Each store that is opened would compile the same hundreds of statements anew."""
    from store import database  # noqa: PLC0415  # collecting needs no store

    engine_of, compiled, dialects = database._engine, dict[Any, Any](), dict[str, Dialect]()

    def engine(path: Path) -> Engine:
        made = engine_of(path)
        made.dialect = dialects.setdefault(made.dialect.name, made.dialect)  # statements are compiled for one dialect
        made.update_execution_options(compiled_cache=compiled)
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_engine", engine)
        yield


@pytest.fixture(autouse=True, scope="session")
def _commands_are_put_together_once() -> Iterator[None]:
    """Typer would build all commands anew for each one that a test runs."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("typer.testing._get_command", cache(get_command))
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database, to be copied: migrating anew for each test would take most of the time of many."""
    from store.database import open_store  # noqa: PLC0415  # most tests need no store

    path = tmp_path_factory.mktemp("migrated") / "tallystick.db"
    open_store(f"sqlite:///{path}", lambda: datetime(2026, 11, 20, tzinfo=UTC)).close()
    return path
