"""Serve the bundled stand-in CRM, empty, loaded from a file, or with a generated company."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.init import fill_files
from jobs.settings import SettingsProblem
from sandbox.hubspot import server as hubspot_server
from sandbox.hubspot.loading.numbers import renumbered
from sandbox.hubspot.state import Portal
from sandbox.salesforce.server import serve_forever
from sandbox.salesforce.state import Org
from sandbox.world import generate

Clock = Callable[[], datetime]
Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StandIn:
    """One stand-in CRM: what can be done with it, whichever it is."""

    load: Callable[[Mapping[str, Any]], None]
    dump: Callable[[], dict[str, Any]]
    restore: Callable[[Mapping[str, Any]], None]
    in_its_words: Callable[[str], str]
    """Turns the ids in a people file of the generated company into the CRM's."""
    serve: Callable[[int, Announce], None]


def serve(
    crm: str,
    port: int,
    *,
    load: Path | None,
    world: int | None,
    deals: int,
    state: Path | None,
    people: Path | None,
    announce: Announce,
    clock: Clock,
) -> None:
    """Serve until interrupted; with a state file, what was written is there again at the next start.

    `people` is a config folder: the generated company's people files and lists are written to it.
    """
    if crm not in _STAND_INS:
        raise SettingsProblem(f"There is no sandbox for {crm!r}; there are {' and '.join(_STAND_INS)}.")
    if load is not None and world is not None:
        raise SettingsProblem("--load and --world exclude each other.")
    if people is not None and world is None:
        raise SettingsProblem("--people writes the files of a generated company; choose it with --world.")
    made = generate(world, deals) if world is not None else None
    stand_in = _STAND_INS[crm](clock)
    if state is not None and state.exists():
        stand_in.restore(_document(state))
    elif load is not None:
        stand_in.load(_document(load))
    elif made is not None:
        stand_in.load(made.document)
    if people is not None and made is not None:
        files = {name: stand_in.in_its_words(text) for name, text in made.people.items()}
        for name in fill_files(people, files):
            announce(f"wrote {people / name}")
    _serve(stand_in, port, announce, state)


def _salesforce(clock: Clock) -> StandIn:
    org = Org(clock=clock)
    return StandIn(org.load, org.dump, org.restore, str, lambda port, announce: serve_forever(org, port, announce))


def _hubspot(clock: Clock) -> StandIn:
    portal = Portal(clock=clock)
    return StandIn(
        portal.load,
        portal.dump,
        portal.restore,
        lambda text: renumbered(text, portal.ids),
        lambda port, announce: hubspot_server.serve_forever(portal, port, announce),
    )


_STAND_INS: Mapping[str, Callable[[Clock], StandIn]] = {"salesforce": _salesforce, "hubspot": _hubspot}


def _document(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as problem:
        raise SettingsProblem(f"{file} cannot be read as JSON ({problem}).") from None


def _serve(stand_in: StandIn, port: int, announce: Announce, state: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        stand_in.serve(port, announce)
    except KeyboardInterrupt:
        announce("Stopped.")
    except OSError as problem:
        raise SettingsProblem(f"Port {port} cannot be served ({problem.strerror}); choose another --port.") from None
    finally:
        if state is not None:
            state.write_text(json.dumps(stand_in.dump()), encoding="utf-8")
