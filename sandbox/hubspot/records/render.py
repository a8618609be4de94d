"""Writes records as JSON, and remembers what it wrote as long as the record stays the same object."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.records.calculated import calculation, tailed
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import ALWAYS, ObjectType
from sandbox.hubspot.wire import encode

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_KEPT = 8
Names = tuple[str, ...]


def shown_names(kind: ObjectType, asked: Names, hidden: frozenset[str] = frozenset()) -> Names:
    """Give the properties that an answer shows: unknown ones are left out in silence, as HubSpot does."""
    wanted = {*(asked or kind.defaults), *ALWAYS}
    return tuple(sorted(name for name in wanted if kind.reads(name) and name not in hidden))


class Renderer:
    """Gives records as JSON. What is worked out may change without a record changing: then `version` does."""

    def __init__(self, portal: "Portal") -> None:
        self._portal = portal
        self._kept: OrderedDict[tuple[str, Names], dict[int, tuple[Record, bytes]]] = OrderedDict()
        self._version: object = None

    def one(self, kind: ObjectType, record: Record, asked: Names) -> bytes:
        """Give one record that was just written: not remembered, for every write asks for other properties."""
        return encode(self._shaper(kind, shown_names(kind, asked, self._hidden(kind)))(record))

    def many(self, kind: ObjectType, records: Iterable[Record], asked: Names) -> list[bytes]:
        """Give records with the properties asked for, or the type's usual ones."""
        names = shown_names(kind, asked, self._hidden(kind))
        known, shape = self._known(kind, names), self._shaper(kind, names)
        out = []
        for record in records:
            kept = known.get(record.id)
            if kept is None or kept[0] is not record:
                kept = known[record.id] = (record, encode(shape(record)))
            out.append(kept[1])
        return out

    def _known(self, kind: ObjectType, names: Names) -> dict[int, tuple[Record, bytes]]:
        version = self._portal.version()
        if version != self._version:
            self._kept.clear()
            self._version = version
        known = self._kept.setdefault((kind.id, names), {})
        self._kept.move_to_end((kind.id, names))
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return known

    def _hidden(self, kind: ObjectType) -> frozenset[str]:
        rules = self._portal.faults.standing("hide_field")
        return frozenset(str(rule.args.get("field")) for rule in rules if rule.args.get("object") == kind.plural)

    def _shaper(self, kind: ObjectType, names: Names) -> Any:
        portal, getters = self._portal, [(name, calculation(kind.id, name)) for name in names]
        tails = [name for name in names if name in portal.tailed(kind)]
        url = f"https://{portal.ui_domain}/contacts/{portal.id}/record/{kind.id}/"

        def shape(record: Record) -> dict[str, Any]:
            stored = record.values.get
            values = {name: work_out(portal, record) if work_out else stored(name) for name, work_out in getters}
            for name in tails:
                values[name] = _with_tail(values[name])
            shown: dict[str, Any] = {
                "id": str(record.id),
                "properties": values,
                "createdAt": iso(record.created_ms),
                "updatedAt": iso(record.updated_ms),
                "archived": record.archived_ms is not None,
                "url": f"{url}{record.id}",
            }
            if record.archived_ms is not None:
                shown["archivedAt"] = iso(record.archived_ms)
            return shown

        return shape


def _with_tail(text: str | None) -> str | None:
    return tailed(float(text)) if text else text


def with_members(shown: bytes, **members: Any) -> bytes:
    """Add members to a JSON object that is written already."""
    added = b"".join(b"," + encode(name) + b":" + encode(value) for name, value in members.items())
    return shown[:-1] + added + b"}"
