"""Deploying a package through REST: all of it or nothing, waited for, every failure told by its component."""

from __future__ import annotations

import json

import msgspec

from connectors.answers import clean, json_reader
from connectors.port import Refused, TryAgain
from connectors.salesforce.session import Connection

DEPLOY_S_MAX = 600.0
POLL_S = 1.0
POLL_S_MAX = 10.0
SHOWN_MAX = 10


class _Started(msgspec.Struct):
    id: str


class _Failure(msgspec.Struct):
    problem: str | None = None
    fullName: str | None = None  # noqa: N815  Salesforce's key
    componentType: str | None = None  # noqa: N815


class _Details(msgspec.Struct):
    componentFailures: list[_Failure] = msgspec.field(default_factory=list)  # noqa: N815


class _Result(msgspec.Struct):
    status: str = "Pending"
    done: bool = False
    success: bool = False
    errorMessage: str | None = None  # noqa: N815
    details: _Details = msgspec.field(default_factory=_Details)


class _Deploy(msgspec.Struct):
    deployResult: _Result | None = None  # noqa: N815


def deploy(connection: Connection, archive: bytes, *, check_only: bool) -> None:
    """Have the org take a package, or only validate it."""
    options = {"checkOnly": check_only, "singlePackage": True, "rollbackOnError": True, "testLevel": "NoTestRun"}
    parts = {
        "json": (None, json.dumps({"deployOptions": options}), "application/json"),
        "file": ("deploy.zip", archive, "application/zip"),
    }
    started = json_reader(_Started)(connection.once("POST", "metadata/deployRequest", files=parts))
    result = _wait(connection, started.id)
    if not result.success:
        raise Refused(_failures(result), code=result.status)


def _wait(connection: Connection, deploy_id: str) -> _Result:
    deadline = connection.monotonic() + DEPLOY_S_MAX
    pause = POLL_S
    while True:
        path = f"metadata/deployRequest/{deploy_id}"
        result = connection.get(path, _Deploy, params={"includeDetails": "true"}).deployResult or _Result()
        if result.done:
            return result
        if connection.monotonic() + pause > deadline:
            raise TryAgain(f"deployment {deploy_id} is still {result.status} after {DEPLOY_S_MAX:.0f} s.")
        connection.sleep(pause)
        pause = min(pause * 1.5, POLL_S_MAX)


def _failures(result: _Result) -> str:
    """Every failed component by name; nothing was kept of the deployment."""
    failures = result.details.componentFailures
    named = [f"{each.componentType} {each.fullName}: {clean(each.problem or '')}" for each in failures[:SHOWN_MAX]]
    more = [f"and {len(failures) - SHOWN_MAX} more"] if len(failures) > SHOWN_MAX else []
    text = "; ".join([*named, *more]) or clean(result.errorMessage or result.status)
    return f"Salesforce refused the setup, and nothing of it was kept: {text}"
