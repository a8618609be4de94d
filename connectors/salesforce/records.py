"""From the wire to `RawRecord`: exact digits, one canonical body whichever API the record came through.

REST says `15000.0`, `…+0000` and null where Bulk says `1.5E4`, `…Z` and an empty cell. The body is made the same from
both, so that the same record has the same content hash however it was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Generic, TypeVar

import msgspec

from connectors.answers import Interrupted
from connectors.port import Refused
from connectors.salesforce.ids import SHORT, id18
from connectors.salesforce.soql import NUMBERS, STAMP, Selection
from engine.model import RawRecord

S = TypeVar("S")
EXPONENT_MAX = 30
_NUMBER = re.compile(r"(-?)(?=\.?[0-9])0*([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?")
EPOCH_TEXT = "1970-01-01T00:00:00.000Z"


class QueryPage(msgspec.Struct, Generic[S]):
    """One answer of the query resource."""

    done: bool
    records: list[S]
    totalSize: int  # noqa: N815  Salesforce's key
    nextRecordsUrl: str | None = None  # noqa: N815


def plain_number(text: str) -> str:
    """The same number without exponent or needless zeros; text that is no number comes back as it is.

    >>> plain_number("1.5E4"), plain_number("-10.50"), plain_number("8.6000000000000004")
    ('15000', '-10.5', '8.6000000000000004')
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    sign, whole, fraction, exponent = match.groups()
    if exponent:
        if abs(int(exponent)) > EXPONENT_MAX:
            return text
        return plain_number(format(Decimal(text), "f"))
    fraction = (fraction or "").rstrip("0")
    number = (whole or "0") + (f".{fraction}" if fraction else "")
    return number if number == "0" else sign + number


class Shape:
    """Decodes and fingerprints the records of one selection. Built once a run and object."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._instants = tuple(name for name, kind in selection.types.items() if kind == "datetime" and name != STAMP)
        self._texts = tuple(name for name, kind in selection.types.items() if _type(name, kind) == str | None)
        self._struct = msgspec.defstruct(selection.object, [(n, _type(n, k)) for n, k in selection.types.items()])
        self._page = msgspec.json.Decoder(QueryPage[self._struct], float_hook=_number)  # type: ignore[name-defined]
        self._list = msgspec.json.Decoder(list[self._struct | None], float_hook=_number)  # type: ignore[name-defined]
        self._encode = msgspec.json.Encoder().encode
        self._last_stamp: tuple[str, datetime] = (EPOCH_TEXT, datetime.fromisoformat(EPOCH_TEXT))

    def page(self, content: bytes) -> QueryPage[RawRecord]:
        """Decode one query answer."""
        found = self._decoded(self._page, content)
        return QueryPage(found.done, self._finished(found.records, content), found.totalSize, found.nextRecordsUrl)

    def listed(self, content: bytes) -> list[RawRecord]:
        """Decode an answer to a request by ids: nulls stand for ids that are gone or hidden."""
        rows = self._decoded(self._list, content)
        return self._finished((row for row in rows if row is not None), content)

    def from_cells(self, order: Sequence[str], rows: Iterable[Sequence[str]]) -> list[RawRecord]:
        """Records from CSV rows whose columns are in `order`."""
        readers = [_reader(name, self.selection.types[name]) for name in order]
        place = {name: position for position, name in enumerate(order)}
        steps = [(place[name], readers[place[name]]) for name in self.selection.fields]
        out = []
        for row in rows:
            if len(row) != len(order):
                raise Interrupted(f"a CSV row of {self.selection.object} has {len(row)} cells instead of {len(order)}.")
            out.append(self._finish(self._struct(*[read(row[position]) for position, read in steps])))
        return out

    def _decoded(self, decoder: msgspec.json.Decoder[Any], content: bytes) -> Any:
        try:
            return decoder.decode(content)
        except msgspec.ValidationError as problem:
            msg = f"{self.selection.object}: the answer is not as the org describes it ({problem}). Nothing was stored."
            raise Refused(msg, code="SHAPE") from None
        except msgspec.DecodeError as problem:
            raise Interrupted(f"{self.selection.object}: the answer is cut or not JSON ({problem}).") from None

    def _finished(self, rows: Iterable[Any], content: bytes) -> list[RawRecord]:
        """Whether any text needs care is asked once a page, not once a field."""
        unclean = b'""' in content or b"\\u0000" in content
        out = []
        for row in rows:
            for name in self._instants:
                if value := getattr(row, name):
                    setattr(row, name, value.replace("+0000", "Z"))
            if unclean:
                for name in self._texts:
                    setattr(row, name, _text(getattr(row, name) or ""))
            out.append(self._finish(row))
        return out

    def _finish(self, row: Any) -> RawRecord:
        stamp = self._instant(getattr(row, STAMP, EPOCH_TEXT))
        if self.selection.stamped:
            row.SystemModstamp = msgspec.UNSET
        body = self._encode(row)
        record_id = row.Id if len(row.Id) > SHORT else id18(row.Id)
        return RawRecord(
            self.selection.object,
            record_id,
            stamp,
            bool(getattr(row, "IsDeleted", False)),
            blake2b(body, digest_size=16).hexdigest(),
            body,
            getattr(row, "MasterRecordId", None),
        )

    def _instant(self, text: str) -> datetime:
        """Stamps come in runs of equal seconds: the last one is remembered."""
        if text != self._last_stamp[0]:
            self._last_stamp = (text, datetime.fromisoformat(text))
        return self._last_stamp[1]


def _type(name: str, kind: str) -> Any:
    if name == STAMP:
        return str | msgspec.UnsetType
    if name == "Id":
        return str
    if kind in NUMBERS:
        return Any
    return bool | None if kind == "boolean" else str | None


def _number(text: str) -> msgspec.Raw:
    """A JSON number with a point or an exponent, as it goes into the body (whole numbers decode and encode exactly).

    Nearly all are whole amounts such as `15000.0`, which are answered without the pattern.
    """
    whole, _, fraction = text.partition(".")
    plain = whole if fraction == "0" and whole.isdigit() else plain_number(text)
    return msgspec.Raw(plain.encode())


def _text(cell: str) -> str | None:
    return cell.replace("\0", "") or None


def _number_cell(cell: str) -> msgspec.Raw | str | None:
    """Text in a number column stays text: the reader of the record reports it."""
    if not cell:
        return None
    number = plain_number(cell)
    return msgspec.Raw(number.encode()) if _NUMBER.fullmatch(number) else number


def _bool_cell(cell: str) -> bool | None:
    return None if not cell else cell.lower() == "true"


def _instant_cell(cell: str) -> str | None:
    return cell.replace("+0000", "Z") or None


def _reader(name: str, kind: str) -> Callable[[str], Any]:
    """How a cell of this column is read."""
    if name in {STAMP, "Id"}:
        return str
    if kind in NUMBERS:
        return _number_cell
    return {"boolean": _bool_cell, "datetime": _instant_cell}.get(kind, _text)
