"""The records themselves. A record never changes: a change is another record in its place."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sandbox.hubspot.errors import not_found
from sandbox.hubspot.schema import ObjectType


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One record: the values that are stored; others are worked out when somebody asks."""

    id: int
    values: dict[str, str]
    created_ms: int
    updated_ms: int
    archived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What a property once held."""

    value: str
    at_ms: int
    source_type: str
    source_id: str


_LONGEST_ID = 18


def number_of(text: str) -> int:
    """Read an id; what can be none is 0, which no record has."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_ID else 0


Listener = Callable[["Table", int, Record | None], None]


@dataclass(slots=True, eq=False)
class Table:
    """The records of one type: live, archived, and the ids that went into others by merging."""

    kind: ObjectType
    live: dict[int, Record] = field(default_factory=dict)
    archived: dict[int, Record] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    history: dict[int, dict[str, list[Version]]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    _order: list[int] = field(default_factory=list)
    _keys: dict[str, dict[str, int]] = field(default_factory=dict)

    def fill(self, records: Iterable[Record]) -> None:
        """Store many new records at once; listeners are not told."""
        for record in records:
            (self.live if record.archived_ms is None else self.archived)[record.id] = record
        self._order = sorted(self.live)
        self._keys.clear()

    def put(self, record: Record) -> None:
        """Store a record in the place of the one it replaces."""
        old = self.live.pop(record.id, None)
        self.archived.pop(record.id, None)
        if record.archived_ms is None:
            self.live[record.id] = record
        else:
            self.archived[record.id] = record
        self._reorder(record.id, was=old is not None, now=record.archived_ms is None)
        self._rekey(old, record)
        self._tell(record.id, record if record.archived_ms is None else None)

    def remove(self, record_id: int, into: int | None = None) -> None:
        """Take a live record out for good; a merged one leads to its survivor."""
        old = self.live.pop(record_id)
        self._reorder(record_id, was=True, now=False)
        self._rekey(old, None)
        if into is not None:
            self.merged[record_id] = into
        self._tell(record_id, None)

    def find(self, text: str) -> Record | None:
        """Find a live record by its id; merged ids are not followed."""
        return self.live.get(number_of(text))

    def get(self, text: str, *, archived: bool = False) -> Record:
        """Give a record by its id as a single read does: a merged id gives the survivor. 404 when there is none."""
        record_id = number_of(text)
        while record_id in self.merged:
            record_id = self.merged[record_id]
        found = (self.archived if archived else self.live).get(record_id)
        if found is None:
            raise not_found()
        return found

    def by_key(self, name: str, value: str) -> Record | None:
        """Find a live record by a unique property."""
        if name not in self._keys:
            self._keys[name] = {
                record.values[name]: record.id for record in self.live.values() if record.values.get(name)
            }
        record_id = self._keys[name].get(value)
        return None if record_id is None else self.live[record_id]

    def page(self, after: int, limit: int, *, archived: bool = False) -> list[Record]:
        """Give records in the order of their ids, beginning behind one."""
        if archived:
            return [self.archived[each] for each in sorted(self.archived) if each > after][:limit]
        start = bisect_right(self._order, after)
        return [self.live[each] for each in self._order[start : start + limit]]

    def __iter__(self) -> Iterator[Record]:
        return (self.live[each] for each in self._order)

    @property
    def last_id(self) -> int:
        """The highest id ever given out here."""
        return max(max(found, default=0) for found in (self.live, self.archived, self.merged))

    def _reorder(self, record_id: int, *, was: bool, now: bool) -> None:
        if now and not was:
            insort(self._order, record_id)
        elif was and not now:
            del self._order[bisect_left(self._order, record_id)]

    def _rekey(self, old: Record | None, new: Record | None) -> None:
        for name, index in self._keys.items():
            if old is not None:
                index.pop(old.values.get(name, ""), None)
            if new is not None and new.archived_ms is None and new.values.get(name):
                index[new.values[name]] = new.id

    def _tell(self, record_id: int, record: Record | None) -> None:
        for listener in self.listeners:
            listener(self, record_id, record)
