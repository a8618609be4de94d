"""Serve the bundled stand-in CRM, empty, loaded from a file, or with a generated company."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.init import fill_files
from jobs.settings import SettingsProblem
from sandbox.salesforce.server import serve_forever
from sandbox.salesforce.state import Org
from sandbox.world import generate


def serve(
    crm: str,
    port: int,
    *,
    load: Path | None,
    world: int | None,
    deals: int,
    state: Path | None,
    people: Path | None,
    announce: Callable[[str], None],
    clock: Callable[[], datetime],
) -> None:
    """Serve until interrupted; with a state file, what was written is there again at the next start.

    `people` is a config folder: the generated company's people files and lists are written to it.
    """
    if crm != "salesforce":
        raise SettingsProblem(f"There is no sandbox for {crm!r}; the one there is, is salesforce.")
    if load is not None and world is not None:
        raise SettingsProblem("--load and --world exclude each other.")
    if people is not None and world is None:
        raise SettingsProblem("--people writes the files of a generated company; choose it with --world.")
    made = generate(world, deals) if world is not None else None
    org = Org(clock=clock)
    if state is not None and state.exists():
        org.restore(_document(state))
    elif load is not None:
        org.load(_document(load))
    elif made is not None:
        org.load(made.document)
    if people is not None and made is not None:
        for name in fill_files(people, made.people):
            announce(f"wrote {people / name}")
    _serve(org, port, announce, state)


def _document(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as problem:
        raise SettingsProblem(f"{file} cannot be read as JSON ({problem}).") from None


def _serve(org: Org, port: int, announce: Callable[[str], None], state: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve_forever(org, port, announce)
    except KeyboardInterrupt:
        announce("Stopped.")
    except OSError as problem:
        raise SettingsProblem(f"Port {port} cannot be served ({problem.strerror}); choose another --port.") from None
    finally:
        if state is not None:
            state.write_text(json.dumps(org.dump()), encoding="utf-8")
