"""What the org says of its own objects and fields, asked once a run for all objects in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import requests

from connectors.answers import Interrupted, json_reader
from connectors.port import Refused, TryAgain
from connectors.salesforce.session import API_VERSION, Connection
from engine.model import FieldInfo

BATCH_MAX = 25
OK = 200
SERVER_ERROR = 500
ABSENT = frozenset({"NOT_FOUND", "INVALID_TYPE"})


class DescribedField(msgspec.Struct, frozen=True):
    """One field as the running user may see it: field-level security is already applied."""

    name: str
    type: str
    updateable: bool = False
    scale: int = 0
    length: int = 0
    permissionable: bool = False
    """Whether a permission set can grant it; required fields are open to everybody."""
    referenceTo: tuple[str, ...] = ()  # noqa: N815  Salesforce's key
    inlineHelpText: str | None = None  # noqa: N815

    def info(self) -> FieldInfo:
        """The connector-neutral form."""
        return FieldInfo(
            self.name,
            self.type,
            readable=True,
            writable=self.updateable,
            scale=self.scale,
            length=self.length,
            refers_to=self.referenceTo,
        )


class Described(msgspec.Struct, frozen=True):
    """One object as the running user may see it."""

    name: str
    fields: tuple[DescribedField, ...]

    def by_name(self) -> Mapping[str, DescribedField]:
        """The fields by API name."""
        return {field.name: field for field in self.fields}


class _Result(msgspec.Struct):
    statusCode: int  # noqa: N815  Salesforce's key
    result: Any = None


class _Problem(msgspec.Struct):
    errorCode: str = ""  # noqa: N815  Salesforce's key


class _Batch(msgspec.Struct):
    results: list[_Result]


def describe(connection: Connection, names: Iterable[str]) -> Mapping[str, Described]:
    """Descriptions by object name; objects that this org or user does not have are not among them."""
    wanted = sorted(set(names))
    found: dict[str, Described] = {}
    for start in range(0, len(wanted), BATCH_MAX):
        found |= _describe(connection, wanted[start : start + BATCH_MAX])
    return found


def _describe(connection: Connection, names: Sequence[str]) -> Mapping[str, Described]:
    """One call for up to 25 objects."""
    parts = [{"method": "GET", "url": f"v{API_VERSION}/sobjects/{name}/describe"} for name in names]

    def read(response: requests.Response) -> Mapping[str, Described]:
        results = json_reader(_Batch)(response).results
        if len(results) != len(names):
            raise TryAgain(f"{len(names)} descriptions were asked for, but {len(results)} came.")
        described = {name: _described(name, part) for name, part in zip(names, results, strict=True)}
        return {name: found for name, found in described.items() if found is not None}

    return connection.fetch("POST", "composite/batch", body={"batchRequests": parts}, read=read)


def _described(name: str, part: _Result) -> Described | None:
    """One part of the answer; None for an object that is not there."""
    if part.statusCode == OK:
        return msgspec.convert(part.result, Described)
    problems = msgspec.convert(part.result, list[_Problem], strict=False) if isinstance(part.result, list) else []
    code = problems[0].errorCode if problems else ""
    if code in ABSENT:
        return None
    if part.statusCode >= SERVER_ERROR:
        raise Interrupted(f"describing {name} failed with HTTP {part.statusCode} {code}.")
    raise Refused(f"describing {name} failed with HTTP {part.statusCode} {code}.", code=code)
