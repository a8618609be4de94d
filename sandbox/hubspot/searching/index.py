"""The search index of one type: what records looked like some seconds ago. Changes arrive late, and out of order."""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable

from sandbox.hubspot.records.tables import Record

_HIGHEST = 1 << 62


class Index:
    """The records that search sees, by id and by the time of their last change."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}
        self._ids: list[int] = []
        self._times: list[tuple[int, int]] = []
        self._waiting: list[tuple[int, int, int, Record | None]] = []
        self._applied: dict[int, int] = {}
        self._numbers = 0
        self.version = 0

    def fill(self, records: Iterable[Record]) -> None:
        """Take many records up at once."""
        self.records = {record.id: record for record in records}
        self._ids = sorted(self.records)
        self._times = sorted((record.updated_ms, record.id) for record in self.records.values())
        self.version += 1

    def note(self, record_id: int, record: Record | None, visible_ms: int) -> None:
        """Remember a change for the time at which search shall see it; None for a record that is gone."""
        self._numbers += 1
        heapq.heappush(self._waiting, (visible_ms, self._numbers, record_id, record))

    def settle(self, now_ms: int) -> None:
        """Take up what has become visible. An older change that comes late does not undo a newer one."""
        while self._waiting and self._waiting[0][0] <= now_ms:
            _, number, record_id, record = heapq.heappop(self._waiting)
            if self._applied.get(record_id, 0) < number:
                self._applied[record_id] = number
                self._put(record_id, record)

    def _put(self, record_id: int, record: Record | None) -> None:
        old = self.records.pop(record_id, None)
        if old is not None:
            del self._times[bisect_left(self._times, (old.updated_ms, record_id))]
        if record is None and old is not None:
            del self._ids[bisect_left(self._ids, record_id)]
        if record is not None:
            if old is None:
                insort(self._ids, record_id)
            insort(self._times, (record.updated_ms, record_id))
            self.records[record_id] = record
        self.version += 1

    def between(self, ids: tuple[int, int], times: tuple[int, int]) -> list[Record]:
        """Give the records in half-open ranges of id and of time, in the order of their ids."""
        first, last = (bisect_left(self._ids, bound) for bound in ids)
        early, late = (bisect_left(self._times, (bound, 0)) for bound in times)
        records = self.records
        if late - early <= last - first:
            found = sorted(each for _, each in self._times[early:late])
            return [records[each] for each in found if ids[0] <= each < ids[1]]
        low, high = times
        return [each for each in map(records.__getitem__, self._ids[first:last]) if low <= each.updated_ms < high]


EVERYTHING = (0, _HIGHEST)
