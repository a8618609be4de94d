"""Answers searches from the index, within the limits that the real one has."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.hubspot.bodies import Filter, Search, Sort, Text
from sandbox.hubspot.errors import validation
from sandbox.hubspot.records.calculated import value_of
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import ObjectType
from sandbox.hubspot.searching.filters import Group, comparable, group_of
from sandbox.hubspot.wire import encode

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

LONGEST_BODY, DEEPEST, MOST, USUAL = 3_000, 10_000, 200, 10
_GROUPS, _FILTERS_A_GROUP, _FILTERS = 5, 6, 18
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found, and how much there is in all."""

    records: list[Record]
    total: int
    after: int | None


class Searches:
    """Runs searches; the whole result of a search is kept for the next page of it."""

    def __init__(self, portal: "Portal") -> None:
        self._portal = portal
        self._kept: OrderedDict[tuple[object, ...], list[Record]] = OrderedDict()

    def run(self, kind: ObjectType, body: Search) -> Found:
        """Give one page."""
        limit, after = _limit(body.limit), _after(body.after)
        if after + limit > DEEPEST:
            raise validation(f"The maximum number of results is {DEEPEST}: after {after} with limit {limit} is beyond")
        records = self.everything(kind, body)
        end = after + limit
        return Found(records[after:end], len(records), end if end < len(records) else None)

    def everything(self, kind: ObjectType, body: Search) -> list[Record]:
        """Give all that a search finds, beyond what its pages show."""
        portal, index = self._portal, self._portal.indexes[kind.id]
        index.settle(portal.now_ms())
        asked = (body.filter_groups, body.filters, body.sorts, body.query)
        key = (kind.id, encode(asked), index.version, portal.version())
        if key not in self._kept:
            self._kept[key] = self._evaluate(kind, body)
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _evaluate(self, kind: ObjectType, body: Search) -> list[Record]:
        groups = [group_of(self._portal, kind, filters) for filters in _groups(body)] or [Group()]
        found: dict[int, Record] = {}
        for group in groups:
            found |= {record.id: record for record in self._matching(kind, group)}
        records = list(found.values())
        if query := (body.query or "").lower():
            records = [record for record in records if self._mentions(kind, record, query)]
        return self._sorted(kind, records, _sort(body.sorts), ordered=len(groups) == 1)

    def _matching(self, kind: ObjectType, group: Group) -> list[Record]:
        records = self._portal.indexes[kind.id].between(group.ids, group.times)
        return [record for record in records if all(test(record) for test in group.tests)] if group.tests else records

    def _mentions(self, kind: ObjectType, record: Record, query: str) -> bool:
        return any(query in record.values.get(name, "").lower() for name in kind.searchable)

    def _sorted(
        self, kind: ObjectType, records: list[Record], sort: tuple[str, bool] | None, *, ordered: bool
    ) -> list[Record]:
        """Sort as asked, else by creation; records without a value come last."""
        if sort is None:
            return sorted(records, key=lambda record: (record.created_ms, record.id))
        name, descending = sort
        if name == "hs_object_id" and ordered:
            return records[::-1] if descending else records
        definition = kind.properties.get(name)
        if definition is None:
            raise validation(f"There was a problem with the request. Property {name!r} does not exist")
        valued = [(value_of(self._portal, kind.id, record, name), record) for record in records]
        held = [(comparable(definition, value), record) for value, record in valued if value]
        held.sort(key=lambda pair: (pair[0], pair[1].id), reverse=descending)
        return [record for _, record in held] + [record for value, record in valued if not value]


def _groups(body: Search) -> list[list[Filter]]:
    groups = [group.filters for group in body.filter_groups or ()]
    if body.filters:
        groups.append(body.filters)
    if len(groups) > _GROUPS or any(len(group) > _FILTERS_A_GROUP for group in groups):
        raise validation(f"No more than {_GROUPS} filterGroups of {_FILTERS_A_GROUP} filters are allowed")
    if sum(map(len, groups)) > _FILTERS:
        raise validation(f"No more than {_FILTERS} filters are allowed in all")
    return groups


def _sort(given: list[str | Sort] | None) -> tuple[str, bool] | None:
    """One sort, as an object or as a name with a minus for descending."""
    if not given:
        return None
    if len(given) > 1:
        raise validation("Only one sort is allowed")
    sort = given[0]
    if isinstance(sort, str):
        return sort.removeprefix("-"), sort.startswith("-")
    return sort.property_name, sort.direction == "DESCENDING"


def _limit(given: int | None) -> int:
    limit = USUAL if given is None else given
    if not 1 <= limit <= MOST:
        raise validation(f"limit must be between 1 and {MOST}, and was {limit}")
    return limit


def _after(given: Text | None) -> int:
    text = str(given or 0)
    if not text.isdecimal():
        raise validation(f"Invalid input JSON: after must be a whole number, and was {given!r}")
    return int(text)
