"""Serve the bundled stand-in CRM, empty, loaded from a file, or with a generated company."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

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
    announce: Callable[[str], None],
    clock: Callable[[], datetime],
) -> None:
    """Serve until interrupted; with a state file, what was written is there again at the next start."""
    if crm != "salesforce":
        raise SettingsProblem(f"There is no sandbox for {crm!r}; the one there is, is salesforce.")
    if load is not None and world is not None:
        raise SettingsProblem("--load and --world exclude each other.")
    org = Org(clock=clock)
    if state is not None and state.exists():
        org.restore(json.loads(state.read_text(encoding="utf-8")))
    elif load is not None:
        org.load(json.loads(load.read_text(encoding="utf-8")))
    elif world is not None:
        org.load(generate(world, deals).document)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve_forever(org, port, announce)
    except KeyboardInterrupt:
        announce("Stopped.")
    finally:
        if state is not None:
            state.write_text(json.dumps(org.dump()), encoding="utf-8")
