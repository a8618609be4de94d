"""From the wire to `RawRecord`: one canonical body, whether a record came through a list or a batch.

Values stay the text that HubSpot sent. Only what HubSpot itself writes in several ways is made the same: cleared text
is null, instants are ISO text in UTC (also where they come as milliseconds), dates are days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from typing import Any

import msgspec
import requests

from connectors.answers import Interrupted, asked
from connectors.hubspot.describe import DATE, DATETIME
from connectors.hubspot.selection import MERGED, Selection
from connectors.port import Refused
from engine.model import RawRecord

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHT = time()
NOTHING = b"{}"
UNCLEAN = (b'""', rb"\u0000")
"""What a page of JSON that holds an empty text or a NUL has somewhere: most pages have neither."""

_MILLIS = re.compile(r"(-?[0-9]{1,15})(?:\.0*)?")


class Next(msgspec.Struct):
    """Where the next page begins. The link beside it is never followed: the server would choose the host."""

    after: str | int


class Paging(msgspec.Struct):
    """Whether there is more."""

    next: Next | None = None


class Version(msgspec.Struct, gc=False):
    """What a property held from an instant on."""

    timestamp: str
    value: str | None = None


class Received(msgspec.Struct, gc=False):
    """One record as it came."""

    id: str
    properties: dict[str, str | None]
    updatedAt: str  # noqa: N815  HubSpot's key
    archived: bool = False
    propertiesWithHistory: dict[str, list[Version]] = {}  # noqa: N815  msgspec copies it
    """Newest first."""


class Listed(msgspec.Struct):
    """One page of records."""

    results: list[Received]
    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        """Where to go on; None at the end."""
        return str(self.paging.next.after) if self.paging and self.paging.next else None


_decode = msgspec.json.Decoder(Listed).decode
_encode = msgspec.json.Encoder().encode


def listed(response: requests.Response) -> Listed:
    """Decode the answer of a list or a batch; cleared text is null, and no text holds a NUL."""
    try:
        page = _decode(response.content)
    except msgspec.ValidationError as problem:
        msg = f"{asked(response)}: the answer is not of HubSpot's shape ({problem}). Nothing was stored."
        raise Refused(msg, code="SHAPE") from None
    except msgspec.DecodeError as problem:
        raise Interrupted(f"{asked(response)}: the answer is cut or not JSON ({problem}).") from None
    if any(each in response.content for each in UNCLEAN):
        for found in page.results:
            found.properties = {name: _text(text) if text else None for name, text in found.properties.items()}
    return page


class Shape:
    """Makes records of one selection. Built once a run and object."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._names = tuple(selection.types)
        self._dated = [(name, _READERS[kind]) for name, kind in selection.types.items() if kind in _READERS]

    def record(self, found: Received, beside: Mapping[str, Any]) -> RawRecord:
        """The record with what was read beside its properties: associations and splits, by their `@` names."""
        content: dict[str, Any] = dict(zip(self._names, map(found.properties.get, self._names), strict=True))
        for name, read in self._dated:
            if text := content[name]:
                content[name] = read(text)
        content |= beside
        return raw_record(self.selection.object, found.id, found.updatedAt, content, deleted=found.archived)

    def merged_away(self, found: Received) -> Iterator[RawRecord]:
        """What became of the records that were merged into this one: HubSpot lists them nowhere else."""
        for old in (found.properties.get(MERGED) or "").split(";"):
            if old.strip() and old.strip() != found.id:
                stamp = datetime.fromisoformat(found.updatedAt)
                yield RawRecord(self.selection.object, old.strip(), stamp, True, NO_HASH, NOTHING, found.id)  # noqa: FBT003


def raw_record(
    name: str, record_id: str, stamp: str, content: Mapping[str, Any], *, deleted: bool = False
) -> RawRecord:
    """A record of the mirror, its content as canonical JSON with its hash."""
    body = _encode(content)
    return RawRecord(name, record_id, datetime.fromisoformat(stamp), deleted, _hash(body), body)


def _hash(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def _text(text: str) -> str | None:
    return text.replace("\0", "") or None


def _day(text: str) -> str:
    """A day; milliseconds mean midnight UTC. Anything else stays, for the reader of the record to report."""
    moment = None if text[4:5] == "-" else _moment(text)
    return text if moment is None or moment.time() != MIDNIGHT else moment.date().isoformat()


def _instant(text: str) -> str:
    """ISO text in UTC without needless zeros, whichever of its ways HubSpot wrote it in."""
    moment = None if text[-1:] == "Z" else _moment(text)
    if moment is None:
        return text.replace(".000Z", "Z")
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime | None:
    """The instant of a text of milliseconds since 1970; None for any other text."""
    match = _MILLIS.fullmatch(text)
    try:
        return EPOCH + timedelta(milliseconds=int(match[1])) if match else None
    except OverflowError:
        return None


_READERS: Mapping[str, Callable[[str], str | None]] = {DATE: _day, DATETIME: _instant}
NO_HASH = _hash(NOTHING)
