"""Serve the bundled stand-in CRM, empty, loaded from a file, or with a generated company."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from jobs.init import fill_files
from jobs.settings import SettingsProblem
from sandbox.hubspot import server as hubspot_server
from sandbox.hubspot.loading.numbers import renumbered
from sandbox.hubspot.state import Portal
from sandbox.salesforce import server as salesforce_server
from sandbox.salesforce.state import Org
from sandbox.world import generate

Clock = Callable[[], datetime]


class StandIn(Protocol):
    """A stand-in CRM in memory, as far as the worker's own commands use it."""

    def load(self, document: Mapping[str, Any]) -> None:
        """Add the records of a document."""
        ...

    def dump(self) -> dict[str, Any]:
        """Everything it holds."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Hold what was dumped."""
        ...

    def get(self, kind: str, record_id: str, /) -> dict[str, Any]:
        """One live record."""
        ...

    def update(self, kind: str, record_id: str, values: Mapping[str, Any], /) -> None:
        """Change a record as a person would."""
        ...


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One of the stand-ins there are, and how a worker is pointed to it."""

    crm: str
    port: int
    make: Callable[[Clock], Any]
    running: Callable[..., AbstractContextManager[str]]
    serve_forever: Callable[..., None]
    credentials: Mapping[str, str]
    settings: str
    """Its section of tallystick.yaml, with the address left open."""
    ids: Callable[[Any], Mapping[str, str]] = lambda _: {}
    """What became of the ids of the document that was loaded, where they are not kept."""

    @property
    def address(self) -> str:
        """Where `worker.py sandbox` serves it."""
        return f"http://127.0.0.1:{self.port}"

    def people(self, files: Mapping[str, str], crm: Any) -> dict[str, str]:
        """The people files of a generated company, with the ids that its accounts have in the CRM."""
        ids = self.ids(crm)
        return {name: renumbered(text, ids) for name, text in files.items()} if ids else dict(files)


SANDBOXES = {
    "salesforce": Sandbox(
        crm="salesforce",
        port=8801,
        make=lambda clock: Org(clock=clock),
        running=salesforce_server.running,
        serve_forever=salesforce_server.serve_forever,
        credentials={
            "TALLYSTICK_SF_CONSUMER_KEY": "sandbox-key",
            "TALLYSTICK_SF_CONSUMER_SECRET": "sandbox-secret",
        },
        settings="salesforce: {{my_domain: {address}}}",
    ),
    "hubspot": Sandbox(
        crm="hubspot",
        port=8802,
        make=lambda clock: Portal(clock, search_lag_s=(0, 0)),
        running=hubspot_server.running,
        serve_forever=hubspot_server.serve_forever,
        credentials={"TALLYSTICK_HUBSPOT_TOKEN": "sandbox-token"},
        settings="hubspot: {{base_url: {address}, index_lag_seconds: 0}}",
        ids=lambda portal: portal.ids,
    ),
}


def sandbox_of(crm: str) -> Sandbox:
    """The stand-in for a CRM."""
    if crm not in SANDBOXES:
        raise SettingsProblem(f"There is no sandbox for {crm!r}; there are {' and '.join(SANDBOXES)}.")
    return SANDBOXES[crm]


def serve(
    crm: str,
    port: int | None,
    *,
    load: Path | None,
    world: int | None,
    deals: int,
    state: Path | None,
    people: Path | None,
    announce: Callable[[str], None],
    clock: Clock,
) -> None:
    """Serve until interrupted; with a state file, what was written is there again at the next start.

    `people` is a config folder: the generated company's people files and lists are written to it.
    """
    sandbox = sandbox_of(crm)
    if load is not None and world is not None:
        raise SettingsProblem("--load and --world exclude each other.")
    if people is not None and world is None:
        raise SettingsProblem("--people writes the files of a generated company; choose it with --world.")
    made = generate(world, deals) if world is not None else None
    standing = sandbox.make(clock)
    if state is not None and state.exists():
        standing.restore(_document(state))
    elif load is not None:
        standing.load(_document(load))
    elif made is not None:
        standing.load(made.document)
    if people is not None and made is not None:
        for name in fill_files(people, sandbox.people(made.people, standing)):
            announce(f"wrote {people / name}")
    _serve(sandbox, standing, sandbox.port if port is None else port, announce, state)


def _document(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as problem:
        raise SettingsProblem(f"{file} cannot be read as JSON ({problem}).") from None


def _serve(sandbox: Sandbox, standing: StandIn, port: int, announce: Callable[[str], None], state: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sandbox.serve_forever(standing, port, announce)
    except KeyboardInterrupt:
        announce("Stopped.")
    except OSError as problem:
        raise SettingsProblem(f"Port {port} cannot be served ({problem.strerror}); choose another --port.") from None
    finally:
        if state is not None:
            state.write_text(json.dumps(standing.dump()), encoding="utf-8")
